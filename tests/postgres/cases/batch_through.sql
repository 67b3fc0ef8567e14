SELECT keys.n, page.id_1
FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT found.id AS id_1, found.id AS id_2
FROM (SELECT pilot_1.id AS id, pilot_1.name AS name
FROM air.pilot AS pilot_1
JOIN air.crew AS crew_1 ON crew_1.pilot_id = pilot_1.id
WHERE crew_1.flight_id = keys.k0 AND pilot_1.name LIKE $2::text
LIMIT ALL OFFSET 0) AS found
ORDER BY found.id
LIMIT 3) AS page ON true
ORDER BY keys.n, page.id_2
-- $1 = [1]
-- $2 = 'U%'
