SELECT pilot_1.id, anon_2.id IS NOT NULL AS anon_1, anon_2.number
FROM air.pilot AS pilot_1
LEFT OUTER JOIN LATERAL (SELECT licence_1.id AS id, licence_1.pilot_id AS pilot_id, licence_1.number AS number
FROM air.licence AS licence_1
WHERE pilot_1.id = licence_1.pilot_id
ORDER BY licence_1.id
LIMIT 1) AS anon_2 ON true
