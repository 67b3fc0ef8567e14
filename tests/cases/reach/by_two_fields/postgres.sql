SELECT DISTINCT flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > $1::bigint 
 LIMIT 10001;
