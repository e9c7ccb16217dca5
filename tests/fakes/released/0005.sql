INSERT INTO clubs (club, moderators, organisers, talk, schedule, zone, book, walk)
    VALUES (1, 500, NULL, 100, NULL, 'Europe/Berlin', 'smiley', 'zone');
INSERT INTO figures (club, book, at, "groups") VALUES (1, 'smiley', 'NOON', '[[0, 0, 7], [1, 4, 5]]');
