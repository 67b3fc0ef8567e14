SELECT keys.n, counted.total, page.present, page.id_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND flight_1.month = $2::bigint) AS counted ON true LEFT OUTER JOIN LATERAL (SELECT true AS present, flight_2.id AS id_1, flight_2.id AS id_2 
FROM flight AS flight_2 
WHERE flight_2.origin = ANY (ARRAY[keys.k0]) AND flight_2.month = $3::bigint ORDER BY flight_2.origin, flight_2.id 
 LIMIT 1) AS page ON true ORDER BY keys.n, page.id_2;

SELECT keys.n, page.value0 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT max(flight_1.distance) AS value0 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND flight_1.month = $2::bigint) AS page ON true ORDER BY keys.n;

SELECT keys.n, page.key0, page.value0 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT flight_1.dest AS key0, count(*) AS value0 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND flight_1.month = $2::bigint GROUP BY 1 ORDER BY value0 DESC, key0 
 LIMIT 2) AS page ON true ORDER BY keys.n, page.value0 DESC, page.key0;
