SELECT DISTINCT flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
WHERE flight_1.id <= %(v_1)s::bigint 
 LIMIT 10001;

SELECT flight_1.id, flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
WHERE flight_1.id <= %(v_1)s::bigint AND (EXISTS (SELECT 
FROM unnest(%(v_2)s::text[], %(v_3)s::timestamptz[]) AS anon_1(k0, k1) 
WHERE flight_1.origin = anon_1.k0 AND flight_1.time_hour = anon_1.k1)) ORDER BY flight_1.id 
 LIMIT 100;
