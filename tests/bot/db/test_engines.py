"""Connections with a server: how they are set up, and what happens when the server is gone for a while."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest
from sqlalchemy import text

from bot.db.migrate import open_database
from bot.db.sessions import Address, StorageUnavailable, indexing_lock, opened_engine, told
from bot.features.votes.rules import Candidate, VoteDraft, VoteKind
from bot.features.votes.store import Votes
from bot.people import Member, Place, Reached
from tests.fakes.app import app_on
from tests.fakes.postgres import Databases
from tests.fakes.records import move, said_by

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
JIM, FIVE = Member(1, 10), Reached(5, 27, "chapter")


@contextlib.asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Take connections and never say anything."""

    left = asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield f"postgresql://smiley:secret@127.0.0.1:{server.sockets[0].getsockname()[1]}/dogear"
        await left.wait()


async def test_a_server_is_told_who_asks_and_how_transactions_are_to_be(postgres: Databases) -> None:
    with postgres.latest() as address:
        names = ("application_name", "transaction_isolation", "idle_in_transaction_session_timeout")
        async with opened_engine(Address.of(address)) as engine, engine.connect() as connection:
            found = [await connection.scalar(text(f"SHOW {name}")) for name in names]
    assert found == ["dogear", "read committed", "1min"]


async def test_a_pooler_is_asked_for_nothing_at_the_start_that_it_may_not_know() -> None:
    asked: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(4))
        asked.extend((await reader.readexactly(size - 4))[4:].split(b"\0"))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        address = Address.of(f"postgresql://smiley:secret@127.0.0.1:{port}/dogear?sslmode=disable")
        with pytest.raises(StorageUnavailable), told("dogear"):
            async with opened_engine(address) as engine, engine.connect():
                pass
    known = {b"client_encoding", b"application_name"}  # beside user and database; PgBouncer knows no others by itself
    assert {name for name in asked[::2] if name} - {b"user", b"database"} == known


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async with silent_server() as address:
        known, message = Address.of(address), r"dogear at 127\.0\.0\.1:\d+ cannot be reached"
        with pytest.raises(StorageUnavailable, match=message), told(known.name):
            async with opened_engine(known, to_connect=0.05) as engine, engine.connect():
                pass


async def test_a_statement_that_takes_too_long_is_given_up_and_the_next_one_answered(postgres: Databases) -> None:
    with postgres.latest() as address:
        async with opened_engine(Address.of(address), patience=1.0) as engine:
            with pytest.raises(StorageUnavailable, match="cannot be reached"), told("dogear"):
                async with engine.connect() as connection:
                    await connection.execute(text("SELECT pg_sleep(60)"))
            async with engine.connect() as connection:
                assert await connection.scalar(text("SELECT 1")) == 1


async def test_a_connection_that_is_broken_off_while_it_is_set_up_is_closed(
    postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[asyncpg.Connection] = []

    async def broken_off(self: asyncpg.Connection, _statement: str) -> None:
        made.append(self)
        raise asyncio.CancelledError

    monkeypatch.setattr(asyncpg.Connection, "execute", broken_off)
    with postgres.latest() as address:
        async with opened_engine(Address.of(address)) as engine:
            with pytest.raises(asyncio.CancelledError):
                await engine.connect().start()
            assert made[0].is_closed()
        monkeypatch.undo()


async def test_connections_that_were_lost_meanwhile_are_replaced_before_anybody_notices(postgres: Databases) -> None:
    with postgres.latest() as address:
        async with open_database(address) as records:
            await asyncio.gather(*(move(records, JIM, {str(n): FIVE}, NOON) for n in range(20)))
            await asyncio.to_thread(postgres.disconnect, address)
            reported = await asyncio.gather(*(said_by(records, JIM) for _ in range(20)))
            assert {len(books) for books in reported} == {20}


async def test_a_server_that_is_restarted_is_away_for_a_while_and_nothing_more(postgres: Databases) -> None:
    with postgres.latest() as address:
        async with open_database(address) as records:
            await move(records, JIM, {"emma": FIVE}, NOON)
            with postgres.away(address):
                for _ in range(3):
                    with pytest.raises(StorageUnavailable) as problem:
                        await move(records, JIM, {"kim": FIVE}, NOON)
            assert problem.value.args[0].startswith("The club's data in dogear_test_")
            assert set(await said_by(records, JIM)) == {"emma"}
            await move(records, JIM, {"kim": FIVE}, NOON)
            assert set(await said_by(records, JIM)) == {"emma", "kim"}


async def test_a_transaction_that_is_cut_off_has_changed_nothing(postgres: Databases) -> None:
    with postgres.latest() as address:
        async with open_database(address) as records:
            books, votes = (Candidate("emma", "Emma"), Candidate("kim", "Kim")), Votes(app_on(records))
            hour = dt.timedelta(hours=1)
            draft = VoteDraft(VoteKind.RANKED, NOON + hour, False, books)
            vote = await votes.begin(draft, Place(1, 100), "first")

            def cut() -> dt.datetime:
                postgres.disconnect(address)
                return NOON

            cut_off = Votes(app_on(records, now=cut))  # the clock is asked inside the transaction
            with pytest.raises(StorageUnavailable, match=r"connection was lost|starting or stopping"):
                await cut_off.choose(vote.id, JIM, 1, "emma")
            assert (await votes.ballot(vote.id, JIM))[1] == ()
            assert (await votes.choose(vote.id, JIM, 1, "emma"))[1] == ("emma",)


def test_of_two_processes_that_share_a_server_one_indexes_at_a_time(postgres: Databases) -> None:
    with postgres.latest() as address, ThreadPoolExecutor(1) as thread:

        def index() -> str:
            with indexing_lock(address):
                return "indexed"

        with indexing_lock(address):
            other = thread.submit(index)
            with pytest.raises(TimeoutError):
                other.result(0.5)
        assert other.result(60) == "indexed"


def test_whoever_cannot_reach_the_server_does_not_index() -> None:
    with pytest.raises(StorageUnavailable), indexing_lock("postgresql://nobody@127.0.0.1:1/none"):
        pass
