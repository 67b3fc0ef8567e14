SELECT flight_1.tailnum, flight_1.dest, flight_1.id, plane_1.tailnum IS NOT NULL AS anon_1, plane_1.year 
FROM flight AS flight_1 LEFT OUTER JOIN plane AS plane_1 ON flight_1.tailnum = plane_1.tailnum 
WHERE flight_1.dest = $1::text AND NOT (EXISTS (SELECT 
FROM plane AS plane_2 
WHERE flight_1.tailnum = plane_2.tailnum)) ORDER BY flight_1.id 
 LIMIT 1;

SELECT keys.n, counted.total 
FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM watch AS watch_1 
WHERE watch_1.flight_id = keys.k0 AND false) AS counted ON true ORDER BY keys.n;
