SELECT flight_1.id, airline_1.code IS NOT NULL AS anon_1, airline_1.name, airline_2.code IS NOT NULL AS anon_2, airline_2.name AS name_1, weather_1.place IS NOT NULL AS anon_3, weather_1.wind
FROM air.flight AS flight_1
LEFT OUTER JOIN air.airline AS airline_1 ON flight_1.carrier = airline_1.code
LEFT OUTER JOIN air.airline AS airline_2 ON airline_1.parent_code = airline_2.code
LEFT OUTER JOIN air.weather AS weather_1 ON flight_1.place = weather_1.place AND flight_1.hour = weather_1.hour
ORDER BY airline_1.name, flight_1.id
