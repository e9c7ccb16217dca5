-- What a club of twenty members has kept after some months. `made` says how many clubs there are to be.
-- Their ids are those of the Discord of the tests.
SET session_replication_role = replica;  -- the rows refer to one another rightly: nobody has to look
CREATE TEMP VIEW club AS
    SELECT n, (n + 1000000) << 22 AS id FROM generate_series(0::bigint, current_setting('made.clubs')::bigint - 1) n;
CREATE TEMP VIEW everybody AS SELECT club.id AS club, club.n * 1000 + m AS member, m FROM club, generate_series(1, 20) m;

INSERT INTO members (club, id, writes) SELECT club, member, 10 FROM everybody;
INSERT INTO positions (club, member, book, marks, "of", unit, at, number)
    SELECT club, member, 'book-' || b, 5, 27, 'chapter', now(), b FROM everybody, generate_series(1, 2) b;
INSERT INTO changes (club, member, number, at, "before", "after")
    SELECT club, member, n, now(),
        '{"emma": {"marks": 5, "of": 27, "unit": "chapter", "at": "2025-03-01T12:00:00Z", "number": 1}}',
        '{"emma": {"marks": 7, "of": 27, "unit": "chapter", "at": "2025-03-01T12:00:00Z", "number": 2}}'
    FROM everybody, generate_series(1, 8) n;
INSERT INTO shelves (club, member, key, title, shelf, at)
    SELECT club, member, 'book-' || b, 'A Book of Some Length', 'finished', now() FROM everybody, generate_series(1, 3) b;
INSERT INTO reviews (club, member, book, stars, text, said, needs, written)
    SELECT club, member, 'not-in-the-library', 4, repeat('The chapters by the harbour are the best of it. ', 8), 9,
        '{"book-1": 9}', now() FROM everybody WHERE m % 4 = 0;
INSERT INTO turns (club, member, place, question, answer, needs, at)
    SELECT club, member, club + 1, 'Who keeps the light?', repeat('The keeper lives alone on the island. ', 8),
        '{"book-1": 9}', now() FROM everybody, generate_series(1, 2);
INSERT INTO questions (id, club, member, place, adults, "do", text, at)
    SELECT 'q' || member || '-' || n, club, member, club + 1, false, 'ask', 'Who keeps the light?', now()
    FROM everybody, generate_series(1, 4) n;
INSERT INTO nominations (club, member, key, title, at)
    SELECT club, member, 'book-9', 'A Book of Some Length', now() FROM everybody WHERE m % 4 = 0;
INSERT INTO ceilings (club, place, book, marks, "of", unit, set_by, at)
    SELECT id, id + p, 'book-1', 5, 27, 'chapter', n * 1000 + 1, now() FROM club, generate_series(1, 6) p;
INSERT INTO clubs (club, zone, walk) SELECT id, 'Europe/Berlin', 'done' FROM club;
INSERT INTO audit (club, place, "by", did, at, message, about, sources)
    SELECT id, id + 1, 0, 'answer', now(), m, '', '["summary, chapter 2"]' FROM club, generate_series(1, 100) m;
INSERT INTO votes (club, place, adults, name, kind, books, hidden, seed, opened, closes, state, claimed, message, result)
    SELECT id, id + 1, false, 'v' || n || '-' || v, 'ranked', '[]', false, 's', now(), now(), 'closed', now(), 1, 2
    FROM club, generate_series(1, 2) v;
INSERT INTO schedules (club, place, organiser, name, book, state, plan, wanted, touched, version, due)
    SELECT id, id + 1, n * 1000 + 1, 's' || n, 'book-1', 'running', current_setting('made.plan')::json, '[]', '[]', 3,
        now() + interval '1 day' + n * interval '1 minute' FROM club;
INSERT INTO schedule_steps (id, schedule, since, until, done, result)
    SELECT 's' || id || ':' || n, id, now(), now(), true, 7 FROM schedules, generate_series(1, 12) n;
INSERT INTO reminders (schedule, club, member, "by", at)
    SELECT schedules.id, schedules.club, member, 'thread', now()
    FROM schedules JOIN everybody ON everybody.club = schedules.club WHERE m <= 5;
ANALYZE;
