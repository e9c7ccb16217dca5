from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.club.figures import Figure, Group
from bot.club.people import Member, Place
from bot.club.prompts.records import State
from bot.club.reached import Reached
from bot.club.records import Change, Report, ShelfName, Shelved
from bot.club.schedules.records import By
from bot.club.settings import ClubSettings, Step
from bot.storage.address import NAME
from bot.storage.database import StoredRecords, open_records
from bot.storage.errors import StorageUnavailable
from bot.storage.migrations.__main__ import draft
from bot.storage.tables import Base
from bot.storage.upgrading import HEAD, MIGRATIONS, upgrade
from corpus.reveals import Reveals

VERSIONS = ["0001", "0002", "0003", "0004", "0005", "0006"]
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
AT = "2025-03-01 12:00:00.000000"
"""How SQLite is given a time."""
CHOSEN = ClubSettings(moderators=500, talk=100, zone="Europe/Berlin", book="smiley", walk=Step.ZONE)
FIGURE = Figure(NOON, (Group(0, 0, 7), Group(1, 4, 5)))
FIVE, SEVEN = Reached(5, 27, "chapter"), Reached(7, 27, "chapter")

ROWS_0001 = """
    INSERT INTO members (club, id, writes) VALUES (1, 10, 2);
    INSERT INTO positions (club, member, book, marks, "of", unit, at, number)
        VALUES (1, 10, 'smiley', 7, 27, 'chapter', 'AT', 2);
    INSERT INTO changes (club, member, number, at, "before", "after") VALUES (1, 10, 2, 'AT',
        '{"smiley": {"marks": 5, "of": 27, "unit": "chapter", "at": "2025-03-01T12:00:00Z", "number": 1}}',
        '{"smiley": {"marks": 7, "of": 27, "unit": "chapter", "at": "2025-03-01T12:00:00Z", "number": 2}}');
    INSERT INTO ceilings (club, place, book, marks, "of", unit, set_by, at)
        VALUES (1, 100, 'smiley', 5, 27, 'chapter', 10, 'AT');
    INSERT INTO shelves (club, member, "key", title, shelf, at) VALUES (1, 10, 'k', 'Title', 'set aside', 'AT');
    INSERT INTO reviews (id, club, member, book, stars, text, said, needs, written)
        VALUES (4, 1, 10, 'smiley', 3, 'Good.', 0, '{"smiley": 2}', 'AT');
    INSERT INTO turns (id, club, member, place, question, answer, needs, at)
        VALUES (1, 1, 10, 100, 'Who?', 'He.', '{}', 'AT');
    INSERT INTO questions (id, club, member, place, adults, "do", text, at)
        VALUES ('abc', 1, 10, 100, 1, 'ask', 'Who?', 'AT');
    INSERT INTO usage (club, day, tokens) VALUES (1, '2025-03-01', 12);
    INSERT INTO choices (member, club) VALUES (10, 1);
    INSERT INTO notes (name, value) VALUES ('commands', 'hash');
"""
ROWS_0002 = """
    INSERT INTO suggestions (id, club, member, place, adults, text, message, at, settled)
        VALUES (1, 1, 10, 100, 0, 'Why?', 900, 'AT', 0), (2, 1, 10, 100, 0, 'Who?', NULL, 'AT', 1);
"""
ROWS_0003 = """
    INSERT INTO nominations (club, member, "key", title, at) VALUES (1, 10, 'emma', 'Emma', 'AT');
    INSERT INTO votes (id, club, place, adults, name, kind, books, hidden, seed, opened, closes, state, running,
            claimed, message, result)
        VALUES (3, 1, 100, 0, 'abc', 'ranked', '[{"key": "emma", "title": "Emma", "book": null}]', 1, 'seed', 'AT',
            'AT', 'open', 1, 'AT', 901, 0);
    INSERT INTO ballots (vote, club, member, choices, at) VALUES (3, 1, 10, '["emma"]', 'AT');
"""
ROWS_0004 = """
    INSERT INTO discussion_prompts (id, club, member, place, adults, text, at, kind, book, mark, needs, message, state,
            reason, "by", due, overridden, post)
        VALUES (1, 1, 10, 100, 0, 'Why?', 'AT', 'theme', 'smiley', 5, '{"smiley": 2}', 900, 'rejected', 'Too early.',
            11, 'AT', 0, 0);
    INSERT INTO watches (club, place, set_by, at) VALUES (1, 100, 10, 'AT');
    INSERT INTO findings (id, club, member, place, adults, message, needs, at, told, outcome)
        VALUES (1, 1, 10, 100, 0, 902, '{"smiley": 9}', 'AT', 1, 'fine');
    INSERT INTO audit (id, club, place, "by", did, at, message, about, sources)
        VALUES (1, 1, 100, 10, 'share', 'AT', 903, '', '["summary, chapter 2"]');
"""
ROWS_0005 = """
    INSERT INTO clubs (club, moderators, organisers, talk, schedule, zone, book, walk)
        VALUES (1, 500, NULL, 100, NULL, 'Europe/Berlin', 'smiley', 'zone');
    INSERT INTO figures (club, book, at, "groups") VALUES (1, 'smiley', 'AT', '[[0, 0, 7], [1, 4, 5]]');
"""
ROWS_0006 = """
    INSERT INTO schedules (id, club, place, organiser, name, book, state, plan, wanted, touched, version, due)
        VALUES (5, 1, 100, 10, 'abc', 'smiley', 'running', '{"title": "Smiley", "whole": [27, 27, "chapter"],
            "zone": "UTC", "sections": [{"number": 1, "first": 1, "last": 27, "day": "2025-03-08", "at": "20:00:00",
            "meets": "2025-03-08T20:00:00+00:00", "ceiling": 27, "state": "ahead", "sequence": 2, "thread": 0,
            "event": 907}], "also": {"emma": [55, 55, "chapter"]}, "paused_at": null}', '[1]', '[907]', 3, 'AT');
    INSERT INTO schedule_steps (id, schedule, since, until, done, result)
        VALUES ('s5:1:event:2', 5, 'AT', 'AT', 1, 907);
    INSERT INTO reminders (schedule, club, member, "by", at) VALUES (5, 1, 10, 'thread', 'AT');
"""
STEPS = dict(zip(VERSIONS, [ROWS_0001, ROWS_0002, ROWS_0003, ROWS_0004, ROWS_0005, ROWS_0006], strict=True))
LAST = {"0002": "0003"}
"""The last version that has the tables of a version, where a later one takes them away."""
ROWS = {
    version: "".join(STEPS[earlier] for earlier in VERSIONS[: n + 1] if version <= LAST.get(earlier, version)).replace(
        "AT", AT
    )
    for n, version in enumerate(VERSIONS)
}
"""Rows as they were written at each version. Those of a released version never change."""


SUGGESTED = [("Why?", State.SUGGESTED, 900, NOON, ""), ("Who?", State.REJECTED, 0, NOON, "")]
DECIDED = [("Why?", State.REJECTED, 900, NOON, "Too early.")]
PROMPTS = {"0002": SUGGESTED, "0003": SUGGESTED, "0004": DECIDED, "0005": DECIDED, "0006": DECIDED}
"""The discussion prompts that those rows come to."""


@contextlib.contextmanager
def raw(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(folder / NAME)) as connection, connection:
        yield connection


async def check_rows(records: StoredRecords) -> None:
    jim, thread = Member(1, 10), Place(1, 100)
    assert await records.positions.reported(jim) == {"smiley": Report(SEVEN, NOON)}
    assert await records.positions.undo(jim, NOON) == Change({"smiley": FIVE}, {"smiley": SEVEN})
    assert await records.ceilings.ceiling(thread) == {"smiley": FIVE}
    assert await records.shelves.shelf(jim) == [Shelved("k", "Title", ShelfName.ASIDE, NOON)]
    reviews = await records.reviews.every()
    assert [(review.id, review.needs, review.written) for review in reviews] == [(4, Reveals.of({"smiley": 2}), NOON)]
    assert [turn.answer for turn in await records.conversations.turns(thread, 9)] == ["He."]
    asked = await records.questions.asked("abc")
    assert asked is not None
    assert asked.place == Place(1, 100, adults=True)
    assert await records.usage.spent(1, NOON.date()) == 12
    assert await records.choices.chosen(10) == 1
    assert await records.notes.note("commands") == "hash"


def test_every_version_is_tested_and_the_last_is_the_one_that_the_program_knows() -> None:
    scripts = list(ScriptDirectory(MIGRATIONS).walk_revisions())
    assert [script.revision for script in scripts][::-1] == VERSIONS == list(ROWS)
    assert VERSIONS[-1] == HEAD


def test_no_version_offers_a_way_down() -> None:
    assert not [
        script for script in ScriptDirectory(MIGRATIONS).walk_revisions() if hasattr(script.module, "downgrade")
    ]


@pytest.mark.parametrize("version", VERSIONS)
async def test_rows_of_each_version_are_there_in_the_latest(tmp_path: Path, version: str) -> None:
    await _make(tmp_path, version)
    async with open_records(tmp_path) as records:
        await check_rows(records)
        prompts = await records.prompts.listed(1, tuple(State))
        told = [(found.text, found.state, found.message, found.at, found.reason) for found in prompts]
        assert told == PROMPTS.get(version, [])
        found = await records.watching.finding(1)
        assert (found is not None and found.told) == (version >= "0004")
        assert (await records.clubs.settings(1) == CHOSEN) == (version >= "0005")
        assert (await records.figures.figure(1, "smiley") == FIGURE) == (version >= "0005")
        kept = await records.schedules.kept(5)
        assert (kept is not None) == (version >= "0006")
        if kept is not None:
            assert kept.schedule.sections[0].event == kept.steps["s5:1:event:2"].result == 907
            assert await records.schedules.reminded(5) == {Member(1, 10): By.THREAD}
        voted = version >= "0003"
        assert [found.candidate.title for found in await records.votes.nominations(1)] == ["Emma"] * voted
        assert [vote.message for vote in await records.votes.due(NOON, NOON)] == [901] * voted
        assert await records.votes.ballot(3, Member(1, 10)) == ("emma",) * voted


async def _make(folder: Path, version: str) -> None:
    await asyncio.to_thread(upgrade, folder, version)
    with raw(folder) as connection:
        connection.executescript(ROWS[version])


@pytest.mark.parametrize("version", [None, *VERSIONS])
def test_an_upgraded_database_is_what_the_tables_say(tmp_path: Path, version: str | None) -> None:
    if version:
        upgrade(tmp_path, version)
    upgrade(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / NAME}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrading_again_changes_nothing(tmp_path: Path) -> None:
    upgrade(tmp_path)
    before = (tmp_path / NAME).read_bytes()
    upgrade(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before


def test_an_upgrade_that_fails_leaves_the_old_version_whole(tmp_path: Path) -> None:
    upgrade(tmp_path, "0001")
    with raw(tmp_path) as connection:
        connection.executescript(ROWS["0001"] + "CREATE INDEX ix_suggestions_club_member ON notes (value)")
    with pytest.raises(StorageUnavailable):
        upgrade(tmp_path)
    with raw(tmp_path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert "suggestions" not in tables
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        connection.execute("DROP INDEX ix_suggestions_club_member")
    upgrade(tmp_path)


def newer(folder: Path) -> None:
    upgrade(folder)
    with raw(folder) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def not_a_database(folder: Path) -> None:
    (folder / NAME).write_bytes(b"Call me Ishmael. " * 500)


def torn(folder: Path) -> None:
    upgrade(folder)
    data = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


def somebody_elses(folder: Path) -> None:
    with raw(folder) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE recipes (name)")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (newer, "written by a newer Dogear; nothing was changed. Update Dogear"),
        (not_a_database, "is damaged; nothing was changed. Move it away"),
        (torn, "is damaged; nothing was changed. Move it away"),
        (somebody_elses, "holds something else than Dogear's data; nothing was changed. Choose an empty one"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_and_left_alone(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(tmp_path)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(StorageUnavailable, match=said) as problem:
        upgrade(tmp_path)
    assert str(tmp_path / NAME) in str(problem.value)
    assert (tmp_path / NAME).read_bytes() == before


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / NAME).touch()
    upgrade(tmp_path)
    with raw(tmp_path) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_upgrading_prints_nothing_and_leaves_logging_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    upgrade(tmp_path)
    assert (logging.getLogger().handlers, logging.getLogger().level) == (handlers, level)
    assert tuple(capsys.readouterr()) == ("", "")


def test_a_folder_with_a_percent_sign_is_no_problem(tmp_path: Path) -> None:
    upgrade(tmp_path / "100%d")
    assert (tmp_path / "100%d" / NAME).is_file()


def test_the_draft_of_a_next_version_changes_nothing_while_the_tables_are_the_same(tmp_path: Path) -> None:
    draft("nothing new", tmp_path)
    (file,) = tmp_path.iterdir()
    number = f"{int(HEAD) + 1:04}"
    assert file.name == f"v{number}_nothing_new.py"
    text = file.read_text(encoding="utf-8")
    assert f"revision = '{number}'" in text
    assert "op." not in text
    assert "downgrade" not in text
