"""What a book says of its own marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Reveals, Unit
from tests.corpus.shelf import PEOPLE, novel


@given(st.integers(1, 1_000), st.floats(0, 1))
def test_a_share_of_a_book_rounds_up(marks: int, share: float) -> None:
    mark = novel(marks=marks).mark_at(share)
    assert 0 <= mark <= marks
    assert mark >= share * marks - 1e-6
    assert (mark > 0) == (share > 0)


@given(st.integers(1, 300), st.data())
def test_a_mark_is_at_its_own_share(marks: int, data: st.DataObject) -> None:
    mark = data.draw(st.integers(0, marks))
    assert novel(marks=marks).mark_at(mark / marks) == mark


@pytest.mark.parametrize(
    ("mark", "unit", "name"),
    [
        (0, Unit.CHAPTER, "the beginning"),
        (7, Unit.CHAPTER, "chapter 7"),
        (45, Unit.PERCENT, "45%"),
        (100, Unit.PAGE, "the end"),
    ],
)
def test_the_names_of_marks(mark: int, unit: Unit, name: str) -> None:
    assert novel(marks=100, unit=unit).reading_name(mark) == name


def test_the_whole_of_a_book_is_its_last_mark() -> None:
    assert novel().whole() == Reveals.of({PEOPLE: 27})
    assert [novel().clamp(mark) for mark in (-1, 5, 99)] == [0, 5, 27]
