SELECT keys.n, counted.total, page.present, page.dep_delay_1, page.anon_1, page.name_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND flight_1.dep_delay > $2::bigint) AS counted ON true LEFT OUTER JOIN LATERAL (SELECT true AS present, found.dep_delay AS dep_delay_1, airline_1.carrier IS NOT NULL AS anon_1, airline_1.name AS name_1, found.dep_delay AS dep_delay_2, found.id AS id_1 
FROM (SELECT flight_2.id AS id, flight_2.year AS year, flight_2.month AS month, flight_2.day AS day, flight_2.dep_time AS dep_time, flight_2.sched_dep_time AS sched_dep_time, flight_2.dep_delay AS dep_delay, flight_2.arr_time AS arr_time, flight_2.sched_arr_time AS sched_arr_time, flight_2.arr_delay AS arr_delay, flight_2.carrier AS carrier, flight_2.flight AS flight, flight_2.tailnum AS tailnum, flight_2.origin AS origin, flight_2.dest AS dest, flight_2.air_time AS air_time, flight_2.distance AS distance, flight_2.hour AS hour, flight_2.minute AS minute, flight_2.time_hour AS time_hour 
FROM flight AS flight_2 
WHERE flight_2.origin = keys.k0 AND flight_2.dep_delay > $3::bigint
 LIMIT ALL OFFSET 0) AS found LEFT OUTER JOIN airline AS airline_1 ON found.carrier = airline_1.carrier ORDER BY found.dep_delay DESC NULLS LAST, found.id 
 LIMIT 2) AS page ON true ORDER BY keys.n, page.dep_delay_2 DESC NULLS LAST, page.id_1;
