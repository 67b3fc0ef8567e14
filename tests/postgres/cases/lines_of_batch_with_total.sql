SELECT keys.n, counted.total, page.present, CASE WHEN (page.id_1 IS NOT NULL) THEN concat(E'\x01', CAST(page.id_1 AS integer), E'\x02', coalesce(CAST(CAST(page.delay_1 AS integer) AS text), 'null')) END AS anon_1
FROM unnest($1::text[]) WITH ORDINALITY AS keys(k0, n)
JOIN LATERAL (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.carrier = keys.k0) AS counted ON true
LEFT OUTER JOIN LATERAL (SELECT true AS present, found.id AS id_1, found.delay AS delay_1, found.id AS id_2
FROM (SELECT flight_2.id AS id, flight_2.carrier AS carrier, flight_2.place AS place, flight_2.hour AS hour, flight_2.delay AS delay
FROM air.flight AS flight_2
WHERE flight_2.carrier = keys.k0
LIMIT ALL OFFSET 0) AS found
ORDER BY found.id
LIMIT 3) AS page ON true
ORDER BY keys.n, page.id_2
-- $1 = ['UA', 'EV']
