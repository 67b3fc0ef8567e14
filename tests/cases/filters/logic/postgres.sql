SELECT counted.total, page.present, page.id_1, page.origin_1, page.dest_1, page.distance_1 
FROM (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint AND flight_1.day = ANY ($2::bigint[]) AND (flight_1.origin = $3::text AND flight_1.dest LIKE $4::text OR (flight_1.distance >= $5::bigint) IS NOT true)) AS counted LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, flight_2.origin AS origin_1, flight_2.dest AS dest_1, flight_2.distance AS distance_1, flight_2.id AS id_2 
FROM flight AS flight_2 
WHERE flight_2.month = $6::bigint AND flight_2.day = ANY ($7::bigint[]) AND (flight_2.origin = $8::text AND flight_2.dest LIKE $9::text OR (flight_2.distance >= $10::bigint) IS NOT true) ORDER BY flight_2.id 
 LIMIT 2) AS page ON true ORDER BY page.id_2;
