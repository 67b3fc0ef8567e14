SELECT keys.n, counted.total
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.carrier = keys.k0) AS counted ON true
ORDER BY keys.n
-- $1 = ['UA', 'EV']
