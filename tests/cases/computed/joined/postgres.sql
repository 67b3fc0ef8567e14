SELECT plane_1.tailnum 
FROM plane AS plane_1 
WHERE EXISTS (SELECT 
FROM flight AS flight_1 
WHERE plane_1.tailnum = flight_1.tailnum AND CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) > $1::double precision) ORDER BY plane_1.tailnum 
 LIMIT 2;

SELECT keys.n, page.anon_1, page.origin_1, page.time_hour_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT CAST((found.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(found.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) AS anon_1, found.origin AS origin_1, found.time_hour AS time_hour_1, CAST((found.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(found.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) AS anon_2, found.id AS id_1 
FROM (SELECT flight_1.id AS id, flight_1.year AS year, flight_1.month AS month, flight_1.day AS day, flight_1.dep_time AS dep_time, flight_1.sched_dep_time AS sched_dep_time, flight_1.dep_delay AS dep_delay, flight_1.arr_time AS arr_time, flight_1.sched_arr_time AS sched_arr_time, flight_1.arr_delay AS arr_delay, flight_1.carrier AS carrier, flight_1.flight AS flight, flight_1.tailnum AS tailnum, flight_1.origin AS origin, flight_1.dest AS dest, flight_1.air_time AS air_time, flight_1.distance AS distance, flight_1.hour AS hour, flight_1.minute AS minute, flight_1.time_hour AS time_hour 
FROM flight AS flight_1 
WHERE flight_1.tailnum = keys.k0
 LIMIT ALL OFFSET 0) AS found ORDER BY CAST((found.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(found.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) DESC NULLS LAST, found.id 
 LIMIT 1) AS page ON true ORDER BY keys.n, page.anon_2 DESC NULLS LAST, page.id_1;
