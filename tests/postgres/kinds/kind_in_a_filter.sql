SELECT author_1.name 
FROM author AS author_1 
WHERE NOT (EXISTS (SELECT 
FROM recording AS recording_1 
WHERE author_1.id = recording_1.director_id AND recording_1.medium = 'film' AND (EXISTS (SELECT 
FROM recording AS recording_2 
WHERE recording_1.sequel_id = recording_2.id AND recording_2.medium = 'film'))))
