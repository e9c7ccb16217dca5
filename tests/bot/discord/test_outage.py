"""A server that is away for a while: members read one sentence, and the bot recovers by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.discord.context import readable
from retrieval.retriever import Retriever
from retrieval.types import StoreUnavailable
from tests.fakes.club import Club, opened_club, shown
from tests.fakes.postgres import Databases

SENTENCE = "I can’t reach the club’s data at the moment, so nothing was changed. Please try again in a few minutes."


@pytest.fixture
async def club(island: Retriever, tmp_path: Path, address: str) -> AsyncIterator[Club]:
    async with opened_club(island, tmp_path, database=address) as opened:
        yield opened


async def test_members_read_one_sentence_while_it_is_away_and_are_answered_when_it_is_back(
    club: Club, postgres: Databases, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    liz = await club.reader("Liz", the_lantern="ch 3")
    before = shown(await liz.slash(club.general, "progress show"))
    with postgres.away(address):
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


def test_a_vector_store_that_is_away_is_told_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    told = readable(StoreUnavailable("The store at http://127.0.0.1:8000 cannot be reached."))
    assert str(told) == "I can’t reach the library at the moment. Please try again in a few minutes."
    assert "127.0.0.1" in caplog.text
