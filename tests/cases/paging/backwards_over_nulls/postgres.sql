SELECT counted.total, page.present, page.id_1, page.dep_delay_1 
FROM (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.carrier = $1::text) AS counted LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, flight_2.dep_delay AS dep_delay_1, flight_2.dep_delay AS dep_delay_2, flight_2.id AS id_2 
FROM flight AS flight_2 
WHERE flight_2.carrier = $2::text ORDER BY flight_2.dep_delay DESC, flight_2.id DESC 
 LIMIT 3) AS page ON true ORDER BY page.dep_delay_2 DESC, page.id_2 DESC;
