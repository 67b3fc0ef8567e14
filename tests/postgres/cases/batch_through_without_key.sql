SELECT keys.n, page.id_1
FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT pilot_1.id AS id_1, pilot_1.id AS id_2
FROM air.pilot AS pilot_1
WHERE EXISTS (SELECT
FROM air.handover AS handover_1
WHERE handover_1.flight_id = keys.k0 AND handover_1.pilot_id = pilot_1.id)) AS page ON true
ORDER BY keys.n, page.id_2
-- $1 = [1]
