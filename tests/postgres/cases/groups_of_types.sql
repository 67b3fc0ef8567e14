SELECT sample_1."tint %" AS key0, sample_1.shade AS key1, CAST(date_trunc('quarter', CAST(sample_1.day AS TIMESTAMP WITHOUT TIME ZONE)) AS DATE) AS key2, date_trunc('hour', timezone('UTC', sample_1.naive), $1::text) AS key3, date_trunc('week', sample_1.moment, $2::text) AS key4, sum(sample_1.big) AS value0, sum(CAST(sample_1.single AS DOUBLE PRECISION)) AS value1, trim_scale(avg(sample_1.price)) AS value2, CAST(var_samp(CAST(sample_1.inexact AS DOUBLE PRECISION)) AS DOUBLE PRECISION) AS value3, CAST(min(CAST(sample_1.token AS TEXT) COLLATE "C") AS UUID) AS value4, max(sample_1.hexed) AS value5
FROM air.sample AS sample_1 GROUP BY 1, 2, 3, 4, 5
ORDER BY array_position($3::text[], sample_1."tint %") DESC NULLS LAST, key1
-- $1 = 'Asia/Tokyo'
-- $2 = 'Asia/Tokyo'
-- $3 = ['RED', 'BLUE', 'GREEN']
