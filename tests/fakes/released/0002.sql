INSERT INTO suggestions (id, club, member, place, adults, text, message, at, settled)
    VALUES (1, 1, 10, 100, 0, 'Why?', 900, 'NOON', 0), (2, 1, 10, 100, 0, 'Who?', NULL, 'NOON', 1);
