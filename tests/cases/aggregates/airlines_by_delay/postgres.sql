SELECT flight_1.id 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint ORDER BY flight_1.id 
 LIMIT 1;

SELECT count(*) AS value0, CAST(avg(flight_1.dep_delay) AS DOUBLE PRECISION) AS value1, count(DISTINCT flight_1.tailnum) AS value2 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint;

SELECT airline_1.name AS key0, count(*) AS value0, CAST(sum(flight_1.distance) AS BIGINT) AS value1, CAST(stddev_samp(flight_1.dep_delay) AS DOUBLE PRECISION) AS value2, max(flight_1.dep_delay) AS value3, CAST(avg(flight_1.dep_delay) AS DOUBLE PRECISION) AS value4 
FROM flight AS flight_1 LEFT OUTER JOIN airline AS airline_1 ON flight_1.carrier = airline_1.carrier 
WHERE flight_1.month = $1::bigint GROUP BY 1 
HAVING count(*) > $2::bigint AND max(flight_1.dep_delay) >= $3::bigint ORDER BY value4 DESC NULLS LAST, key0 
 LIMIT 3;
