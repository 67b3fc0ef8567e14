SELECT of_page_0.n, CASE WHEN (page.name_1 IS NOT NULL) THEN concat(E'\x01', CAST(page.name_1 AS text), CASE WHEN (of_page_0.n > 0) THEN concat(E'\x02', of_page_0.lines, '}') ELSE E'\x05' END) END AS anon_1
FROM (SELECT airline_1.code AS code_1, airline_1.name AS name_1, airline_1.code AS code_2
FROM air.airline AS airline_1
WHERE airline_1.name LIKE $1::text
ORDER BY airline_1.code
LIMIT 5) AS page
JOIN LATERAL (SELECT count(*) AS n, string_agg(CASE WHEN (page_0.id_1 IS NOT NULL) THEN concat(E'\x06', CAST(page_0.id_1 AS integer)) ELSE E'\x1f' END, E'\x03'
ORDER BY page_0.id_2) AS lines
FROM LATERAL (SELECT found.id AS id_1, found.delay AS delay_1, found.id AS id_2
FROM (SELECT flight_1.id AS id, flight_1.carrier AS carrier, flight_1.place AS place, flight_1.hour AS hour, flight_1.delay AS delay
FROM air.flight AS flight_1
WHERE flight_1.carrier = page.code_1 AND flight_1.delay > $2::bigint
LIMIT ALL OFFSET 0) AS found
ORDER BY found.id
LIMIT 3) AS page_0) AS of_page_0 ON true
ORDER BY page.code_2
-- $1 = 'U%'
-- $2 = 15
