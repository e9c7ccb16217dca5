"""Rows as they were written at each version of the database: those of a released version never change."""

import asyncio
import contextlib
import datetime as dt
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select

from bot.db.migrate import upgrade
from bot.db.sessions import NAME, Address, opened_engine

VERSIONS = [
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
]
AT = "2025-03-01 12:00:00.000000"  # how SQLite is given noon, the time of most rows

ROWS_0001 = """
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
"""
ROWS_0002 = """
    INSERT INTO suggestions (id, club, member, place, adults, text, message, at, settled)
        VALUES (1, 1, 10, 100, 0, 'Why?', 900, 'NOON', 0), (2, 1, 10, 100, 0, 'Who?', NULL, 'NOON', 1);
"""
ROWS_0003 = """
    INSERT INTO nominations (club, member, "key", title, at) VALUES (1, 10, 'emma', 'Emma', 'NOON');
    INSERT INTO votes (id, club, place, adults, name, kind, books, hidden, seed, opened, closes, state, running,
            claimed, message, result)
        VALUES (3, 1, 100, 0, 'abc', 'ranked', '[{"key": "emma", "title": "Emma", "book": null}]', 1, 'seed', 'NOON',
            'NOON', 'open', 1, 'NOON', 901, 0);
    INSERT INTO ballots (vote, club, member, choices, at) VALUES (3, 1, 10, '["emma"]', 'NOON');
"""
ROWS_0004 = """
    INSERT INTO discussion_prompts (id, club, member, place, adults, text, at, kind, book, mark, needs, message, state,
            reason, "by", due, overridden, post)
        VALUES (1, 1, 10, 100, 0, 'Why?', 'NOON', 'theme', 'smiley', 5, '{"smiley": 2}', 900, 'rejected', 'Too early.',
            11, 'NOON', 0, 0);
    INSERT INTO watches (club, place, set_by, at) VALUES (1, 100, 10, 'NOON');
    INSERT INTO findings (id, club, member, place, adults, message, needs, at, told, outcome)
        VALUES (1, 1, 10, 100, 0, 902, '{"smiley": 9}', 'NOON', 1, 'fine');
    INSERT INTO audit (id, club, place, "by", did, at, message, about, sources)
        VALUES (1, 1, 100, 10, 'share', 'NOON', 903, '', '["summary, chapter 2"]');
"""
ROWS_0005 = """
    INSERT INTO clubs (club, moderators, organisers, talk, schedule, zone, book, walk)
        VALUES (1, 500, NULL, 100, NULL, 'Europe/Berlin', 'smiley', 'zone');
    INSERT INTO figures (club, book, at, "groups") VALUES (1, 'smiley', 'NOON', '[[0, 0, 7], [1, 4, 5]]');
"""
ROWS_0006 = """
    INSERT INTO schedules (id, club, place, organiser, name, book, state, plan, wanted, touched, version, due)
        VALUES (5, 1, 100, 10, 'abc', 'smiley', 'running', '{"title": "Smiley", "whole": [27, 27, "chapter"],
            "zone": "UTC", "sections": [{"number": 1, "first": 1, "last": 27, "day": "2025-03-08", "at": "20:00:00",
            "meets": "2025-03-08T20:00:00+00:00", "ceiling": 27, "state": "ahead", "sequence": 2, "thread": 0,
            "event": 907}], "also": {"emma": [55, 55, "chapter"]}, "paused_at": null}', '[1]', '[907]', 3, 'NOON');
    INSERT INTO schedule_steps (id, schedule, since, until, done, result)
        VALUES ('s5:1:event:2', 5, 'NOON', 'NOON', 1, 907);
    INSERT INTO reminders (schedule, club, member, "by", at) VALUES (5, 1, 10, 'thread', 'NOON');
"""
ROWS_0008 = """
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
"""
ROWS_0009 = """
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
"""
ROWS_0010 = """
    INSERT INTO club_books (slug, state, club, toml, digest, size, added_by, at)
        VALUES ('emma-1', 'live', 1, 'title = "Emma"', 'abc', 14, 10, 'NOON');
    INSERT INTO club_documents (slug, state, name, text) VALUES ('emma-1', 'live', 'notes.md', 'She plans.');
"""
ROWS_0011 = """
    INSERT INTO reading_notes (id, club, member, book, text, said, needs, at, named, hidden)
        VALUES (2, 1, 10, 'smiley', 'A line.', 3, '{"smiley": 4}', 'NOON', 1, 0);
    INSERT INTO counted (club, member, agreed, at) VALUES (1, 10, 1, 'NOON');
"""
ROWS_0012 = """
    UPDATE reading_notes SET private = 1;
"""
ROWS_0013 = """
    INSERT INTO section_members (schedule, section, club, member, what, at) VALUES (5, 1, 1, 10, 'coming', 'NOON');
"""
ROWS_0014 = """
    UPDATE away SET since = 'NOON';
"""
STEPS = dict(
    zip(
        VERSIONS,
        (ROWS_0001, ROWS_0002, ROWS_0003, ROWS_0004, ROWS_0005, ROWS_0006, "", ROWS_0008, ROWS_0009, ROWS_0010,
         ROWS_0011, ROWS_0012, ROWS_0013, ROWS_0014),
        strict=True,
    )
)  # fmt: skip
LAST = {"0002": "0003", "0003": "0008", "0006": "0008", "0008": "0008"}
"""The last version that has the tables and columns of a version, where a later one takes some away."""
ROWS = {
    version: "".join(STEPS[earlier] for earlier in VERSIONS[: n + 1] if version <= LAST.get(earlier, version))
    .replace("NOON", AT)
    .replace("LATER", "2025-03-01 12:30:00.000000")
    .replace("END", "2025-03-02 12:00:00.000000")
    for n, version in enumerate(VERSIONS)
}


@contextlib.contextmanager
def raw(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(folder / NAME)) as connection, connection:
        yield connection


def lay_out(where: str | Path, version: str) -> None:
    """Make a database of a version, with its rows, in a folder or in an empty database of a server."""
    upgrade(where, version)
    if isinstance(where, Path):
        with raw(where) as connection:
            connection.executescript(ROWS[version])
        return
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), version)
        asyncio.run(_move(Path(folder), where))


async def _move(folder: Path, address: str) -> None:
    """Bring the rows of a file to a server, with their ids, by the tables that both have."""
    tables, engine = MetaData(), create_engine(f"sqlite:///{folder / NAME}")
    with engine.connect() as here:
        tables.reflect(here)
        rows = {table.name: _rows(here, table) for table in tables.sorted_tables}
    engine.dispose()

    def write(there: Connection) -> None:
        kept = MetaData()
        kept.reflect(there)
        for table in kept.sorted_tables:
            if rows[table.name] and table.name != "alembic_version":
                there.execute(insert(table), rows[table.name])

    async with opened_engine(Address.of(address)) as server, server.begin() as connection:
        await connection.run_sync(write)


def _rows(here: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table of SQLite, which keeps no zones: its times are in UTC."""
    return [
        {name: value.replace(tzinfo=dt.UTC) if isinstance(value, dt.datetime) else value for name, value in row.items()}
        for row in here.execute(select(table)).mappings()
    ]
