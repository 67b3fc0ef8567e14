SELECT keys.n, page.id_1
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT flight_1.id AS id_1, flight_1.delay AS delay_1, flight_1.id AS id_2
FROM air.flight AS flight_1
WHERE flight_1.carrier = keys.k0 AND flight_1.delay > $2::bigint) AS page ON true
ORDER BY keys.n, page.delay_1, page.id_2
-- $1 = ['UA', 'EV']
-- $2 = 15
