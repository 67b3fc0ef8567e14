SELECT keys.n, counted.total, page.present, page.dep_delay_1, page.anon_1, page.name_1 
FROM unnest(%(k0)s::text[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND flight_1.dep_delay > %(v_1)s::bigint) AS counted ON true LEFT OUTER JOIN LATERAL (SELECT true AS present, flight_2.dep_delay AS dep_delay_1, airline_1.carrier IS NOT NULL AS anon_1, airline_1.name AS name_1, flight_2.dep_delay AS dep_delay_2, flight_2.id AS id_1 
FROM flight AS flight_2 LEFT OUTER JOIN airline AS airline_1 ON flight_2.carrier = airline_1.carrier 
WHERE flight_2.origin = keys.k0 AND flight_2.dep_delay > %(v_2)s::bigint ORDER BY flight_2.dep_delay DESC NULLS LAST, flight_2.id 
 LIMIT 2) AS page ON true ORDER BY keys.n, page.dep_delay_2 DESC NULLS LAST, page.id_1;
