"""Attempts to get more than one has read, over all commands: of whatever is sent, nothing goes beyond its readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.club.allowance import Rates
from retrieval.door import Retriever
from retrieval.embedding import SentenceEmbedder
from tests.fakes.attempting import Attempting
from tests.fakes.attempts import attempts
from tests.fakes.bookshelf import opened
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER, MARKS, ORCHARD, Signs, write_marked_library

FILE = Path(__file__).with_name("marked.toml")
ALL_NIGHT = Rates(member=10_000, club=10_000)
KINDS = Counter(attempt.kind for attempt in attempts(FILE))


@pytest.fixture(scope="module")
def marked(embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Retriever, Signs]]:
    """A library in which every text gives itself away."""
    library = tmp_path_factory.mktemp("marked-library")
    signs = write_marked_library(library)
    with opened(library, tmp_path_factory.mktemp("marked"), embedder) as retriever:
        yield retriever, signs


async def attempting(evening: Evening) -> Attempting:
    """Have everybody come, and say where they are."""
    club = evening.club
    people = {name: club.member(name) for name in ("Liz", "Alec", "Ishmael", "Jim")}
    people["Ahab"] = club.member("Ahab", manage_threads=True, manage_messages=True)
    evening.keeps_places(people["Ahab"])
    for name, at in {"Liz": {AMBER: 1}, "Alec": {AMBER: 4, ORCHARD: 1}, "Ishmael": MARKS}.items():
        for book, marks in at.items():
            await club.reads(people[name], book, f"ch {marks}")
            evening.is_at(people[name], book, marks)
    return Attempting(evening, people)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_beyond_the_audience_comes_out(
    kind: str, marked: tuple[Retriever, Signs], tmp_path: Path
) -> None:
    retriever, signs = marked
    async with opened_club(retriever, tmp_path, rates=ALL_NIGHT) as club:
        made = await attempting(Evening(club, signs.copied()))
        for attempt in attempts(FILE, signs):
            if attempt.kind == kind:
                await made.make(attempt)
        assert "\n".join(made.faults) == ""
        assert "\n".join(made.evening.told_positions()) == ""
        assert made.made == KINDS[kind]
