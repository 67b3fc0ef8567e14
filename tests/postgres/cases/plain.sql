SELECT flight_1.id, flight_1.delay
FROM air.flight AS flight_1
WHERE flight_1.delay > $1::bigint
ORDER BY flight_1.id
LIMIT 10 OFFSET 20
-- $1 = 15
