SELECT DISTINCT flight_1.origin 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > %(v_1)s::bigint 
 LIMIT 10001;

SELECT DISTINCT flight_1.origin 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > %(v_1)s::bigint 
 LIMIT 10001;

SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
 LIMIT 10001;

SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
WHERE (flight_1.distance > %(v_1)s::bigint) IS NOT true 
 LIMIT 10001;
