SELECT page.delay_1, CASE WHEN (page.id_1 IS NOT NULL AND (NOT page.anon_2 OR page.name_1 IS NOT NULL)) THEN concat(E'\x01', CAST(page.id_1 AS integer), E'\x02', coalesce(CAST(CAST(page.delay_1 AS integer) AS text), 'null'), CASE WHEN page.anon_2 THEN concat(E'\x04', CAST(page.name_1 AS text), '}') ELSE E'\x03' END) END AS anon_1
FROM (SELECT flight_1.id AS id_1, flight_1.delay AS delay_1, airline_1.code IS NOT NULL AS anon_2, airline_1.name AS name_1, flight_1.delay AS delay_2, flight_1.id AS id_2
FROM air.flight AS flight_1
LEFT OUTER JOIN air.airline AS airline_1 ON flight_1.carrier = airline_1.code
ORDER BY flight_1.delay, flight_1.id
LIMIT 3) AS page
ORDER BY page.delay_2, page.id_2
