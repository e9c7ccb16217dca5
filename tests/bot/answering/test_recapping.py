"""Recaps: the story so far in order, all of it, within one message, and never further than it was told."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.answering.quotes import RECAP_LIMIT, Recap, recap
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage
from tests.fakes.bookshelf import LANTERN

NOVEL = Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, 40)


def told(mark: int, *sentences: str, order: int | None = None) -> Passage:
    place = mark if order is None else order
    reveals = Reveals.of({LANTERN: mark})
    return Passage(f"{LANTERN}/{place}", LANTERN, "summary", "summary.md", sentences, reveals, False, place, place)


def test_a_recap_has_a_paragraph_for_each_chapter() -> None:
    found = recap([told(1, "She comes.", "It rains."), told(2, "He waits.")], NOVEL)
    assert found.text == "Chapter 1: She comes. It rains.\nChapter 2: He waits."
    assert [(q.text, q.source) for q in found.quotes] == [
        ("She comes. It rains.", "summary, chapter 1"), ("He waits.", "summary, chapter 2"),
    ]  # fmt: skip


def test_the_end_is_called_by_its_name() -> None:
    assert recap([told(40, "She leaves.")], NOVEL).text == "The end: She leaves."
    percent = Book(LANTERN, "The Lantern", "Anonymous", Unit.PERCENT, 100)
    assert recap([told(45, "He waits.")], percent).text == "45%: He waits."


def test_passages_of_one_chapter_are_one_paragraph() -> None:
    found = recap([told(3, "One.", order=0), told(3, "Two.", order=1), told(4, "Three.", order=2)], NOVEL)
    assert found.text == "Chapter 3: One. Two.\nChapter 4: Three."


def test_it_follows_the_story_in_whatever_order_the_documents_tell_it() -> None:
    in_two_documents = [told(1, "A.", order=0), told(5, "E.", order=1), told(2, "B.", order=2), told(5, "F.", order=3)]
    assert recap(in_two_documents, NOVEL).text == "Chapter 1: A.\nChapter 2: B.\nChapter 5: E. F."
    assert recap(in_two_documents[::-1], NOVEL) == recap(in_two_documents, NOVEL)


def test_what_says_nothing_of_the_story_is_no_recap() -> None:
    assert recap([], NOVEL) == Recap("", ())
    assert recap([told(0, "A book about an island.")], NOVEL) == Recap("", ())


def test_a_long_story_is_told_from_its_beginning_to_where_the_reader_is() -> None:
    rain = [f"It rained once more, and that for the {n}th time." for n in range(9)]
    found = recap([told(mark, *rain) for mark in range(1, 39)], NOVEL)
    marks = [int(mark) for mark in re.findall(r"^Chapter (\d+): ", found.text, re.MULTILINE)]
    assert marks == sorted(set(marks))
    assert (marks[0], marks[-1]) == (1, 38)
    assert max(later - earlier for earlier, later in pairwise(marks)) <= 5
    paragraphs = found.text.split("\n")
    assert len(paragraphs[-1]) == max(map(len, paragraphs))  # a reader comes back to what was read last


sentences = st.lists(st.integers(1, 60).map(lambda count: "It " + "rained " * count + "on."), min_size=1, max_size=6)


@given(st.lists(st.tuples(st.integers(0, 40), sentences), max_size=60), st.sampled_from([RECAP_LIMIT, 600]))
def test_any_recap_is_in_order_and_fits_into_a_message(drawn: list[tuple[int, list[str]]], limit: int) -> None:
    passages = [told(mark, *texts, order=n) for n, (mark, texts) in enumerate(drawn)]
    found = recap(passages, NOVEL, limit)
    assert len(found.text) <= limit
    assert bool(found.text) == any(mark for mark, _ in drawn)
    marks = [40 if mark is None else int(mark) for mark in map(_mark, found.text.split("\n"))] if found.text else []
    assert marks == sorted(set(marks))
    assert set(marks) <= {mark for mark, _ in drawn}
    known = {text for _, texts in drawn for text in texts}
    for quote in found.quotes:
        assert set(re.findall(r"It .*?on\.", quote.text)) <= known  # whole sentences
        assert quote.text in found.text


def _mark(paragraph: str) -> str | None:
    found = re.match(r"Chapter (\d+): ", paragraph)
    assert found or paragraph.startswith("The end: ")
    return found[1] if found else None
