SELECT DISTINCT flight_1.dest 
FROM flight AS flight_1 
WHERE flight_1.dep_delay > $1::bigint 
 LIMIT 10001;

SELECT counted.total, page.present, page.tailnum_1, page.seats_1 
FROM (SELECT count(*) AS total 
FROM plane AS plane_1 
WHERE plane_1.seats > $1::bigint AND (EXISTS (SELECT 
FROM flight AS flight_1 
WHERE plane_1.tailnum = flight_1.tailnum AND flight_1.dest = ANY ($2::text[])))) AS counted LEFT OUTER JOIN (SELECT true AS present, plane_2.tailnum AS tailnum_1, plane_2.seats AS seats_1, plane_2.tailnum AS tailnum_2 
FROM plane AS plane_2 
WHERE plane_2.seats > $3::bigint AND (EXISTS (SELECT 
FROM flight AS flight_2 
WHERE plane_2.tailnum = flight_2.tailnum AND flight_2.dest = ANY ($4::text[]))) ORDER BY plane_2.tailnum 
 LIMIT 3) AS page ON true ORDER BY page.tailnum_2;
