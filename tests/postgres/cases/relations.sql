SELECT flight_1.id
FROM air.flight AS flight_1
WHERE (EXISTS (SELECT
FROM air.airline AS airline_1
WHERE flight_1.carrier = airline_1.code AND airline_1.name LIKE $1::text)) AND NOT (EXISTS (SELECT
FROM air.crew AS crew_1
JOIN air.pilot AS pilot_1 ON crew_1.pilot_id = pilot_1.id
WHERE flight_1.id = crew_1.flight_id AND (pilot_1.name LIKE $2::text) IS NOT true)) AND NOT (EXISTS (SELECT
FROM air.crew AS crew_2
JOIN air.pilot AS pilot_2 ON crew_2.pilot_id = pilot_2.id
WHERE flight_1.id = crew_2.flight_id AND (pilot_2.name LIKE $3::text) IS NOT true))
-- $1 = 'U%'
-- $2 = 'U%'
-- $3 = 'U%'
