SELECT counted.total, page.present, page.tailnum_1, page.manufacturer_1 
FROM (SELECT count(*) AS total 
FROM plane AS plane_1 
WHERE (plane_1.manufacturer % $1::text) AND similarity(plane_1.manufacturer, $1::text) >= $2::real) AS counted LEFT OUTER JOIN (SELECT true AS present, plane_2.tailnum AS tailnum_1, plane_2.manufacturer AS manufacturer_1, similarity(plane_2.manufacturer, $3::text) AS similarity_1, plane_2.tailnum AS tailnum_2 
FROM plane AS plane_2 
WHERE (plane_2.manufacturer % $4::text) AND similarity(plane_2.manufacturer, $4::text) >= $5::real ORDER BY similarity(plane_2.manufacturer, $3::text) DESC NULLS LAST, plane_2.tailnum 
 LIMIT 4) AS page ON true ORDER BY page.similarity_1 DESC NULLS LAST, page.tailnum_2;
