SELECT counted.total, page.present, page.id_1, page.dep_delay_1, page.dest_1 
FROM (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > $1::bigint AND flight_1.dest = ANY ($2::text[])) AS counted LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, flight_2.dep_delay AS dep_delay_1, flight_2.dest AS dest_1, flight_2.id AS id_2 
FROM flight AS flight_2 
WHERE flight_2.dep_delay > $3::bigint AND flight_2.dest = ANY ($4::text[]) ORDER BY flight_2.id 
 LIMIT 2) AS page ON true ORDER BY page.id_2;
