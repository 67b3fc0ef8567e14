SELECT airline_1.carrier 
FROM airline AS airline_1 
WHERE airline_1.carrier = ANY ($1::text[]) ORDER BY airline_1.carrier 
 LIMIT 100;

SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
WHERE flight_1.carrier = ANY ($1::text[]) AND flight_1.month = $2::bigint AND flight_1.day = $3::bigint 
 LIMIT 10001;

SELECT keys.n, page.id_1, page.dest_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT found.id AS id_1, found.dest AS dest_1, anon_1.place AS place_1, found.id AS id_2 
FROM (SELECT flight_1.id AS id, flight_1.year AS year, flight_1.month AS month, flight_1.day AS day, flight_1.dep_time AS dep_time, flight_1.sched_dep_time AS sched_dep_time, flight_1.dep_delay AS dep_delay, flight_1.arr_time AS arr_time, flight_1.sched_arr_time AS sched_arr_time, flight_1.arr_delay AS arr_delay, flight_1.carrier AS carrier, flight_1.flight AS flight, flight_1.tailnum AS tailnum, flight_1.origin AS origin, flight_1.dest AS dest, flight_1.air_time AS air_time, flight_1.distance AS distance, flight_1.hour AS hour, flight_1.minute AS minute, flight_1.time_hour AS time_hour 
FROM flight AS flight_1 
WHERE flight_1.carrier = keys.k0 AND flight_1.month = $2::bigint AND flight_1.day = $3::bigint
 LIMIT ALL OFFSET 0) AS found LEFT OUTER JOIN unnest($4::text[], $5::integer[]) AS anon_1(k0, place) ON found.dest = anon_1.k0 ORDER BY anon_1.place DESC NULLS LAST, found.id 
 LIMIT 2) AS page ON true ORDER BY keys.n, page.place_1 DESC NULLS LAST, page.id_2;
