SELECT airline_1.name, airline_1.carrier 
FROM airline AS airline_1 
WHERE airline_1.carrier = ANY ($1::text[]) ORDER BY airline_1.carrier 
 LIMIT 100;

SELECT keys.n, page.id_1, page.anon_1, page.model_1, page.tailnum_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT flight_1.id AS id_1, plane_1.tailnum IS NOT NULL AS anon_1, plane_1.model AS model_1, plane_1.tailnum AS tailnum_1, flight_1.id AS id_2 
FROM flight AS flight_1 LEFT OUTER JOIN plane AS plane_1 ON flight_1.tailnum = plane_1.tailnum 
WHERE flight_1.carrier = ANY (ARRAY[keys.k0]) ORDER BY flight_1.carrier DESC, flight_1.id DESC 
 LIMIT 1) AS page ON true ORDER BY keys.n, page.id_2 DESC;

SELECT keys.n, counted.total 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.tailnum = keys.k0) AS counted ON true ORDER BY keys.n;
