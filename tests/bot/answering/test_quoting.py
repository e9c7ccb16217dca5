"""Quote mode: whole sentences, in reading order, at most 400 characters before the sources."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.quotes import QUOTE_LIMIT, Quoted, chosen, quoted
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage
from retrieval.search import RankedSentence
from tests.fakes.bookshelf import LANTERN

BOOKS = {LANTERN: Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, 40)}


def passage(group: int, mark: int, kind: str = "summary", rating: int | None = None) -> Passage:
    return Passage(
        f"{LANTERN}/{group}", LANTERN, kind, f"{kind}.md", ("…",), Reveals.of({LANTERN: mark}), False, group, group,
        rating=rating,
    )  # fmt: skip


def said(*texts: str, of: Passage, start: int, scores: tuple[float, ...] = ()) -> list[RankedSentence]:
    """Return sentences that follow one another in one passage."""
    return [
        RankedSentence(text, of, start + n, scores[n] if scores else 0.1) for n, text in enumerate(texts)
    ]  # fmt: skip


def body(answer: Quoted) -> str:
    """Return what stands before the sources."""
    return answer.text.partition("\n— ")[0]


def sources(answer: Quoted) -> str:
    return answer.text.partition("\n— ")[2]


STORM = passage(1, 5)
ENDING = passage(2, 10)


def test_one_sentence_stands_in_quotation_marks_with_its_source() -> None:
    answer = quoted(said("Silas rows out alone.", of=STORM, start=0), BOOKS)
    assert answer.text == "“Silas rows out alone.”\n— summary, chapter 5"
    assert [(q.text, q.source) for q in answer.quotes] == [("Silas rows out alone.", "summary, chapter 5")]


def test_sentences_that_follow_one_another_are_one_quote() -> None:
    answer = quoted(said("A storm comes.", "Silas rows out.", of=STORM, start=3), BOOKS)
    assert answer.text == "“A storm comes. Silas rows out.”\n— summary, chapter 5"
    assert len(answer.quotes) == 1


def test_what_was_left_out_between_two_sentences_is_marked() -> None:
    told = said("A storm comes.", "The wind howls.", "Silas rows out.", of=STORM, start=0, scores=(0.5, 1e-9, 0.4))
    assert body(quoted(told, BOOKS)) == "“A storm comes. … Silas rows out.”"


def test_several_sources_are_numbered() -> None:
    told = [*said("A storm comes.", of=STORM, start=0), *said("She leaves.", of=ENDING, start=1)]
    assert quoted(told, BOOKS).text == (
        "“A storm comes.” [1] “She leaves.” [2]\n— [1] summary, chapter 5 · [2] summary, chapter 10"
    )


def test_a_source_that_comes_twice_is_named_once() -> None:
    told = [
        *said("A storm comes.", of=STORM, start=0), *said("She leaves.", of=ENDING, start=1),
        *said("The wall breaks.", of=passage(3, 5), start=2),
    ]  # fmt: skip
    answer = quoted(told, BOOKS)
    assert body(answer) == "“A storm comes.” [1] “She leaves.” [2] “The wall breaks.” [1]"
    assert sources(answer) == "[1] summary, chapter 5 · [2] summary, chapter 10"


def test_what_is_told_of_the_book_gives_way_to_what_its_story_tells() -> None:
    beside = passage(3, 0, "background")
    told = [
        *said("Its author died in 1920.", of=beside, start=0, scores=(0.3,)),
        *said("Silas drowned.", "He died at once.", of=STORM, start=1, scores=(0.2, 0.2)),
    ]
    assert body(quoted(told, BOOKS, 40)) == "“Silas drowned. He died at once.”"
    asked_about = said("Its author died in 1920.", of=beside, start=0, scores=(0.9,)) + told[1:2]
    asked_about[1] = RankedSentence("Silas drowned.", STORM, 1, 0.01)
    assert body(quoted(asked_about, BOOKS, 30)) == "“Its author died in 1920.”"


def test_neighbours_of_different_stretches_are_different_quotes() -> None:
    told = [*said("A storm comes.", of=STORM, start=0), *said("The wall breaks.", of=passage(2, 5), start=1)]
    assert body(quoted(told, BOOKS)) == "“A storm comes. … The wall breaks.”"


def test_a_reader_is_named_by_the_stars() -> None:
    review = passage(1, 0, "review", rating=2)
    assert quoted(said("Too much rain.", of=review, start=0), BOOKS).text == "“Too much rain.”\n— a reader, ★★☆☆☆"


def test_a_quote_comes_in_reading_order_whatever_is_likeliest() -> None:
    told = [
        *said("First.", of=STORM, start=0, scores=(0.1,)), *said("Last.", of=ENDING, start=9, scores=(0.9,)),
    ]  # fmt: skip
    assert body(quoted(told[::-1], BOOKS)) == "“First.” [1] “Last.” [2]"


def test_what_is_far_less_likely_is_left_out_though_there_is_room() -> None:
    told = said("Silas rows out.", "It is cold.", of=STORM, start=0, scores=(0.9, 1e-6))
    assert body(quoted(told, BOOKS)) == "“Silas rows out.”"


def test_the_likeliest_sentence_is_always_there() -> None:
    told = said("x" * 60 + ".", *["Short one."] * 40, of=STORM, start=0, scores=(0.3, *[0.017] * 40))
    assert "x" * 60 in body(quoted(told, BOOKS))


def test_no_sentences_make_no_answer() -> None:
    assert quoted([], BOOKS) == Quoted("", ())


@pytest.mark.parametrize(
    ("long", "ends"),
    [
        (", ".join(["Silas rows out into the storm"] * 20) + ".", "out into the storm …”"),
        (" ".join(["rowing"] * 100) + ".", "rowing …”"),
        ("x" * 900, "x …”"),
        ("short, " + "y" * 900, "short …”"),
    ],
    ids=["between clauses", "between words", "one word", "before a word"],
)
def test_a_sentence_that_is_too_long_is_clipped(long: str, ends: str) -> None:
    answer = quoted(said(long, of=STORM, start=0), BOOKS)
    assert len(body(answer)) <= QUOTE_LIMIT
    assert body(answer).endswith(ends)
    assert long.startswith(body(answer)[1:].removesuffix(" …”"))


def test_many_short_sentences_do_not_crowd_out_the_likeliest() -> None:
    short = [RankedSentence(f"{'rain ' * 12}{n}.", passage(0, 1), n, 0.9) for n in range(6)]
    best = RankedSentence(f"{'rowing ' * 17}out.", passage(0, 1), 6, 1.0)
    picked = chosen([*short, best], QUOTE_LIMIT)
    assert best in picked
    assert len(picked) > 2


words = st.integers(1, 30).map(lambda count: " ".join(["rain"] * count) + ".")


@given(
    st.lists(st.tuples(words, st.integers(0, 12), st.floats(0, 1), st.booleans()), min_size=1, max_size=30),
    st.sampled_from([QUOTE_LIMIT, 240, 90]),
)
def test_any_answer_is_short_whole_and_in_order(drawn: list[tuple[str, int, float, bool]], limit: int) -> None:
    told, group, number = [], 0, 0
    for n, (text, mark, score, skips) in enumerate(drawn):
        group += skips
        number += 1 + skips
        told.append(RankedSentence(f"S{n}e {text}", passage(group, mark), number, score))
    answer = quoted(told, BOOKS, limit)
    assert 0 < len(body(answer)) <= limit
    numbers = [int(n) for n in re.findall(r"S(\d+)e", body(answer))]
    assert numbers == sorted(set(numbers))
    assert numbers
    if "rain …" not in body(answer):
        assert all(told[n].text in body(answer) for n in numbers)
        best = int(np.argmax([one.score for one in told]))
        assert len(told[best].text) > limit / 3 or told[best].score in [told[n].score for n in numbers]
    for quote in answer.quotes:
        assert quote.text in body(answer)
        assert quote.source in sources(answer)
