SELECT counted.total, page.present, page.id_1, page.origin_1, page.dest_1, page.distance_1 
FROM (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.month = %(v_1)s::bigint AND flight_1.day = ANY (%(v_2)s::bigint[]) AND (flight_1.origin = %(v_3)s::text AND flight_1.dest LIKE %(v_4)s::text OR (flight_1.distance >= %(v_5)s::bigint) IS NOT true)) AS counted LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, flight_2.origin AS origin_1, flight_2.dest AS dest_1, flight_2.distance AS distance_1, flight_2.id AS id_2 
FROM flight AS flight_2 
WHERE flight_2.month = %(v_6)s::bigint AND flight_2.day = ANY (%(v_7)s::bigint[]) AND (flight_2.origin = %(v_8)s::text AND flight_2.dest LIKE %(v_9)s::text OR (flight_2.distance >= %(v_10)s::bigint) IS NOT true) ORDER BY flight_2.id 
 LIMIT 2) AS page ON true ORDER BY page.id_2;
