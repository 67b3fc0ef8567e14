SELECT flight_1.flight, CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) AS anon_1, flight_1.id 
FROM flight AS flight_1 
WHERE CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) > $1::double precision ORDER BY CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) DESC NULLS LAST, flight_1.id 
 LIMIT 2;

SELECT count(*) AS value0, min(CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION)) AS value1 
FROM flight AS flight_1 
WHERE CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) > $1::double precision;

SELECT flight_1.flight, CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) AS anon_1 
FROM flight AS flight_1 
WHERE CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) > $1::double precision AND (CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) < $2::double precision OR CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) IS NULL OR CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) = $3::double precision AND flight_1.id > $4::bigint) ORDER BY CAST((flight_1.distance * CAST(60.0 AS DOUBLE PRECISION)) / CAST(nullif(flight_1.air_time, 0) AS NUMERIC) AS DOUBLE PRECISION) DESC NULLS LAST, flight_1.id 
 LIMIT 2;
