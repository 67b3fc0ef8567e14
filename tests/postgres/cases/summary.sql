SELECT count(*) AS value0, CAST(avg(flight_1.delay) AS DOUBLE PRECISION) AS value1
FROM air.flight AS flight_1
WHERE flight_1.delay > $1::bigint
-- $1 = 15
