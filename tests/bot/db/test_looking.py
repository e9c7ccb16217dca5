import asyncio
import datetime as dt
import re
from pathlib import Path

import pytest

from bot.db.copy import look_at, reviews_in
from bot.db.migrate import HEAD, upgrade
from bot.db.sessions import NAME, Address, StorageUnavailable
from tests.fakes.postgres import Databases
from tests.fakes.records import a_review, opened_records, save_review

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


def test_a_database_is_described_by_kind_release_and_version(database: str | Path) -> None:
    upgrade(database)
    seen = look_at(database)
    kind = "SQLite" if isinstance(database, Path) else "PostgreSQL"
    assert re.fullmatch(rf"{kind} \d[\d.]*", seen.kind)
    assert (seen.name, seen.version) == (Address.of(database).name, HEAD)


def test_what_a_server_refuses_is_told_with_a_cure_and_without_the_password(postgres: Databases) -> None:
    with postgres.latest() as address:
        for wrong, cure in (
            (re.sub(r"/dogear_test_\w+", "/not_there", address), "createdb -O USER DATABASE"),
            (re.sub(r"//[^:]+:[^@]*@", "//dogear:secret-word@", address), "Check the user, the password"),
        ):
            with pytest.raises(StorageUnavailable, match=cure) as problem:
                look_at(wrong)
            assert "secret-word" not in str(problem.value)


def test_a_user_who_may_not_make_tables_is_told(postgres: Databases) -> None:
    with postgres.bare() as address:
        postgres.run("DROP ROLE IF EXISTS dogear_guest", address)
        postgres.run("CREATE ROLE dogear_guest LOGIN PASSWORD 'guest-word'", address)
        try:
            guest = re.sub(r"//[^:]+:[^@]*@", "//dogear_guest:guest-word@", address)
            assert look_at(guest).version is None
            with pytest.raises(StorageUnavailable, match="Make the user of DATABASE_URL the owner"):
                upgrade(guest)
        finally:
            postgres.run("DROP ROLE dogear_guest", address)


async def test_the_reviews_of_a_database_are_seen_without_opening_it_for_good(tmp_path: Path) -> None:
    assert await asyncio.to_thread(reviews_in, tmp_path) == []
    async with opened_records(tmp_path) as records:
        kept = await save_review(records, a_review(1, 20, "emma", 4, "Long.", 3))
    assert [review.id for review in await asyncio.to_thread(reviews_in, tmp_path)] == [kept.id]


def test_a_database_with_a_page_that_is_wrong_is_refused_with_the_way_back_and_left_as_it_is(tmp_path: Path) -> None:
    upgrade(tmp_path)
    file = tmp_path / NAME
    with file.open("r+b") as database:
        database.seek(3 * 4096)
        database.write(b"\xff" * 4096)
    before = file.read_bytes()
    for use in (look_at, upgrade):
        with pytest.raises(StorageUnavailable, match=r"is damaged; nothing was changed.*run_bot.py restore FILE"):
            use(tmp_path)
    assert file.read_bytes() == before
