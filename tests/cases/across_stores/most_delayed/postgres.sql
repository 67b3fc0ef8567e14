SELECT flight_1.dep_delay, flight_1.origin, flight_1.time_hour, plane_1.tailnum IS NOT NULL AS anon_1, plane_1.manufacturer 
FROM flight AS flight_1 LEFT OUTER JOIN plane AS plane_1 ON flight_1.tailnum = plane_1.tailnum 
WHERE flight_1.carrier = $1::text ORDER BY flight_1.dep_delay DESC NULLS LAST, flight_1.id 
 LIMIT 2;
