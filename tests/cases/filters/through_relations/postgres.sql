SELECT counted.total, page.present, page.tailnum_1, page.seats_1 
FROM (SELECT count(*) AS total 
FROM plane AS plane_1 
WHERE plane_1.seats > $1::bigint AND (EXISTS (SELECT 
FROM flight AS flight_1 
WHERE plane_1.tailnum = flight_1.tailnum AND (EXISTS (SELECT 
FROM airline AS airline_1 
WHERE flight_1.carrier = airline_1.carrier AND airline_1.name ILIKE $2::text))))) AS counted LEFT OUTER JOIN (SELECT true AS present, plane_2.tailnum AS tailnum_1, plane_2.seats AS seats_1, plane_2.tailnum AS tailnum_2 
FROM plane AS plane_2 
WHERE plane_2.seats > $3::bigint AND (EXISTS (SELECT 
FROM flight AS flight_2 
WHERE plane_2.tailnum = flight_2.tailnum AND (EXISTS (SELECT 
FROM airline AS airline_2 
WHERE flight_2.carrier = airline_2.carrier AND airline_2.name ILIKE $4::text)))) ORDER BY plane_2.tailnum 
 LIMIT 3) AS page ON true ORDER BY page.tailnum_2;
