INSERT INTO club_books (slug, state, club, toml, digest, size, added_by, at)
    VALUES ('emma-1', 'live', 1, 'title = "Emma"', 'abc', 14, 10, 'NOON');
INSERT INTO club_documents (slug, state, name, text) VALUES ('emma-1', 'live', 'notes.md', 'She plans.');
