SELECT DISTINCT flight_1.origin, flight_1.time_hour 
FROM flight AS flight_1 
 LIMIT 10001;
