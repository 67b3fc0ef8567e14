SELECT flight_1.id, flight_1.dest 
FROM flight AS flight_1 LEFT OUTER JOIN unnest($1::text[], $2::integer[]) AS anon_1(k0, place) ON flight_1.dest = anon_1.k0 
WHERE flight_1.id <= $3::bigint ORDER BY anon_1.place, flight_1.id 
 LIMIT 2;
