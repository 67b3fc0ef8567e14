SELECT count(*) AS value0, CAST(sum(flight_1.distance) AS BIGINT) AS value1, min(flight_1.time_hour) AS value2 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint;

SELECT flight_1.origin AS key0 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint GROUP BY 1 ORDER BY key0 
 LIMIT 100;
