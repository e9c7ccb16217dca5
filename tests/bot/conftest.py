"""The club in which members of the tests talk."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from simcord import MemberActor

from bot.db.sessions import Sessions
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import opened
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import Club, opened_club
from tests.fakes.postgres import Databases
from tests.fakes.records import opened_records
from tests.fakes.tales import write_tales


@pytest.fixture
async def records(database: str | Path) -> AsyncIterator[Sessions]:
    """An empty database."""
    async with opened_records(database) as opened_one:
        yield opened_one


@pytest.fixture
async def club(island: Retriever, tmp_path: Path) -> AsyncIterator[Club]:
    """A club that reads The Lantern and The Kite."""
    async with opened_club(island, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def tales(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """Harbour Tales and The Kite: what books say of themselves, and of each other."""
    library = tmp_path_factory.mktemp("tales-library")
    write_tales(library)
    with opened(library, tmp_path_factory.mktemp("tales")) as retriever:
        yield retriever


@pytest.fixture
async def tales_club(tales: Retriever, tmp_path: Path) -> AsyncIterator[Club]:
    """A club that reads Harbour Tales."""
    async with opened_club(tales, tmp_path) as opened_one:
        yield opened_one


@pytest.fixture
def jo(club: Club) -> MemberActor:
    """An organiser."""
    return club.member("Jo", manage_events=True)


@pytest.fixture
async def talking(island: Retriever, tmp_path: Path) -> AsyncIterator[tuple[Club, ChatServer]]:
    """A club whose texts are written by a scripted model."""
    with chat_server() as server, server.writer(island, 0.5) as writer:
        async with opened_club(island, tmp_path, writer=writer) as club:
            yield club, server


@pytest.fixture
def address(postgres: Databases) -> Iterator[str]:
    """The address of an empty database of a server."""
    with postgres.latest() as found:
        yield found
