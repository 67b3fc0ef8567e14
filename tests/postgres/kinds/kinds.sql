SELECT recording_1.medium, recording_1.title, author_1.id IS NOT NULL AS anon_1, author_1.name, recording_1.colour, recording_1.layers, recording_1.tracks 
FROM recording AS recording_1 LEFT OUTER JOIN author AS author_1 ON recording_1.author_id = author_1.id ORDER BY recording_1.id 
 LIMIT 10
