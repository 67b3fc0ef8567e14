SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
WHERE EXISTS (SELECT 
FROM plane AS plane_1 
WHERE flight_1.tailnum = plane_1.tailnum AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_1.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $1::text))) 
 LIMIT 10001;

SELECT keys.n, counted.total, page.present, page.id_1, page.anon_1, page.manufacturer_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.dest = keys.k0 AND (EXISTS (SELECT 
FROM plane AS plane_1 
WHERE flight_1.tailnum = plane_1.tailnum AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_1.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $2::text))))) AS counted ON true LEFT OUTER JOIN LATERAL (SELECT true AS present, found.id AS id_1, plane_2.tailnum IS NOT NULL AS anon_1, plane_2.manufacturer AS manufacturer_1, similarity(plane_2.manufacturer, $3::text) AS similarity_1, found.id AS id_2 
FROM (SELECT flight_2.id AS id, flight_2.year AS year, flight_2.month AS month, flight_2.day AS day, flight_2.dep_time AS dep_time, flight_2.sched_dep_time AS sched_dep_time, flight_2.dep_delay AS dep_delay, flight_2.arr_time AS arr_time, flight_2.sched_arr_time AS sched_arr_time, flight_2.arr_delay AS arr_delay, flight_2.carrier AS carrier, flight_2.flight AS flight, flight_2.tailnum AS tailnum, flight_2.origin AS origin, flight_2.dest AS dest, flight_2.air_time AS air_time, flight_2.distance AS distance, flight_2.hour AS hour, flight_2.minute AS minute, flight_2.time_hour AS time_hour 
FROM flight AS flight_2 
WHERE flight_2.dest = keys.k0 AND (EXISTS (SELECT 
FROM plane AS plane_3 
WHERE flight_2.tailnum = plane_3.tailnum AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_3.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_3.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_3.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_3.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $4::text))))
 LIMIT ALL OFFSET 0) AS found LEFT OUTER JOIN plane AS plane_2 ON found.tailnum = plane_2.tailnum ORDER BY similarity(plane_2.manufacturer, $3::text) DESC NULLS LAST, found.id 
 LIMIT 2) AS page ON true ORDER BY keys.n, page.similarity_1 DESC NULLS LAST, page.id_2;
