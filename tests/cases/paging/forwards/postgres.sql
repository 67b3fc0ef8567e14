SELECT flight_1.id, flight_1.dep_delay 
FROM flight AS flight_1 
WHERE flight_1.carrier = $1::text ORDER BY flight_1.dep_delay, flight_1.id 
 LIMIT 3;
