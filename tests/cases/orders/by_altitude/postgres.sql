SELECT DISTINCT flight_1.origin 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint AND flight_1.day = $2::bigint AND flight_1.carrier = $3::text AND flight_1.dest != $4::text 
 LIMIT 10001;

SELECT counted.total, page.present, page.id_1, page.dep_delay_1, page.origin_1 
FROM (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint AND flight_1.day = $2::bigint AND flight_1.carrier = $3::text AND flight_1.dest != $4::text) AS counted LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, flight_2.dep_delay AS dep_delay_1, flight_2.origin AS origin_1, anon_1.place AS place_1, flight_2.dep_delay AS dep_delay_2, flight_2.id AS id_2 
FROM flight AS flight_2 LEFT OUTER JOIN unnest($5::text[], $6::integer[]) AS anon_1(k0, place) ON flight_2.origin = anon_1.k0 
WHERE flight_2.month = $7::bigint AND flight_2.day = $8::bigint AND flight_2.carrier = $9::text AND flight_2.dest != $10::text ORDER BY anon_1.place DESC NULLS LAST, flight_2.dep_delay DESC NULLS LAST, flight_2.id 
 LIMIT 3) AS page ON true ORDER BY page.place_1 DESC NULLS LAST, page.dep_delay_2 DESC NULLS LAST, page.id_2;
