"""A server that is away for a while: members read one sentence, and the bot recovers by itself."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from retrieval.retriever import Retriever
from tests.fakes.bookshelf import opened, write_kite, write_lantern
from tests.fakes.chroma_server import RunningChroma
from tests.fakes.club import Club, opened_club, shown
from tests.fakes.postgres import Databases

NO_BOOKS = "I can’t reach the library at the moment. Please try again in a few minutes."
SENTENCE = "I can’t reach the club’s data at the moment, so nothing was changed. Please try again in a few minutes."


@pytest.fixture
def server(postgres: Databases) -> Iterator[str]:
    with postgres.latest() as address:
        yield address


@pytest.fixture
async def club(island: Retriever, tmp_path: Path, server: str) -> AsyncIterator[Club]:
    async with opened_club(island, tmp_path, database=server) as opened:
        yield opened


async def test_members_read_one_sentence_while_it_is_away_and_are_answered_when_it_is_back(
    club: Club, postgres: Databases, server: str, caplog: pytest.LogCaptureFixture
) -> None:
    liz = await club.reader("Liz", the_lantern="ch 3")
    before = shown(await liz.slash(club.general, "progress show"))
    with postgres.away(server):
        for command, options in (
            ("progress set", {"where": "ch 5", "book": "the-lantern"}),
            ("progress show", {}),
            ("ask", {"question": "Who keeps the lamp?", "book": "the-lantern"}),
        ):
            told = shown(await liz.slash(club.general, command, **options))
            assert SENTENCE in told
            assert "dogear_test" not in told
    assert any("dogear_test" in record.getMessage() for record in caplog.records if record.levelname == "ERROR")
    assert shown(await liz.slash(club.general, "progress show")) == before
    assert SENTENCE not in shown(await liz.slash(club.general, "progress set", where="ch 5", book="the-lantern"))


async def test_books_that_are_open_are_answered_while_the_vector_store_is_away_and_all_when_it_is_back(
    library: Path, data: Path, chroma: RunningChroma, caplog: pytest.LogCaptureFixture
) -> None:
    write_lantern(library)
    write_kite(library)
    server = chroma.database(timeout=2.0)
    with opened(library, server) as retriever:
        async with opened_club(retriever, data) as club:
            liz = await club.reader("Liz", the_lantern="ch 3", the_kite="ch 2")
            lantern = {"question": "Who keeps the lighthouse?", "book": "the-lantern"}
            kite = {"question": "What caught the kite?", "book": "the-kite"}
            before = shown(await liz.slash(club.general, "ask", **lantern))
            chroma.stop()
            try:
                assert shown(await liz.slash(club.general, "ask", **lantern)) == before
                told = shown(await liz.slash(club.general, "ask", **kite))
                assert NO_BOOKS in told
                assert "127.0.0.1" not in told
            finally:
                chroma.start()
            assert any("127.0.0.1" in record.getMessage() for record in caplog.records if record.levelname == "ERROR")
            assert NO_BOOKS not in shown(await liz.slash(club.general, "ask", **kite))
