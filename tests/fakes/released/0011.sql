INSERT INTO reading_notes (id, club, member, book, text, said, needs, at, named, hidden)
    VALUES (2, 1, 10, 'smiley', 'A line.', 3, '{"smiley": 4}', 'NOON', 1, 0);
INSERT INTO counted (club, member, agreed, at) VALUES (1, 10, 1, 'NOON');
