INSERT INTO nominations (club, member, "key", title, at) VALUES (1, 10, 'emma', 'Emma', 'NOON');
INSERT INTO votes (id, club, place, adults, name, kind, books, hidden, seed, opened, closes, state, running,
        claimed, message, result)
    VALUES (3, 1, 100, 0, 'abc', 'ranked', '[{"key": "emma", "title": "Emma", "book": null}]', 1, 'seed', 'NOON',
        'NOON', 'open', 1, 'NOON', 901, 0);
INSERT INTO ballots (vote, club, member, choices, at) VALUES (3, 1, 10, '["emma"]', 'NOON');
