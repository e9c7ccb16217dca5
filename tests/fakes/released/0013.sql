INSERT INTO section_members (schedule, section, club, member, what, at) VALUES (5, 1, 1, 10, 'coming', 'NOON');
