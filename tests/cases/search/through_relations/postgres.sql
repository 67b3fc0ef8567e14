SELECT counted.total, page.present, page.id_1, page.anon_1, page.engine_1, page.type_1 
FROM (SELECT count(*) AS total 
FROM flight AS flight_1 
WHERE flight_1.month = $1::bigint AND (EXISTS (SELECT 
FROM plane AS plane_1 
WHERE flight_1.tailnum = plane_1.tailnum AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_1.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_1.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $2::text)) IS NOT true))) AS counted LEFT OUTER JOIN (SELECT true AS present, flight_2.id AS id_1, plane_2.tailnum IS NOT NULL AS anon_1, plane_2.engine AS engine_1, plane_2.type AS type_1, flight_2.id AS id_2 
FROM flight AS flight_2 LEFT OUTER JOIN plane AS plane_2 ON flight_2.tailnum = plane_2.tailnum 
WHERE flight_2.month = $3::bigint AND (EXISTS (SELECT 
FROM plane AS plane_3 
WHERE flight_2.tailnum = plane_3.tailnum AND ((((setweight(to_tsvector('english'::regconfig, coalesce(plane_3.manufacturer, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(plane_3.model, '')), 'A')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_3.type, '')), 'B')) || setweight(to_tsvector('english'::regconfig, coalesce(plane_3.engine, '')), 'D')) @@ websearch_to_tsquery('english'::regconfig, $4::text)) IS NOT true)) ORDER BY flight_2.id 
 LIMIT 2) AS page ON true ORDER BY page.id_2;
