SELECT DISTINCT flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > %(v_1)s::bigint 
 LIMIT 10001;
