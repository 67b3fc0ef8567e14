SELECT flight_1.origin, flight_1.dest 
FROM flight AS flight_1 
WHERE flight_1.id = $1::bigint 
 LIMIT 1;
