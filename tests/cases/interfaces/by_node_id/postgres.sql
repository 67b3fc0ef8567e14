SELECT airline_1.name, airline_1.carrier 
FROM airline AS airline_1 
WHERE airline_1.carrier = $1::text 
 LIMIT 1;
