import asyncio
import datetime as dt
import stat
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from bot.db.migrate import open_database
from bot.db.sessions import Sessions, StorageUnavailable
from bot.features.ask.store import BotMemory
from bot.features.shelf.rules import ShelfName, Shelved
from bot.limits import Allowance
from bot.people import Member, Reached
from tests.fakes.app import app_on
from tests.fakes.records import move, opened_records, said_by, shelf_of, shelve

ROOT = Path(__file__).parents[3]
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
TODAY = NOON.date()
CLUBS = range(1, 21)


def shelved(key: str) -> Shelved:
    return Shelved(key, key, ShelfName.WANT, NOON)


def script(body: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the body of an asynchronous function in a process of its own, with `records` open in the first argument."""
    lines = """
        import asyncio, datetime as dt, os, resource, sys
        from bot.db.migrate import open_database
        from bot.features.ask.store import BotMemory
        from bot.limits import Allowance
        from bot.people import Member
        from tests.fakes.app import app_on
        async def main():
            async with open_database(sys.argv[1]) as records:
    """
    code = dedent(lines) + "\n".join(f"        {line}" for line in dedent(body).splitlines()) + "\nasyncio.run(main())"
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


async def test_a_data_folder_is_made_and_its_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with open_database(tmp_path / "new" / "data") as records:
        await BotMemory(app_on(records)).remember("a", "b")
        files = sorted((tmp_path / "new" / "data").iterdir())
        assert [file.name for file in files] == ["club.db", "club.db-shm", "club.db-wal", "club.db.lock"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_a_file_that_others_could_read_is_taken_back(tmp_path: Path) -> None:
    async with opened_records(tmp_path) as records:
        await BotMemory(app_on(records)).remember("a", "b")
    (tmp_path / "club.db").chmod(0o644)
    async with open_database(tmp_path) as records:
        assert await BotMemory(app_on(records)).recall("a") == "b"
    assert stat.S_IMODE((tmp_path / "club.db").stat().st_mode) == 0o600


async def test_hundreds_of_calls_at_once_all_succeed(records: Sessions) -> None:
    async def one(number: int) -> None:
        club = CLUBS[number % len(CLUBS)]
        member = Member(club, number % 7)
        await shelve(records, member, shelved(str(number)))
        assert shelved(str(number)) in await shelf_of(records, member)
        await move(records, member, {str(number): Reached(number, 999, "page")}, NOON)
        await Allowance(app_on(records)).spend(Member(club, 20), 1)

    await asyncio.gather(*map(one, range(300)))
    everything = [
        (club, shelf.key)
        for club in CLUBS
        for person in range(7)
        for shelf in await shelf_of(records, Member(club, person))
    ]
    assert sorted(everything) == sorted((CLUBS[number % len(CLUBS)], str(number)) for number in range(300))
    assert [await Allowance(app_on(records)).spent(club) for club in CLUBS] == [15] * len(CLUBS)
    assert await said_by(records, Member(1, 0)) != {}


async def test_two_openings_of_one_folder_write_side_by_side(tmp_path: Path) -> None:
    async with open_database(tmp_path) as here, open_database(tmp_path) as there:
        await asyncio.gather(
            *(Allowance(app_on(records)).spend(Member(1, 20), 1) for _ in range(50) for records in (here, there))
        )
        assert await Allowance(app_on(here)).spent(1) == await Allowance(app_on(there)).spent(1) == 100


async def test_a_new_folder_can_be_opened_twice_at_once(tmp_path: Path) -> None:
    async def remember(name: str) -> None:
        async with open_database(tmp_path) as records:
            await BotMemory(app_on(records)).remember(name, name)

    await asyncio.gather(*map(remember, "abcd"))
    async with open_database(tmp_path) as records:
        assert [await BotMemory(app_on(records)).recall(name) for name in "abcd"] == list("abcd")


def test_a_killed_process_loses_nothing_that_it_was_told_is_kept(tmp_path: Path) -> None:
    ended = script(
        """
        for number in range(25):
            await Allowance(app_on(records)).spend(Member(1, 20), 1)
            print(number, flush=True)
        os._exit(9)
        """,
        tmp_path,
    )
    assert ended.returncode == 9
    assert ended.stdout.split() == [str(number) for number in range(25)]
    assert asyncio.run(_spent(tmp_path)) == 25


def test_a_full_disk_says_so_and_what_was_kept_stays(tmp_path: Path) -> None:
    ended = script(
        """
        await BotMemory(app_on(records)).remember("before", "kept")
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        try:
            await BotMemory(app_on(records)).remember("after", "x" * 1_000_000)
        except Exception as error:
            print(type(error).__name__, error)
        print(await BotMemory(app_on(records)).recall("before"), await BotMemory(app_on(records)).recall("after"))
        os._exit(0)
        """,
        tmp_path,
    )
    assert ended.stderr == ""
    said, found = ended.stdout.splitlines()
    assert said.startswith("StorageUnavailable The club's data in ")
    assert "disk" in said
    assert found == "kept None"


async def test_a_place_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageUnavailable, match="cannot be reached"):
        async with open_database(tmp_path / "file"):
            pass
    assert (tmp_path / "file").read_text() == "mine"


async def _spent(folder: Path) -> int:
    async with open_database(folder) as records:
        return await Allowance(app_on(records)).spent(1)


async def test_a_server_that_cannot_be_used_is_told_without_its_password() -> None:
    with pytest.raises(StorageUnavailable, match=r"pip install asyncpg|cannot be reached") as problem:
        async with open_database("postgresql://smiley:secret@127.0.0.1:1/dogear"):
            pass
    assert "secret" not in str(problem.value)
