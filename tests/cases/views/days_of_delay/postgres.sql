SELECT day_1.scheduled, day_1.cancelled 
FROM day AS day_1 
WHERE day_1.date = $1::date 
 LIMIT 1;

SELECT counted.total, page.present, page.date_1, page.scheduled_1, page.cancelled_1 
FROM (SELECT count(*) AS total 
FROM day AS day_1 
WHERE day_1.cancelled > $1::bigint) AS counted LEFT OUTER JOIN (SELECT true AS present, day_2.date AS date_1, day_2.scheduled AS scheduled_1, day_2.cancelled AS cancelled_1, day_2.cancelled AS cancelled_2, day_2.date AS date_2 
FROM day AS day_2 
WHERE day_2.cancelled > $2::bigint ORDER BY day_2.cancelled DESC, day_2.date 
 LIMIT 2) AS page ON true ORDER BY page.cancelled_2 DESC, page.date_2;

SELECT CAST(sum(day_1.cancelled) AS BIGINT) AS value0 
FROM day AS day_1 
WHERE day_1.cancelled > $1::bigint;
