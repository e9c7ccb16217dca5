INSERT INTO schedules (id, club, place, organiser, name, book, state, plan, wanted, touched, version, due)
    VALUES (5, 1, 100, 10, 'abc', 'smiley', 'running', '{"title": "Smiley", "whole": [27, 27, "chapter"],
        "zone": "UTC", "sections": [{"number": 1, "first": 1, "last": 27, "day": "2025-03-08", "at": "20:00:00",
        "meets": "2025-03-08T20:00:00+00:00", "ceiling": 27, "state": "ahead", "sequence": 2, "thread": 0,
        "event": 907}], "also": {"emma": [55, 55, "chapter"]}, "paused_at": null}', '[1]', '[907]', 3, 'NOON');
INSERT INTO schedule_steps (id, schedule, since, until, done, result)
    VALUES ('s5:1:event:2', 5, 'NOON', 'NOON', 1, 907);
INSERT INTO reminders (schedule, club, member, "by", at) VALUES (5, 1, 10, 'thread', 'NOON');
