INSERT INTO members (club, id, writes) VALUES (1, 10, 2);
INSERT INTO positions (club, member, book, marks, "of", unit, at, number)
    VALUES (1, 10, 'smiley', 7, 27, 'chapter', 'NOON', 2);
INSERT INTO changes (club, member, number, at, "before", "after") VALUES (1, 10, 2, 'NOON',
    '{"smiley": {"marks": 5, "of": 27, "unit": "chapter", "at": "2025-03-01T12:00:00Z", "number": 1}}',
    '{"smiley": {"marks": 7, "of": 27, "unit": "chapter", "at": "2025-03-01T12:00:00Z", "number": 2}}');
INSERT INTO ceilings (club, place, book, marks, "of", unit, set_by, at)
    VALUES (1, 100, 'smiley', 5, 27, 'chapter', 10, 'NOON');
INSERT INTO shelves (club, member, "key", title, shelf, at) VALUES (1, 10, 'k', 'Title', 'set aside', 'NOON');
INSERT INTO reviews (id, club, member, book, stars, text, said, needs, written)
    VALUES (4, 1, 10, 'smiley', 3, 'Good.', 0, '{"smiley": 2}', 'NOON');
INSERT INTO turns (id, club, member, place, question, answer, needs, at)
    VALUES (1, 1, 10, 100, 'Who?', 'He.', '{}', 'NOON');
INSERT INTO questions (id, club, member, place, adults, "do", text, at)
    VALUES ('abc', 1, 10, 100, 1, 'ask', 'Who?', 'NOON');
INSERT INTO usage (club, day, tokens) VALUES (1, '2025-03-01', 12);
INSERT INTO choices (member, club) VALUES (10, 1);
INSERT INTO notes (name, value) VALUES ('commands', 'hash');
