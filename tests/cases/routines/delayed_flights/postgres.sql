SELECT counted.total, page.present, page.dep_delay_1, page.origin_1, page.time_hour_1, page.anon_1, page.model_1 
FROM (SELECT count(*) AS total 
FROM (SELECT flight.id AS id, flight.year AS year, flight.month AS month, flight.day AS day, flight.dep_time AS dep_time, flight.sched_dep_time AS sched_dep_time, flight.dep_delay AS dep_delay, flight.arr_time AS arr_time, flight.sched_arr_time AS sched_arr_time, flight.arr_delay AS arr_delay, flight.carrier AS carrier, flight.flight AS flight, flight.tailnum AS tailnum, flight.origin AS origin, flight.dest AS dest, flight.air_time AS air_time, flight.distance AS distance, flight.hour AS hour, flight.minute AS minute, flight.time_hour AS time_hour 
FROM flight 
WHERE flight.carrier = $1::TEXT AND flight.year = EXTRACT(year FROM $2::DATE) AND flight.month = EXTRACT(month FROM $3::DATE) AND flight.day = EXTRACT(day FROM $4::DATE) AND flight.dep_delay >= $5::INTEGER) AS delayed_flights 
WHERE EXISTS (SELECT 
FROM unnest($6::text[], $7::timestamptz[]) AS anon_2(k0, k1) 
WHERE delayed_flights.origin = anon_2.k0 AND delayed_flights.time_hour = anon_2.k1)) AS counted LEFT OUTER JOIN (SELECT true AS present, delayed_flights.dep_delay AS dep_delay_1, delayed_flights.origin AS origin_1, delayed_flights.time_hour AS time_hour_1, plane_1.tailnum IS NOT NULL AS anon_1, plane_1.model AS model_1, delayed_flights.dep_delay AS dep_delay_2, delayed_flights.id AS id_1 
FROM (SELECT flight.id AS id, flight.year AS year, flight.month AS month, flight.day AS day, flight.dep_time AS dep_time, flight.sched_dep_time AS sched_dep_time, flight.dep_delay AS dep_delay, flight.arr_time AS arr_time, flight.sched_arr_time AS sched_arr_time, flight.arr_delay AS arr_delay, flight.carrier AS carrier, flight.flight AS flight, flight.tailnum AS tailnum, flight.origin AS origin, flight.dest AS dest, flight.air_time AS air_time, flight.distance AS distance, flight.hour AS hour, flight.minute AS minute, flight.time_hour AS time_hour 
FROM flight 
WHERE flight.carrier = $8::TEXT AND flight.year = EXTRACT(year FROM $9::DATE) AND flight.month = EXTRACT(month FROM $10::DATE) AND flight.day = EXTRACT(day FROM $11::DATE) AND flight.dep_delay >= $12::INTEGER) AS delayed_flights LEFT OUTER JOIN plane AS plane_1 ON delayed_flights.tailnum = plane_1.tailnum 
WHERE EXISTS (SELECT 
FROM unnest($13::text[], $14::timestamptz[]) AS anon_3(k0, k1) 
WHERE delayed_flights.origin = anon_3.k0 AND delayed_flights.time_hour = anon_3.k1) ORDER BY delayed_flights.dep_delay DESC NULLS LAST, delayed_flights.id 
 LIMIT 2) AS page ON true ORDER BY page.dep_delay_2 DESC NULLS LAST, page.id_1;

SELECT delayed_flights.origin AS key0, count(*) AS value0 
FROM (SELECT flight.id AS id, flight.year AS year, flight.month AS month, flight.day AS day, flight.dep_time AS dep_time, flight.sched_dep_time AS sched_dep_time, flight.dep_delay AS dep_delay, flight.arr_time AS arr_time, flight.sched_arr_time AS sched_arr_time, flight.arr_delay AS arr_delay, flight.carrier AS carrier, flight.flight AS flight, flight.tailnum AS tailnum, flight.origin AS origin, flight.dest AS dest, flight.air_time AS air_time, flight.distance AS distance, flight.hour AS hour, flight.minute AS minute, flight.time_hour AS time_hour 
FROM flight 
WHERE flight.carrier = $1::TEXT AND flight.year = EXTRACT(year FROM $2::DATE) AND flight.month = EXTRACT(month FROM $3::DATE) AND flight.day = EXTRACT(day FROM $4::DATE) AND flight.dep_delay >= $5::INTEGER) AS delayed_flights 
WHERE EXISTS (SELECT 
FROM unnest($6::text[], $7::timestamptz[]) AS anon_1(k0, k1) 
WHERE delayed_flights.origin = anon_1.k0 AND delayed_flights.time_hour = anon_1.k1) GROUP BY 1 ORDER BY key0 
 LIMIT 100;
