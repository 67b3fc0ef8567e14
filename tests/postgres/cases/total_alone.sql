SELECT counted.total
FROM (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.delay > %(v_1)s::bigint) AS counted
-- v_1 = 15
