SELECT of_page_0.n, concat(E'\x07', of_page_0.fact0, CASE WHEN (of_page_0.n > 0) THEN concat(E'\x02', of_page_0.lines, E'\x04') ELSE E'\x05' END, E'\x0b', of_page_0.fact1, E'\x0c', of_page_0.fact2) AS concat_1
FROM (SELECT airline_1.code AS code_1, airline_1.name AS name_1, airline_1.code AS code_2
FROM air.airline AS airline_1) AS page
JOIN LATERAL (SELECT least(count(*), 3) AS n, array_to_string((array_agg(concat(E'\x06', rtrim(replace(replace(replace(encode(convert_to(concat('["c0ffee00"', ',', coalesce(CAST(to_json(CAST(page_0.place_1 AS text)) AS text), 'null'), ',', coalesce(CAST(CAST(page_0.id_1 AS integer) AS text), 'null'), ']'), 'UTF8'), 'base64'), '+', '-'), '/', '_'), E'\x0a', ''), '='))
ORDER BY page_0.place_2, page_0.id_2))[1:3], E'\x03') AS lines, (SELECT CASE WHEN (counted.total < 2147483648) THEN CAST(counted.total AS text) ELSE E'\x1f' END AS anon_1
FROM LATERAL (SELECT count(*) AS total
FROM air.flight AS flight_1
WHERE flight_1.carrier = page.code_1 AND flight_1.delay > $1::bigint) AS counted) AS fact0, CASE WHEN (count(*) > 3) THEN 'true' ELSE 'false' END AS fact1, coalesce((E'\x1a' || CASE WHEN (count(*) > 0) THEN rtrim(replace(replace(replace(encode(convert_to(concat('["c0ffee00"', ',', coalesce(CAST(to_json(CAST((array_agg(page_0.place_1
ORDER BY page_0.place_2, page_0.id_2))[CAST(least(count(*), 3) AS integer)] AS text)) AS text), 'null'), ',', coalesce(CAST(CAST((array_agg(page_0.id_1
ORDER BY page_0.place_2, page_0.id_2))[CAST(least(count(*), 3) AS integer)] AS integer) AS text), 'null'), ']'), 'UTF8'), 'base64'), '+', '-'), '/', '_'), E'\x0a', ''), '=') END) || E'\x1a', E'\x1b') AS fact2
FROM LATERAL (SELECT found.id AS id_1, found.place AS place_1, found.place AS place_2, found.id AS id_2
FROM (SELECT flight_2.id AS id, flight_2.carrier AS carrier, flight_2.place AS place, flight_2.hour AS hour, flight_2.delay AS delay
FROM air.flight AS flight_2
WHERE flight_2.carrier = page.code_1 AND flight_2.delay > $2::bigint
LIMIT ALL OFFSET 0) AS found
ORDER BY found.place, found.id
LIMIT 4) AS page_0) AS of_page_0 ON true
ORDER BY page.code_2
-- $1 = 15
-- $2 = 15
