INSERT INTO nominations (club, member, "key", title, at) VALUES (1, 10, 'emma', 'Emma', 'NOON');
INSERT INTO votes (id, club, place, adults, name, kind, books, hidden, seed, opened, closes, state, running,
        message, result)
    VALUES (3, 1, 100, 0, 'abc', 'ranked', '[{"key": "emma", "title": "Emma", "book": null}]', 1, 'seed', 'NOON',
        'NOON', 'open', 1, 901, 0);
INSERT INTO ballots (vote, club, member, choices, at) VALUES (3, 1, 10, '["emma"]', 'NOON');
INSERT INTO schedules (id, club, place, organiser, name, book, state, plan, wanted, touched, version)
    VALUES (5, 1, 100, 10, 'abc', 'smiley', 'running', '{"title": "Smiley", "whole": [27, 27, "chapter"],
        "zone": "UTC", "sections": [{"number": 1, "first": 1, "last": 27, "day": "2025-03-08", "at": "20:00:00",
        "meets": "2025-03-08T20:00:00+00:00", "ceiling": 27, "state": "ahead", "sequence": 2, "thread": 0,
        "event": 907}], "also": {"emma": [55, 55, "chapter"]}, "paused_at": null}', '[1]', '[907]', 3);
INSERT INTO reminders (schedule, club, member, "by", at) VALUES (5, 1, 10, 'thread', 'NOON');
INSERT INTO jobs (feature, club, subject, step, due, since, done, result)
    VALUES ('vote', 1, 3, 'open', NULL, 'NOON', 1, 901), ('vote', 1, 3, 'close', 'NOON', NULL, 0, 0),
        ('schedule', 1, 5, 'look', 'NOON', NULL, 0, 0), ('schedule', 1, 5, 's5:1:event:2', NULL, 'NOON', 1, 907);
