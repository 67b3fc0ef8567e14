SELECT keys.n, counted.total, page.present, page.id_1, page.anon_1, page.name_1
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.carrier = keys.k0 AND flight_1.delay > $2::bigint) AS counted ON true
LEFT OUTER JOIN LATERAL (SELECT true AS present, found.id AS id_1, airline_1.code IS NOT NULL AS anon_1, airline_1.name AS name_1, airline_1.name AS name_2, found.id AS id_2
FROM (SELECT flight_2.id AS id, flight_2.carrier AS carrier, flight_2.place AS place, flight_2.hour AS hour, flight_2.delay AS delay
FROM air.flight AS flight_2
WHERE flight_2.carrier = keys.k0 AND flight_2.delay > $3::bigint
LIMIT ALL OFFSET 0) AS found
LEFT OUTER JOIN air.airline AS airline_1 ON found.carrier = airline_1.code
ORDER BY airline_1.name DESC NULLS LAST, found.id
LIMIT 3 OFFSET 1) AS page ON true
ORDER BY keys.n, page.name_2 DESC NULLS LAST, page.id_2
-- $1 = ['UA', 'EV']
-- $2 = 15
-- $3 = 15
