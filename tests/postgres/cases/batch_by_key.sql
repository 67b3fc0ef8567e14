SELECT keys.n, page.id_1
FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT pilot_1.id AS id_1
FROM air.pilot AS pilot_1
WHERE pilot_1.id = keys.k0) AS page ON true
ORDER BY keys.n
-- $1 = [1]
