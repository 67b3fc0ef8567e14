SELECT flight_1.id 
FROM flight AS flight_1 
WHERE EXISTS (SELECT 
FROM unnest($1::text[], $2::timestamptz[]) AS anon_1(k0, k1) 
WHERE flight_1.origin = anon_1.k0 AND flight_1.time_hour = anon_1.k1) 
 LIMIT 4;

SELECT flight_1.id, flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 LEFT OUTER JOIN unnest($1::text[], $2::timestamptz[], $3::integer[]) AS anon_1(k0, k1, place) ON flight_1.origin = anon_1.k0 AND flight_1.time_hour = anon_1.k1 
WHERE EXISTS (SELECT 
FROM unnest($4::text[], $5::timestamptz[]) AS anon_2(k0, k1) 
WHERE flight_1.origin = anon_2.k0 AND flight_1.time_hour = anon_2.k1) ORDER BY anon_1.place DESC NULLS LAST, flight_1.id 
 LIMIT 4;
