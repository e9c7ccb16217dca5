"""How a book is cut into sections, and a wish for it becomes sections with dates."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.schedules.rules import (
    MOST_SECTIONS,
    NotPossible,
    Section,
    cut_as_said,
    cut_by_size,
    cut_evenly,
    drafted,
)
from bot.features.schedules.words import Own, read_wish
from bot.times import local
from corpus.books import Book, BookPart, Unit
from tests.fakes.scheduled import NOW, a_book, a_schedule

UNEVEN = a_book(6, mark_ends=(10, 20, 30, 40, 50, 300))
PERCENT = a_book(100, Unit.PERCENT, pages=400)


def partition(book: Book, ends: Sequence[int], after: int = 0) -> bool:
    return ends[-1] == book.marks and all(begin < end for begin, end in pairwise((after, *ends)))


@given(st.data(), st.integers(1, 200))
def test_even_sections_are_as_many_as_asked_and_differ_by_one_mark(data: st.DataObject, marks: int) -> None:
    book = a_book(marks)
    after = data.draw(st.integers(0, marks - 1))
    number = data.draw(st.integers(1, min(MOST_SECTIONS, marks - after)))
    ends = cut_evenly(book, number, after=after)
    assert len(ends) == number
    assert partition(book, ends, after)
    lengths = [end - begin for begin, end in pairwise((after, *ends))]
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
    ("size", "unit", "after", "expected"),
    [
        (Fraction(2), Unit.CHAPTER, 1, [3, 5, 6]),
        (Fraction(25), Unit.PAGE, 0, [2, 5, 6]),
        (Fraction(25), Unit.PAGE, 2, [4, 5, 6]),
        (Fraction(50), Unit.PERCENT, 0, [3, 6]),
        (Fraction(1), Unit.PART, 0, [4, 6]),
    ],
)
def test_a_section_of_a_size_ends_with_the_last_mark_that_is_over(
    size: Fraction, unit: Unit, after: int, expected: list[int]
) -> None:
    book = replace(UNEVEN, parts=(BookPart("", 4), BookPart("", 6)))
    assert list(cut_by_size(book, size, unit, after=after)) == expected


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
    ends = cut_as_said(book, own)
    assert list(ends) == expected
    assert partition(book, ends)


@pytest.mark.parametrize(
    ("book", "own", "cure"),
    [
        (a_book(), (Own(1, 5), Own(7, 27)), "Begin it after chapter 5."),
        (a_book(), (Own(2, 27),), "Begin it after the beginning."),
        (a_book(), (Own(6, 27), Own(1, 5)), "Begin it after the beginning."),
        (a_book(), (Own(1, 5), Own(6, 3)), "Begin it after chapter 5."),
        (a_book(), (Own(1, None), Own(6, 27)), "Begin it after the end."),
        (a_book(), (Own(1, 5), Own(6, 26)), "End it with “end”."),
        (a_book(), (Own(1, 28),), "past the end"),
        (a_book(), (Own(1, 100, Unit.PAGE), Own(101, 200, Unit.PAGE)), "don’t know the pages of “Smiley's People”"),
        (PERCENT, (Own(0, 20, Unit.PERCENT), Own(25, 100, Unit.PERCENT)), "Begin it after 20%."),
        (a_book(60), tuple(Own(n, n) for n in range(1, 61)), "1 to 52 sections"),
    ],
)
def test_sections_that_leave_out_or_overlap_are_refused(book: Book, own: tuple[Own, ...], cure: str) -> None:
    with pytest.raises(NotPossible) as refused:
        cut_as_said(book, own)
    assert cure in str(refused.value)


def test_what_cannot_be_cut_is_refused_with_what_to_write() -> None:
    with pytest.raises(NotPossible, match="makes at most 3 sections"):
        cut_evenly(a_book(3), 4)
    with pytest.raises(NotPossible, match="Write it in chapters"):
        cut_by_size(a_book(), Fraction(100), Unit.PAGE)
    with pytest.raises(NotPossible, match="Write it in percent"):
        cut_by_size(PERCENT, Fraction(5), Unit.CHAPTER)
    with pytest.raises(NotPossible, match=r"I don’t know the parts of"):
        cut_by_size(a_book(), Fraction(1), Unit.PART)
    with pytest.raises(NotPossible, match="1 to 52 sections"):
        cut_by_size(a_book(200), Fraction(1), Unit.CHAPTER)
    with pytest.raises(NotPossible, match="nothing left to read"):
        cut_evenly(a_book(), 1, after=27)


BERLIN = "Europe/Berlin"


def draft(words: str, book: Book | None = None, *, after: int = 0) -> tuple[Section, ...]:
    return drafted(read_wish(words, local(NOW, BERLIN)), book or a_book(), BERLIN, NOW, after=after)


def lines(words: str, book: Book | None = None, *, after: int = 0) -> list[str]:
    return [f"{s.first}-{s.last} {s.day:%d.%m.} {s.at:%H:%M}" for s in draft(words, book, after=after)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Fridays at 8pm, 5 chapters a week, from next week",
            ["1-5 15.01. 20:00", "6-10 22.01. 20:00", "11-15 29.01. 20:00", "16-20 05.02. 20:00", "21-25 12.02. 20:00",
             "26-27 19.02. 20:00"]
        ),
        ("today at 8pm, 9 chapters a week", ["1-9 06.01. 20:00", "10-18 13.01. 20:00", "19-27 20.01. 20:00"]),
        ("Sundays 6pm, in 3 weeks", ["1-9 10.01. 18:00", "10-18 17.01. 18:00", "19-27 24.01. 18:00"]),
        (
            "Tuesdays and Fridays 6pm, over 2 weeks",
            ["1-7 08.01. 18:00", "8-14 12.01. 18:00", "15-20 15.01. 18:00", "21-27 19.01. 18:00"]
        ),
        (
            "every other Monday 6pm, 9 chapters each, from Friday",
            ["1-9 11.01. 18:00", "10-18 25.01. 18:00", "19-27 08.02. 18:00"]
        ),
        (
            "first Friday of the month, 7pm, 9 chapters a month",
            ["1-9 05.02. 19:00", "10-18 05.03. 19:00", "19-27 02.04. 19:00"]
        ),
        ("last Friday of the month, 7pm, 2 sections", ["1-14 29.01. 19:00", "15-27 26.02. 19:00"]),
        ("monthly from 15 January at 7pm, 2 sections", ["1-14 15.01. 19:00", "15-27 15.02. 19:00"]),
        (
            "every two days at 9pm, 5 chapters a day, from 8 January",
            ["1-10 08.01. 21:00", "11-20 10.01. 21:00", "21-27 12.01. 21:00"]
        ),
        ("a chapter a day, Fridays 8pm, until 29 January", ["1-7 08.01. 20:00", "8-14 15.01. 20:00",
                                                             "15-21 22.01. 20:00", "22-27 29.01. 20:00"]),
        ("on 5 Feb, 12 Feb and 5 Mar at 8pm", ["1-9 05.02. 20:00", "10-18 12.02. 20:00", "19-27 05.03. 20:00"]),
        ("Fridays in February at 8pm", ["1-7 05.02. 20:00", "8-14 12.02. 20:00", "15-20 19.02. 20:00",
                                         "21-27 26.02. 20:00"]),
        ("Fridays 8pm, 3 sections, not on 15 January",
         ["1-9 08.01. 20:00", "10-18 22.01. 20:00", "19-27 29.01. 20:00"]),
        ("1-5 on 8 Jan, 6-27 on 20 Jan, 8pm", ["1-5 08.01. 20:00", "6-27 20.01. 20:00"]),
        ("on 15 January at 8pm", ["1-27 15.01. 20:00"])
    ]
)  # fmt: skip
def test_a_wish_becomes_sections_with_dates(words: str, expected: list[str]) -> None:
    assert lines(words) == expected


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("Fridays, 5 chapters a week", "At what time do you meet?"),
        ("in 6 weeks at 8pm", "On which day do you meet?"),
        ("Fridays at 8pm", "How much do you read for each meeting?"),
        ("Fridays at 8pm, 10 chapters a month", "“10 chapters a meeting”"),
        ("5 and 12 February at 8pm, 5 chapters each", "6 sections, but there are 2 meetings"),
        ("5 and 12 February at 8pm, Fridays, 5 chapters each", "either dates or a rhythm"),
        ("Fridays 8pm, 5 chapters a week, 6 sections", "Write either"),
        ("Fridays 8pm, 5 chapters a week, until 29 January", "6 sections, but there are 4 meetings"),
        ("Fridays 8pm, until 7 January", "no meeting in that time"),
        ("today at 11am, 9 chapters a week", "Wednesday 6 January 2027 at 11:00 has passed"),
        ("1-5 on 20 Jan, 6-27 on 8 Jan, 8pm", "not in order"),
        ("daily 8pm, in 60 sections", "1 to 52 sections"),
    ],
)
def test_what_is_missing_or_does_not_go_together_is_said(words: str, cure: str) -> None:
    with pytest.raises(NotPossible) as refused:
        draft(words)
    assert cure in str(refused.value)


def test_the_rest_of_a_book_is_planned_from_where_the_club_is() -> None:
    assert lines("Fridays at 8pm, 5 chapters a week", after=17) == ["18-22 08.01. 20:00", "23-27 15.01. 20:00"]


def test_the_zone_of_the_words_goes_before_that_of_the_club() -> None:
    words = "Fridays 8pm Sydney time, 9 chapters a week"
    assert a_schedule(words, zone=BERLIN).zone == "Australia/Sydney"
