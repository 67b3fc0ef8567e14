SELECT flight_1.id
FROM air.flight AS flight_1
WHERE (flight_1.delay > $1::bigint AND flight_1.place != $2::text) IS NOT true AND (flight_1.delay IS NULL OR flight_1.hour IS NOT NULL) AND flight_1.id = ANY ($3::bigint[]) AND flight_1.carrier != ALL ($4::text[]) AND flight_1.carrier IS NOT NULL
-- $1 = 15
-- $2 = 'JFK'
-- $3 = [1, 2]
-- $4 = ['UA']
