INSERT INTO members (club, id, writes) VALUES (2, 10, 1);
INSERT INTO votes (id, club, place, adults, name, kind, books, hidden, seed, opened, closes, state, running,
        claimed, message, result, count, counted)
    VALUES (4, 2, 100, 0, 'b', 'poll', '[]', 0, 's', 'NOON', 'END', 'opening', 1, 'LATER', 0, 0, NULL, NULL),
        (5, 3, 100, 0, 'c', 'poll', '[]', 0, 's', 'NOON', 'END', 'closing', 1, 'LATER', 905, 0, NULL, NULL),
        (6, 4, 100, 0, 'd', 'poll', '[]', 0, 's', 'NOON', 'END', 'closing', 1, 'LATER', 906, 0,
            '{"rounds": [], "ballots": 0, "winner": null}', 'NOON'),
        (7, 5, 100, 0, 'e', 'poll', '[]', 0, 's', 'NOON', 'END', 'closed', NULL, 'NOON', 907, 908, NULL, 'NOON');
INSERT INTO discussion_prompts (id, club, member, place, adults, text, at, kind, state, reason, "by", due, claimed,
        overridden, post)
    VALUES (2, 2, 10, 100, 0, 'When?', 'NOON', '', 'approved', '', 11, 'END', NULL, 0, 0),
        (3, 2, 10, 100, 0, 'Where?', 'NOON', '', 'approved', '', 11, 'NOON', 'LATER', 0, 0),
        (4, 2, 10, 100, 0, 'What?', 'NOON', '', 'posted', '', 11, 'NOON', NULL, 0, 909),
        (5, 2, 10, 100, 0, 'How?', 'NOON', '', 'approved', '', 11, NULL, NULL, 0, 0);
INSERT INTO findings (id, club, member, place, adults, message, needs, at, told, outcome, claimed)
    VALUES (2, 2, 10, 100, 0, 910, '{"smiley": 9}', 'NOON', 0, 'waiting', 'LATER'),
        (3, 2, 10, 100, 0, 911, '{"smiley": 9}', 'NOON', 0, 'settled', 'NOON');
INSERT INTO schedule_steps (id, schedule, since, until, done, result)
    VALUES ('s5:1:thread', 5, 'NOON', 'LATER', 0, 0);
