SELECT keys.n, counted.total, page.present, page.id_1, page.origin_1, page.time_hour_1 
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND (EXISTS (SELECT 
FROM unnest($2::text[], $3::timestamptz[]) AS anon_1(k0, k1) 
WHERE flight_1.origin = anon_1.k0 AND flight_1.time_hour = anon_1.k1))) AS counted ON true LEFT OUTER JOIN LATERAL (SELECT true AS present, flight_2.id AS id_1, flight_2.origin AS origin_1, flight_2.time_hour AS time_hour_1, flight_2.id AS id_2 
FROM flight AS flight_2 
WHERE flight_2.origin = ANY (ARRAY[keys.k0]) AND (EXISTS (SELECT 
FROM unnest($4::text[], $5::timestamptz[]) AS anon_2(k0, k1) 
WHERE flight_2.origin = anon_2.k0 AND flight_2.time_hour = anon_2.k1)) ORDER BY flight_2.origin, flight_2.id 
 LIMIT 1) AS page ON true ORDER BY keys.n, page.id_2;
