"""Sections of a book: whatever is asked for, they cover it once, in order, to its end."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.schedules.rules import MOST, NotPossible, Own, Range, checked, cut_as_said, cut_by_size, cut_evenly
from corpus.books import Book, BookPart, Unit
from tests.fakes.scheduled import a_book

UNEVEN = a_book(6, mark_ends=(10, 20, 30, 40, 50, 300))
PERCENT = a_book(100, Unit.PERCENT, pages=400)


def ends(ranges: Sequence[Range]) -> list[int]:
    return [each.last for each in ranges]


def partition(book: Book, ranges: Sequence[Range], after: int = 0) -> bool:
    marks = [mark for each in ranges for mark in range(each.first, each.last + 1)]
    return marks == list(range(after + 1, book.marks + 1)) and all(each.first <= each.last for each in ranges)


@given(st.data(), st.integers(1, 200))
def test_even_sections_are_as_many_as_asked_and_differ_by_one_mark(data: st.DataObject, marks: int) -> None:
    book = a_book(marks)
    after = data.draw(st.integers(0, marks - 1))
    number = data.draw(st.integers(1, min(MOST, marks - after)))
    ranges = cut_evenly(book, number, after=after)
    assert len(ranges) == number
    assert partition(book, ranges, after)
    lengths = [each.last - each.first for each in ranges]
    assert max(lengths) - min(lengths) <= 1


@given(
    st.integers(1, 200),
    st.fractions(Fraction(4), Fraction(60), max_denominator=7),
    st.sampled_from([Unit.CHAPTER, Unit.PERCENT]),
)
def test_sections_of_a_size_are_a_partition(marks: int, size: Fraction, unit: Unit) -> None:
    book = a_book(marks)
    assert partition(book, cut_by_size(book, size, unit))


@pytest.mark.parametrize(
    ("book", "own", "expected"),
    [
        (a_book(), (Own(1, 5), Own(6, 12), Own(13, 27)), [5, 12, 27]),
        (a_book(), (Own(1, 5), Own(6, None)), [5, 27]),
        (a_book(), (Own(0, 20, Unit.PERCENT), Own(20, 60, Unit.PERCENT), Own(60, 100, Unit.PERCENT)), [5, 16, 27]),
        (PERCENT, (Own(0, 20, Unit.PERCENT), Own(20, 100, Unit.PERCENT)), [20, 100]),
        (PERCENT, (Own(1, 20, Unit.PERCENT), Own(21, 100, Unit.PERCENT)), [20, 100]),
        (UNEVEN, (Own(1, 22, Unit.PAGE), Own(23, 300, Unit.PAGE)), [2, 6]),
        (UNEVEN, (Own(1, 3, Unit.CHAPTER), Own(31, 300, Unit.PAGE)), [3, 6]),
        (a_book(10, parts=(BookPart("", 3), BookPart("", 10))), (Own(1, 1, Unit.PART), Own(2, 2, Unit.PART)), [3, 10]),
    ],
)
def test_sections_of_ones_own_are_taken_as_said(book: Book, own: tuple[Own, ...], expected: list[int]) -> None:
    ranges = cut_as_said(book, own)
    assert ends(ranges) == expected
    assert partition(book, ranges)


@pytest.mark.parametrize(
    ("book", "own", "cure"),
    [
        (a_book(), (Own(1, 5), Own(7, 27)), "Begin it after chapter 5."),
        (a_book(), (Own(1, 5), Own(5, 27)), "Begin it after chapter 5."),
        (a_book(), (Own(2, 27),), "Begin it after the beginning."),
        (a_book(), (Own(6, 27), Own(1, 5)), "Begin it after the beginning."),
        (a_book(), (Own(1, 5), Own(6, 3)), "Begin it after chapter 5."),
        (a_book(), (Own(1, None), Own(6, 27)), "Begin it after the end."),
        (a_book(), (Own(1, 5), Own(6, 26)), "End it with “end”."),
        (a_book(), (Own(1, 28),), "past the end"),
        (a_book(), (Own(1, 100, Unit.PAGE), Own(101, 200, Unit.PAGE)), "don’t know the pages of “Smiley's People”"),
        (PERCENT, (Own(0, 37, Unit.PERCENT), Own(37, 100, Unit.PERCENT)), "multiple of 5%"),
        (PERCENT, (Own(0, 20, Unit.PERCENT), Own(25, 100, Unit.PERCENT)), "Begin it after 20%."),
        (a_book(60), tuple(Own(n, n) for n in range(1, 61)), "1 to 52 sections"),
    ],
)
def test_sections_that_leave_out_or_overlap_are_refused(book: Book, own: tuple[Own, ...], cure: str) -> None:
    with pytest.raises(NotPossible) as refused:
        cut_as_said(book, own)
    assert cure in str(refused.value)


@pytest.mark.parametrize("number", [0, -1, 53])
def test_a_schedule_has_one_to_fifty_two_sections(number: int) -> None:
    with pytest.raises(NotPossible, match="1 to 52 sections"):
        cut_evenly(a_book(200), number)


def test_what_cannot_be_cut_is_refused_with_what_to_write() -> None:
    with pytest.raises(NotPossible, match="makes 3 sections at most"):
        cut_evenly(a_book(3), 4)
    with pytest.raises(NotPossible, match="makes 20 sections at most"):
        cut_evenly(PERCENT, 21)
    with pytest.raises(NotPossible, match="Write it in chapters"):
        cut_by_size(a_book(), Fraction(100), Unit.PAGE)
    with pytest.raises(NotPossible, match="Write it in percent"):
        cut_by_size(PERCENT, Fraction(5), Unit.CHAPTER)
    with pytest.raises(NotPossible, match=r"parts of .* are not known"):
        cut_by_size(a_book(), Fraction(1), Unit.PART)
    with pytest.raises(NotPossible, match="at least 5%"):
        cut_by_size(PERCENT, Fraction(3), Unit.PERCENT)
    with pytest.raises(NotPossible, match="Read more for every meeting"):
        cut_by_size(a_book(200), Fraction(1), Unit.CHAPTER)
    with pytest.raises(NotPossible, match="Nothing is left"):
        cut_evenly(a_book(), 1, after=27)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_only_a_partition_passes_the_check(bounds: list[int]) -> None:
    book = a_book(10)
    ranges = [Range(a + 1, b) for a, b in pairwise([0, *bounds])]
    try:
        passed = checked(book, ranges)
    except NotPossible:
        assert not partition(book, ranges)
    else:
        assert partition(book, passed)
