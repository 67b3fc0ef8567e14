SELECT max(recording_1.minutes) AS value0 
FROM recording AS recording_1 
WHERE recording_1.medium = 'film'
