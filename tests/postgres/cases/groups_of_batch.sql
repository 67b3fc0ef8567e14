SELECT keys.n, page.key0, page.value0
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT flight_1.hour AS key0, count(*) AS value0
FROM air.flight AS flight_1
WHERE flight_1.carrier = keys.k0 GROUP BY 1
ORDER BY value0 DESC, key0
LIMIT 3) AS page ON true
ORDER BY keys.n, page.value0 DESC, page.key0
-- $1 = ['UA', 'EV']
