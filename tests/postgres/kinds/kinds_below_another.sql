SELECT counted.total, page.present, page.medium_1, page.layers_1 
FROM (SELECT count(*) AS total 
FROM recording AS recording_1 
WHERE recording_1.medium IN ('tape', 'disc')) AS counted LEFT OUTER JOIN (SELECT true AS present, recording_2.medium AS medium_1, recording_2.layers AS layers_1, recording_2.id AS id_1 
FROM recording AS recording_2 
WHERE recording_2.medium IN ('tape', 'disc')) AS page ON true ORDER BY page.id_1
