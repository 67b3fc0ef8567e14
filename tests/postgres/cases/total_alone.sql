SELECT counted.total
FROM (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.delay > $1::bigint) AS counted
-- $1 = 15
