"""Attempts at the shipped library: nothing comes out that its readers have not come to, sentence by sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.passages import Passage, cut
from corpus.reveals import Slug
from corpus.sentences import sentences
from retrieval.door import Retriever
from retrieval.gate import Audience, Gate
from tests.fakes.attempting import UNBOUNDED, Attempting, everything_sent
from tests.fakes.attempts import Attempt, attempts, readings
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import Signs

FILE = Path(__file__).with_name("shipped.toml")
ATTEMPTS = attempts(FILE)
KINDS = Counter(attempt.kind for attempt in ATTEMPTS)
SHORT = 30
"""Characters up to which a sentence or a heading may be said by chance: a name, “Chapter 8”."""


@dataclass(frozen=True)
class Told:
    """One passage of the library, and its sentences."""

    passage: Passage
    sentences: tuple[str, ...]


@pytest.fixture(scope="module")
def told(shipped: Retriever) -> list[Told]:
    """Everything that the library tells."""
    library = shipped.library
    passages = [p for slug, book in library.books.items() for p in cut(book, library.documents[slug])[0]]
    return [Told(p, (p.heading, *sentences(p.text))) for p in passages]


def parted(told: list[Told], at: Mapping[Slug, int]) -> tuple[set[str], set[str]]:
    """Return the sentences and headings that somebody may see, and those that they may not."""
    gate = Gate(Audience(at))
    seen = {said for each in told if gate.passes(each.passage) for said in each.sentences}
    return seen, {said for each in told for said in each.sentences} - seen


def beyond(text: str, attempt: Attempt, told: list[Told]) -> list[str]:
    """Return what of a text gives away what is hidden: whole sentences, or the words that an attempt names."""
    _, hidden = parted(told, attempt.at)
    plain = text.replace("\\", "")
    named = [word for word in attempt.never for reading in readings(text) if word.casefold() in reading.casefold()]
    return [said for said in hidden if len(said) > SHORT and said in plain] + list(dict.fromkeys(named))


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.id)
def test_what_an_attempt_must_not_bring_out_is_there_and_hidden(attempt: Attempt, told: list[Told]) -> None:
    seen, hidden = parted(told, attempt.at)
    for word in attempt.never:
        assert [said for said in seen if word in said] == []
        assert any(word in said for said in hidden), word


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_beyond_the_audience_comes_out(
    kind: str, shipped: Retriever, told: list[Told], tmp_path: Path
) -> None:
    async with opened_club(shipped, tmp_path, rates=UNBOUNDED) as club:
        signs = Signs()
        signs.new({})
        made = Attempting(Evening(club, signs), {})
        found = []
        for attempt in ATTEMPTS:
            if attempt.kind != kind:
                continue
            reader = club.member("Liz")
            for book, marks in attempt.at.items():
                await club.reads(reader, book, f"{marks}%" if book == "a-legacy-of-spies" else f"ch {marks}")
            made.people = {"Liz": reader}
            sent = await made.make(attempt, attempt.at)
            found += [f"{attempt.id}: {each}" for each in beyond(everything_sent(sent), attempt, told)]
        assert found == []
        assert "\n".join(made.faults) == ""
        assert made.made == KINDS[kind]
