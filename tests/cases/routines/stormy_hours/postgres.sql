SELECT keys.n, page.value0 
FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS keys(k0, k1, n) JOIN LATERAL (SELECT CAST(avg(flight_1.dep_delay) AS DOUBLE PRECISION) AS value0 
FROM flight AS flight_1 
WHERE flight_1.origin = keys.k0 AND flight_1.time_hour = keys.k1) AS page ON true ORDER BY keys.n;
