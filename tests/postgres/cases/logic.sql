SELECT flight_1.id
FROM air.flight AS flight_1
WHERE (flight_1.delay > %(v_1)s::bigint AND flight_1.place != %(v_2)s::text) IS NOT true AND (flight_1.delay IS NULL OR flight_1.hour IS NOT NULL) AND flight_1.id = ANY (%(v_3)s::bigint[]) AND flight_1.carrier != ALL (%(v_4)s::text[]) AND flight_1.carrier IS NOT NULL
-- v_1 = 15
-- v_2 = 'JFK'
-- v_3 = [1, 2]
-- v_4 = ['UA']
