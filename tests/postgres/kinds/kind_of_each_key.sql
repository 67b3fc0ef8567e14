SELECT keys.n, page.title_1, page.anon_1, page.title_2 
FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(k0, n) JOIN LATERAL (SELECT found.title AS title_1, recording_1.id IS NOT NULL AS anon_1, recording_1.title AS title_2, found.id AS id_1 
FROM (SELECT recording_2.id AS id, recording_2.medium AS medium, recording_2.title AS title, recording_2.minutes AS minutes, recording_2.author_id AS author_id, recording_2.isbn AS isbn, recording_2.shelf_code AS shelf_code, recording_2.colour AS colour, recording_2.code AS code, recording_2.sequel_id AS sequel_id, recording_2.director_id AS director_id, recording_2.tracks AS tracks, recording_2.layers AS layers 
FROM recording AS recording_2 
WHERE recording_2.director_id = keys.k0 AND recording_2.medium = 'film'
 LIMIT ALL OFFSET 0) AS found LEFT OUTER JOIN recording AS recording_1 ON found.sequel_id = recording_1.id AND recording_1.medium = 'film' ORDER BY found.id 
 LIMIT 3) AS page ON true ORDER BY keys.n, page.id_1
