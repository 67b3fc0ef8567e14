SELECT DISTINCT flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
WHERE flight_1.id <= $1::bigint 
 LIMIT 10001;

SELECT flight_1.id, flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
WHERE flight_1.id <= $1::bigint AND (EXISTS (SELECT 
FROM unnest($2::text[], $3::timestamptz[]) AS anon_1(k0, k1) 
WHERE flight_1.origin = anon_1.k0 AND flight_1.time_hour = anon_1.k1)) ORDER BY flight_1.id 
 LIMIT 100;
