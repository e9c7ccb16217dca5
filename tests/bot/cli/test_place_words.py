"""Reports of progress: the longest leading words that name a book, and a place in it."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli.asking import told_place
from corpus.books import Book
from corpus.errors import DogearError, PositionError
from corpus.names import UnknownBook
from tests.corpus.shelf import PEOPLE, TINKER, novel

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine with other work to do is no mistake in the code."""


NUMBER = replace(novel("1984", 24), title="1984", aliases=("1984 Part One",))
BOOKS = {
    PEOPLE: replace(novel(PEOPLE), title="Smiley's People"),
    TINKER: replace(novel(TINKER, 38), title="Tinker Tailor Soldier Spy", aliases=("Tinker",)),
    "1984": NUMBER,
}


def told(typed: str, here: Book | None = None) -> tuple[str, int | None]:
    book, marks = told_place(typed, BOOKS, here)
    return book.slug, marks


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("smileys-people ch 9", (PEOPLE, 9)),
        ("Smiley's People ch 9", (PEOPLE, 9)),
        ("Smiley’s People, chapter 9", (PEOPLE, 9)),
        ("“Smiley's People” 9", (PEOPLE, 9)),
        ("smileys-people: 9", (PEOPLE, 9)),
        ("smileys-people = 9", (PEOPLE, 9)),
        ("SMILEYS-PEOPLE finished", (PEOPLE, 27)),
        ("smileys-people  not  started", (PEOPLE, 0)),
        ("Tinker 50%", (TINKER, 19)),
        ("Tinker Tailor Soldier Spy 50%", (TINKER, 19)),
        ("1984 ch 3", ("1984", 3)),
        ("1984 3", ("1984", 3)),
        ("1984", ("1984", None)),
        ("1984 Part One 3", ("1984", 3)),
        ("smileys people", (PEOPLE, None)),
    ],
)
def test_a_book_and_a_place_are_told_apart(typed: str, place: tuple[str, int | None]) -> None:
    assert told(typed) == place


@pytest.mark.parametrize(("typed", "marks"), [("ch 9", 9), ("finished", 27), ("45%", 12), ("9", 9)])
def test_a_place_alone_is_in_the_book_at_hand(typed: str, marks: int) -> None:
    assert told(typed, BOOKS[PEOPLE]) == (PEOPLE, marks)


def test_a_place_that_the_book_does_not_have_is_refused_with_what_is_understood() -> None:
    with pytest.raises(PositionError, match="27 chapters"):
        told("smileys-people ch 90")
    with pytest.raises(PositionError, match="Write for example"):
        told("wibble", BOOKS[PEOPLE])


@pytest.mark.parametrize("here", [None, BOOKS[PEOPLE]])
def test_a_slip_in_a_name_gets_did_you_mean_without_the_place(here: Book | None) -> None:
    with pytest.raises(UnknownBook, match=r"I don't know “smileys-peeple”\. Did you mean Smiley's People") as caught:
        told("smileys-peeple ch 9", here)
    assert caught.value.nearest


def test_without_a_book_at_hand_words_that_name_none_are_an_unknown_book() -> None:
    with pytest.raises(UnknownBook, match="wibble"):
        told("wibble ch 9")
    with pytest.raises(UnknownBook):
        told("")


def test_an_empty_library_knows_no_book() -> None:
    with pytest.raises(UnknownBook, match="no books yet"):
        told_place("smileys-people 9", {}, None)


@BUSY
@given(st.text(), st.sampled_from([None, BOOKS[PEOPLE]]))
def test_whatever_is_typed_is_a_place_or_an_error_that_says_what_to_do(typed: str, here: Book | None) -> None:
    with contextlib.suppress(DogearError):
        book, marks = told_place(typed, BOOKS, here)
        assert marks is None or 0 <= marks <= book.marks
