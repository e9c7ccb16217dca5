INSERT INTO discussion_prompts (id, club, member, place, adults, text, at, kind, book, mark, needs, message, state,
        reason, "by", due, overridden, post)
    VALUES (1, 1, 10, 100, 0, 'Why?', 'NOON', 'theme', 'smiley', 5, '{"smiley": 2}', 900, 'rejected', 'Too early.',
        11, 'NOON', 0, 0);
INSERT INTO watches (club, place, set_by, at) VALUES (1, 100, 10, 'NOON');
INSERT INTO findings (id, club, member, place, adults, message, needs, at, told, outcome)
    VALUES (1, 1, 10, 100, 0, 902, '{"smiley": 9}', 'NOON', 1, 'fine');
INSERT INTO audit (id, club, place, "by", did, at, message, about, sources)
    VALUES (1, 1, 100, 10, 'share', 'NOON', 903, '', '["summary, chapter 2"]');
