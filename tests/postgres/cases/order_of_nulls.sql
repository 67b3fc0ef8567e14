SELECT flight_1.id
FROM air.flight AS flight_1
ORDER BY flight_1.delay, flight_1.hour NULLS FIRST, flight_1.place DESC NULLS LAST, flight_1.carrier DESC, flight_1.id DESC
