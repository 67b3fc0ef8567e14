SELECT airline_1.name AS key0, flight_1.place AS key1, count(*) AS value0, count(DISTINCT flight_1.hour) AS value1, CAST(sum(flight_1.delay) AS BIGINT) AS value2
FROM air.flight AS flight_1
LEFT OUTER JOIN air.airline AS airline_1 ON flight_1.carrier = airline_1.code
WHERE flight_1.delay > $1::bigint GROUP BY 1, 2
HAVING count(*) > $2::bigint AND CAST(sum(flight_1.delay) AS BIGINT) IS NOT NULL
ORDER BY value2 DESC NULLS LAST, key0, key1 NULLS FIRST
LIMIT 10 OFFSET 20
-- $1 = 15
-- $2 = 10
