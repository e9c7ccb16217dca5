"""One question on the command line: the options become a book and positions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.reply import Reply
from bot.cli.asking import PlaceWithoutBook, Reader, at_level, placed, reach_lines
from corpus.errors import PositionError
from corpus.names import UnknownBook
from tests.corpus.shelf import PEOPLE, TINKER, novel

BOOKS = {PEOPLE: replace(novel(), title="Smiley's People"), TINKER: novel(TINKER, 38)}
READER = Reader().moved(BOOKS[PEOPLE], 9).moved(BOOKS[TINKER], 38)


def test_without_options_the_reader_is_where_they_said() -> None:
    assert placed(READER, BOOKS, None, None) == ({PEOPLE: 9, TINKER: 38}, None)
    assert placed(Reader(), BOOKS, None, None) == ({}, None)


@pytest.mark.parametrize(("at", "marks"), [("3", 3), ("ch 3", 3), ("45%", 12), ("finished", 27), ("0", 0)])
def test_a_place_replaces_what_was_said_of_that_book(at: str, marks: int) -> None:
    assert placed(READER, BOOKS, "Smiley's People", at) == ({PEOPLE: marks, TINKER: 38}, PEOPLE)


def test_a_place_needs_a_book() -> None:
    with pytest.raises(PlaceWithoutBook, match="--book"):
        placed(READER, BOOKS, None, "3")


def test_an_unknown_book_and_a_wrong_place_are_errors() -> None:
    with pytest.raises(UnknownBook, match="Did you mean Smiley's People"):
        placed(READER, BOOKS, "smileys-peeple", None)
    with pytest.raises(PositionError, match="27 chapters"):
        placed(READER, BOOKS, PEOPLE, "ch 28")


def test_a_hint_is_given_at_the_level_that_was_asked_for() -> None:
    reply = Reply("hint", PEOPLE, "mild", hints=("mild", "where", "answer"))
    assert [at_level(reply, level).answer for level in (1, 2, 3)] == ["mild", "where", "answer"]
    assert at_level(Reply("hint", None, "nothing"), 3).answer == "nothing"


def test_how_far_readers_must_be_is_said_book_by_book() -> None:
    assert reach_lines({PEOPLE: 9, TINKER: 38}, BOOKS) == (
        "Smiley's People: chapter 9 of 27\nTinker Tailor Soldier Spy: finished"
    )
    assert reach_lines({PEOPLE: 0}, BOOKS) == "It gives nothing away."
