SELECT DISTINCT flight_1.origin 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > $1::bigint 
 LIMIT 10001;

SELECT DISTINCT flight_1.origin 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > $1::bigint 
 LIMIT 10001;

SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
 LIMIT 10001;

SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
WHERE (flight_1.distance > $1::bigint) IS NOT true 
 LIMIT 10001;
