SELECT counted.total, page.present, page.tailnum_1, page.manufacturer_1, page.model_1, page.engine_1 
FROM (SELECT count(*) AS total 
FROM plane AS plane_1 
WHERE plane_1.year < $1::bigint AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_1.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $2::text))) AS counted LEFT OUTER JOIN (SELECT true AS present, plane_2.tailnum AS tailnum_1, plane_2.manufacturer AS manufacturer_1, plane_2.model AS model_1, plane_2.engine AS engine_1, plane_2.tailnum AS tailnum_2 
FROM plane AS plane_2 
WHERE plane_2.year < $3::bigint AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_2.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_2.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_2.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_2.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $4::text)) ORDER BY plane_2.tailnum 
 LIMIT 3) AS page ON true ORDER BY page.tailnum_2;

SELECT counted.total 
FROM (SELECT count(*) AS total 
FROM plane AS plane_1 
WHERE (((setweight(to_tsvector('english'::regconfig, coalesce(plane_1.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $1::text)) AS counted;
