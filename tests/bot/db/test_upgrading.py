import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import ProgrammingError

from bot.club_settings import ClubSettings, SetUp
from bot.db.base import Base
from bot.db.jobs import Due, JobRow, JobTable, Key, finish
from bot.db.migrate import HEAD, MIGRATIONS, open_database, upgrade
from bot.db.migrations.__main__ import draft
from bot.db.sessions import NAME, Address, Sessions, StorageUnavailable, opened_engine
from bot.features.ask.store import AskedQuestions, BotMemory, Conversations, DirectMessages
from bot.features.books.store import ClubDocumentRow
from bot.features.notes.store import Note
from bot.features.progress.store import PositionChange, Report
from bot.features.prompts.store import PromptState, listed_prompts
from bot.features.reviews.store import every_review
from bot.features.schedules.store import By
from bot.features.shelf.rules import ShelfName, Shelved
from bot.features.stats.store import ClubFigures, Figure, Group
from bot.features.votes.store import Nominations, Votes
from bot.features.watch.store import Finding
from bot.jobs import Jobs, Post
from bot.limits import Allowance
from bot.people import EVERY, Member, Place, Reached
from corpus.books import Reveals
from retrieval.gate import Audience
from tests.fakes.app import app_on
from tests.fakes.postgres import Databases
from tests.fakes.records import ceiling_in, keep_prompt, move_back, said_by, shelf_of
from tests.fakes.released_rows import ROWS, VERSIONS, lay_out, raw
from tests.fakes.scheduled import schedules_of

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
CHOSEN = ClubSettings(moderators=500, talk=100, zone="Europe/Berlin", book="smiley")
FIGURE = Figure(NOON, (Group(0, 0, 7), Group(1, 4, 5)))
FIVE, SEVEN = Reached(5, 27, "chapter"), Reached(7, 27, "chapter")


SUGGESTED = [("Why?", PromptState.SUGGESTED, 900, NOON, ""), ("Who?", PromptState.REJECTED, 0, NOON, "")]
DECIDED = [("Why?", PromptState.REJECTED, 900, NOON, "Too early.")]
PROMPTS = dict.fromkeys(("0002", "0003"), SUGGESTED) | dict.fromkeys(VERSIONS[3:], DECIDED)
"""The discussion prompts that those rows come to."""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def unmade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | Path]:
    """A place for a database in which nothing is: a folder, and a database of a server."""
    if request.param == "SQLite":
        yield tmp_path
        return
    with request.getfixturevalue("postgres").bare() as address:
        yield address


async def check_rows(records: Sessions) -> None:
    jim, thread = Member(1, 10), Place(1, 100)
    assert await said_by(records, jim) == {"smiley": Report(SEVEN, NOON)}
    assert await move_back(records, jim, NOON) == PositionChange({"smiley": FIVE}, {"smiley": SEVEN})
    assert await ceiling_in(records, thread) == {"smiley": FIVE}
    assert await shelf_of(records, jim) == [Shelved("k", "Title", ShelfName.ASIDE, NOON)]
    reviews = await every_review(records, EVERY)
    assert [(review.id, review.needs, review.written) for review in reviews] == [(4, Reveals.of({"smiley": 2}), NOON)]
    told = await Conversations(app_on(records)).so_far(thread, Audience({"smiley": 9}))
    assert [turn.answer for turn in told] == ["He."]
    asked = await AskedQuestions(app_on(records)).asked("abc", "ask")
    assert asked is not None
    assert asked.place == Place(1, 100, adults=True)
    assert await Allowance(app_on(records)).spent(1) == 12
    assert await DirectMessages(app_on(records)).chosen(10) == 1
    assert await BotMemory(app_on(records)).recall("commands") == "hash"


def test_every_version_is_tested_and_the_last_is_the_one_that_the_program_knows() -> None:
    scripts = list(ScriptDirectory(MIGRATIONS).walk_revisions())
    assert [script.revision for script in scripts][::-1] == VERSIONS == list(ROWS)
    assert VERSIONS[-1] == HEAD


def test_no_version_offers_a_way_down() -> None:
    assert not [
        script for script in ScriptDirectory(MIGRATIONS).walk_revisions() if hasattr(script.module, "downgrade")
    ]


@pytest.mark.parametrize("version", VERSIONS)
async def test_rows_of_each_version_are_there_in_the_latest(unmade: str | Path, version: str) -> None:
    await asyncio.to_thread(lay_out, unmade, version)
    assert await asyncio.to_thread(upgrade, unmade) == version
    await check_tables(unmade)
    async with open_database(unmade) as records:
        await check_rows(records)
        async with records.reading() as session:
            prompts = await listed_prompts(session, 1, tuple(PromptState))
        told = [(found.text, found.state, found.message or 0, found.at, found.reason) for found in prompts]
        assert told == PROMPTS.get(version, [])
        async with records.reading() as session:
            found = await session.get(Finding, 1)
        assert (found is not None and found.told) == (version >= "0004")
        assert (await SetUp(app_on(records)).settings(1) == CHOSEN) == (version >= "0005")
        assert ((await ClubFigures(app_on(records)).look(1, "smiley"))[0] == FIGURE) == (version >= "0005")
        async with records.reading() as session:
            its = await session.scalar(select(ClubDocumentRow.text).where(ClubDocumentRow.slug == "emma-1"))
        assert its == ("She plans." if version >= "0010" else None)
        async with records.reading() as session:
            noted = await session.get(Note, 2)
        assert (noted is not None and noted.needs == Reveals.of({"smiley": 4})) == (version >= "0011")
        assert (noted is not None and noted.private) == (version >= "0012")
        assert [found.id for found in await schedules_of(records).of_club(1)] == [5] * (version >= "0006")
        if version >= "0006":
            kept = await schedules_of(records).kept(5)
            async with records.reading() as session:
                became = await session.scalar(select(JobRow.result).where(JobRow.step == "s5:1:event:2"))
            assert kept.schedule.sections[0].event == became == 907
            assert kept.steps["s5:1:event:2"]
            assert await schedules_of(records).reminded(5) == {Member(1, 10): By.THREAD}
        voted = version >= "0003"
        assert [found.candidate.title for found in await Nominations(app_on(records)).listed(1)] == ["Emma"] * voted
        due = await JobTable(records).due(["vote"], EVERY, NOON)
        assert due == [Due("vote", 1, 3, NOON)] * voted
        votes = Votes(app_on(records, now=lambda: NOON - dt.timedelta(hours=1)))
        vote = await votes.anywhere(3)
        assert (vote is not None and (vote.message, vote.state) == (901, "open")) == voted
        if voted:
            assert (await votes.ballot(3, Member(1, 10)))[1] == ("emma",)


HALF_PAST, TOMORROW = NOON + dt.timedelta(minutes=30), NOON + dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
JOBS = {
    ("vote", 3, "close"): (NOON, None, False, 0),
    ("vote", 4, "open"): (HALF_PAST + 3 * MINUTE, NOON, False, 0),
    ("vote", 5, "close"): (HALF_PAST + 3 * MINUTE, HALF_PAST, False, 0),
    ("vote", 6, "close"): (HALF_PAST + 3 * MINUTE, NOON, False, 0),
    ("prompt", 2, "post"): (TOMORROW, None, False, 0),
    ("prompt", 3, "post"): (HALF_PAST + 2 * MINUTE, HALF_PAST, False, 0),
    ("watch", 2, "tell"): (HALF_PAST + MINUTE, NOON, False, 0),
    ("schedule", 5, "look"): (NOON, None, False, 0),
    ("schedule", 5, "s5:1:event:2"): (None, NOON, True, 907),
    ("schedule", 5, "s5:1:thread"): (HALF_PAST, NOON, False, 0),
}
"""The jobs that the rows of version 0008 come to: when each is due, since when it was begun, and what became of it."""


async def test_what_was_planned_begun_or_done_before_there_were_jobs_is_a_job(unmade: str | Path) -> None:
    await asyncio.to_thread(lay_out, unmade, "0008")
    async with open_database(unmade) as records, JobTable(records)._sessions.reading() as session:
        rows = await session.scalars(select(JobRow))
        jobs = {(row.feature, row.subject, row.step): (row.due, row.since, row.done, row.result) for row in rows}
        assert jobs == JOBS


async def test_after_the_upgrade_nothing_is_posted_twice_and_nothing_is_lost(unmade: str | Path) -> None:
    await asyncio.to_thread(lay_out, unmade, "0008")
    async with open_database(unmade) as records:
        now, posted, found = TOMORROW, [], []
        jobs = Jobs(JobTable(records), lambda: now)

        def post(key: Key) -> Post:
            async def make() -> int:
                posted.append((key.feature, key.subject))
                return 1

            async def find(since: dt.datetime) -> int:
                found.append((key.feature, key.subject))
                return 1

            return Post(make, find)

        async def done(key: Key, made: int) -> None:
            async with JobTable(records)._sessions.writing() as session:
                await finish(session, key, made)

        for feature, step in (("vote", "open"), ("vote", "close"), ("prompt", "post"), ("watch", "tell")):
            for due in await JobTable(records).due([feature], EVERY, now):
                key = Key(feature, due.club, due.subject, step)
                if claim := await jobs.claim(key):
                    await jobs.post_once(claim, post(key), lambda made, key=key: done(key, made))  # type: ignore[misc]
        assert sorted(posted) == [("prompt", 2), ("vote", 3)], "nobody had begun with these"
        assert sorted(found) == [("prompt", 3), ("vote", 4), ("vote", 5), ("vote", 6), ("watch", 2)]
        assert await jobs.rows.next_due(["vote", "prompt", "watch"], EVERY) is None


async def test_ids_go_on_behind_those_that_a_version_moved(unmade: str | Path) -> None:
    await asyncio.to_thread(lay_out, unmade, "0002")
    async with open_database(unmade) as records:
        new = await keep_prompt(records, Place(1, 100), 10, "How?", NOON, message=901)
        assert new.id == 3


async def test_a_new_database_is_what_the_tables_say(unmade: str | Path) -> None:
    assert await asyncio.to_thread(upgrade, unmade) is None
    assert await asyncio.to_thread(upgrade, unmade) == HEAD
    await check_tables(unmade)


async def check_tables(where: str | Path) -> None:
    async with opened_engine(Address.of(where)) as engine, engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        if isinstance(where, str):
            assert await connection.run_sync(ordered_by_language) == []


def differences(connection: Connection) -> list[object]:
    """Return what the tables of a database are not, and ours are."""
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


def ordered_by_language(connection: Connection) -> list[str]:
    """Return the columns of text that a server orders otherwise than by the numbers of letters."""
    columns = text(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name <> 'alembic_version' AND data_type LIKE 'char%' AND collation_name IS DISTINCT FROM 'C'"
    )
    return list(connection.scalars(columns))


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


def test_processes_that_begin_at_once_upgrade_a_server_once(postgres: Databases) -> None:
    with postgres.bare() as address:
        with ThreadPoolExecutor(4) as others:
            found = list(others.map(upgrade, [address] * 4))
        assert sorted(found, key=str) == [HEAD, HEAD, HEAD, None]
        assert postgres.run("SELECT version_num FROM alembic_version", address) == [(HEAD,)]


def test_an_upgrade_of_a_server_that_fails_leaves_the_old_version_whole(postgres: Databases) -> None:
    with postgres.bare() as address:
        lay_out(address, "0002")
        postgres.run("CREATE TABLE figures (at int)", address)
        with pytest.raises(ProgrammingError):
            upgrade(address)
        assert postgres.run("SELECT version_num FROM alembic_version", address) == [("0002",)]
        assert postgres.run("SELECT text FROM suggestions ORDER BY id", address) == [("Why?",), ("Who?",)]
        postgres.run("DROP TABLE figures", address)
        assert upgrade(address) == "0002"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("CREATE TABLE recipes (name text)", "holds something else than Dogear's data; nothing was changed. Choose an"),
        (
            "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('9999')",
            "written by a newer Dogear; nothing was changed. Update Dogear",
        ),
    ],
)
def test_a_servers_database_that_is_not_ours_is_told_and_left_alone(postgres: Databases, spoil: str, said: str) -> None:
    with postgres.bare() as address:
        for statement in spoil.split("; "):
            postgres.run(statement, address)
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        before = postgres.run(tables, address)
        with pytest.raises(StorageUnavailable, match=said):
            upgrade(address)
        assert postgres.run(tables, address) == before


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
        (not_a_database, "is damaged; nothing was changed. Put a backup in its place"),
        (torn, "is damaged; nothing was changed. Put a backup in its place"),
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


def test_the_draft_of_a_next_version_changes_nothing_while_the_tables_are_the_same(tmp_path: Path) -> None:
    draft("nothing new", tmp_path)
    (file,) = tmp_path.glob("*.py")
    number = f"{int(HEAD) + 1:04}"
    assert file.name == f"v{number}_nothing_new.py"
    text = file.read_text(encoding="utf-8")
    assert f"revision = '{number}'" in text
    assert "op." not in text
    assert "downgrade" not in text
