SELECT mean_delay.value 
FROM (SELECT CAST((SELECT CAST(avg(flight.dep_delay) AS FLOAT) AS avg_1 
FROM flight 
WHERE flight.carrier = $1::TEXT AND flight.year = EXTRACT(year FROM $2::DATE) AND flight.month = EXTRACT(month FROM $3::DATE) AND flight.day = EXTRACT(day FROM $4::DATE)) AS DOUBLE PRECISION) AS value) AS mean_delay 
 LIMIT 1;

SELECT mean_delay.value 
FROM (SELECT CAST((SELECT CAST(avg(flight.dep_delay) AS FLOAT) AS avg_1 
FROM flight 
WHERE flight.carrier = $1::TEXT AND flight.year = EXTRACT(year FROM $2::DATE) AND flight.month = EXTRACT(month FROM $3::DATE) AND flight.day = EXTRACT(day FROM $4::DATE)) AS DOUBLE PRECISION) AS value) AS mean_delay 
 LIMIT 1;
