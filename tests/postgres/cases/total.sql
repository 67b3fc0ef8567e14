SELECT counted.total, page.present, page.id_1
FROM (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.delay > $1::bigint) AS counted
LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, flight_2.delay AS delay_1, flight_2.id AS id_2
FROM air.flight AS flight_2
WHERE flight_2.delay > $2::bigint AND flight_2.id > $3::bigint
ORDER BY flight_2.delay DESC NULLS LAST, flight_2.id
LIMIT 10) AS page ON true
ORDER BY page.delay_1 DESC NULLS LAST, page.id_2
-- $1 = 15
-- $2 = 15
-- $3 = 1
