SELECT flight_1.arr_delay 
FROM flight AS flight_1 ORDER BY flight_1.id 
 LIMIT 2 OFFSET 3;
