SELECT keys.n, page.value0, page.value1
FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT count(*) AS value0, CAST(stddev_samp(pilot_1.id) AS DOUBLE PRECISION) AS value1
FROM air.pilot AS pilot_1
WHERE (EXISTS (SELECT
FROM air.handover AS handover_1
WHERE handover_1.flight_id = keys.k0 AND handover_1.pilot_id = pilot_1.id)) AND pilot_1.name LIKE $2::text) AS page ON true
ORDER BY keys.n
-- $1 = [1]
-- $2 = 'U%'
