"""Where a reader says to be, as marks finished: understood or refused, and never rounded up."""

import time
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Book, BookPart, Unit
from corpus.errors import PositionError
from corpus.positions import describe_position, either, examples, parse_part, parse_position, place_alone, reported
from tests.corpus.shelf import novel

NOVEL = novel()
"""27 chapters, three parts of nine, 384 pages."""

BOOKS = st.builds(
    lambda marks, unit, pages, ends: replace(
        novel(marks=marks, unit=unit),
        pages=pages,
        mark_ends=tuple(range(ends, ends * (marks + 1), ends)) if ends else (),
    ),
    marks=st.integers(1, 300),
    unit=st.sampled_from(Unit),
    pages=st.none() | st.integers(300, 900),
    ends=st.integers(0, 3),
)


def refusal(text: str, book: Book = NOVEL) -> str:
    with pytest.raises(PositionError) as refused:
        parse_position(text, book)
    return str(refused.value)


SAID: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("positions.toml").read_text("utf-8"))
"""What is typed, rule by rule, with what it means."""

REFUSED, PARTS, NO_PARTS = (SAID.pop(rule) for rule in ("refused", "a part from one mark to another", "no part"))


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        *(pytest.param(text, mark, id=f"{rule}: {text}") for rule, of in SAID.items() for text, mark in of.items()),
        ("  ch \t 7 \n", 7),
        ("ch\u00a07", 7),
    ],
)
def test_what_is_typed_is_marks_finished_and_never_rounded_up(text: str, mark: int) -> None:
    assert parse_position(text, NOVEL) == mark


def test_lengths_of_chapters_decide_what_a_share_or_a_page_means() -> None:
    book = replace(novel(marks=3), lengths=(60, 30, 10))
    assert [parse_position(f"{n}%", book) for n in (59, 60, 89, 90, 99, 100)] == [0, 1, 1, 2, 2, 3]
    assert [parse_position(text, book) for text in ("halfway", "page 240 of 400", "6h of 10h")] == [0, 1, 1]


def test_a_reader_may_say_how_many_more() -> None:
    assert parse_position("+2", NOVEL, now=7) == 9
    assert parse_position("two more chapters", NOVEL, now=7) == 9
    assert parse_position("2 more chapters", NOVEL, now=7) == 9
    with pytest.raises(PositionError, match="27 chapters"):
        parse_position("+2", NOVEL, now=26)
    assert "don’t understand “+2”" in refusal("+2")


@pytest.mark.parametrize("text", ["loc 1234", "kindle location 1,234", "6h15", "40 min left"])
def test_a_location_or_a_time_needs_the_whole(text: str) -> None:
    assert refusal(text).startswith("Of how much?")


def test_what_the_edition_has_is_remembered_once_it_is_said() -> None:
    totals: dict[str, int] = {}
    said = [
        ("120/400", 8), ("p. 150", 10), ("I'm on page 200", 13), ("150 pages", 10), ("100 pages left", 20),
        ("kindle loc 1234 of 5000", 6), ("kindle loc 2500", 13), ("3h20m of 9h40m", 9), ("4h50m", 13), ("1h left", 24),
        ("page 120 of 500", 6), ("p. 250", 13), ("1/2", 13), ("p. 125", 6), ("ch 7", 7),
    ]  # fmt: skip
    assert [(text, parse_position(text, NOVEL, 0, totals)) for text, _ in said] == said
    assert totals == {"pages": 500, "locations": 5000, "seconds": 34_800}
    with pytest.raises(PositionError, match="no page 510 of 500"):
        parse_position("p. 510", NOVEL, 0, totals)


def test_what_is_refused_leaves_the_edition_as_it_was_known() -> None:
    totals = {"pages": 400}
    with pytest.raises(PositionError):
        parse_position("page 600 of 500", NOVEL, 0, totals)
    assert totals == {"pages": 400}


def test_who_gave_up_is_told_of_the_shelf() -> None:
    for text in ("DNF", "DNF at 40%", "gave up on it", "I didn't finish it"):
        assert "set it aside" in refusal(text)


@pytest.mark.parametrize(
    ("text", "mark"), [("p. 9", 0), ("p. 10", 1), ("p. 24", 1), ("p. 39", 2), ("p. 40", 3), ("p. 44", 3)]
)
def test_known_ends_of_chapters_decide_what_a_page_means(text: str, mark: int) -> None:
    book = replace(novel(marks=3), mark_ends=(10, 25, 40), pages=44)
    assert parse_position(text, book) == mark
    assert parse_position(f"{text} of 44", book) == mark


def test_pages_of_another_edition_are_scaled_first() -> None:
    book = replace(novel(marks=3), mark_ends=(10, 25, 40), pages=44)
    assert parse_position("page 49 of 88", book) == 1
    assert parse_position("page 50 of 88", book) == 2


def test_pages_of_a_book_whose_length_nobody_knows_need_a_total() -> None:
    book = replace(NOVEL, pages=None)
    assert parse_position("page 120 of 400", book) == 8
    assert "page 120 of 400" in refusal("page 120", book)


def test_a_book_in_other_units() -> None:
    sections, percent, pages = (novel(marks=100, unit=unit) for unit in (Unit.SECTION, Unit.PERCENT, Unit.PAGE))
    assert parse_position("section 3", sections) == 3
    assert parse_position("§ 3", sections) == 3
    assert parse_position("45%", percent) == parse_position("45", percent) == 45
    assert parse_position("p. 40", pages) == parse_position("page 80 of 200", pages) == 40
    assert parse_position("part 2", novel(marks=5, unit=Unit.PART)) == 2


@pytest.mark.parametrize(
    "text", ["", "   ", *REFUSED, "9" * 50, f"chapter {'9' * 50}", f"chapter {'i' * 80}", "ch 7\0"]
)
def test_what_is_not_understood_is_refused_with_examples(text: str) -> None:
    message = refusal(text)
    assert "“ch 9”" in message
    assert "“finished”" in message


@pytest.mark.parametrize("text", ["a" * 10_000, "chapter " * 2_000, "9" * 10_000, "the " * 3_000 + "end", " " * 10_000])
def test_long_text_is_refused_at_once_and_not_repeated(text: str) -> None:
    start = time.thread_time()
    assert len(refusal(text)) < 300
    assert time.thread_time() - start < 2


def test_a_refusal_says_why() -> None:
    assert "has 27 chapters" in refusal("ch 99")
    assert "has 27 chapters" in refusal("99")
    assert "has 3 parts" in refusal("part 4")
    assert "has 384 pages" in refusal("page 400")
    assert "don’t know the sections of “Smileys People”" in refusal("section 3")
    assert "I don’t understand “in a muddle”" in refusal("in a muddle")


@given(BOOKS)
def test_every_example_is_understood(book: Book) -> None:
    for example in examples(book):
        assert 0 <= parse_position(example, book) <= book.marks


@given(BOOKS, st.data())
def test_what_is_described_is_understood(book: Book, data: st.DataObject) -> None:
    mark = data.draw(st.integers(0, book.marks))
    assert parse_position(describe_position(mark, book), book) == mark


@given(BOOKS, st.fractions(0, 100, max_denominator=1000))
def test_percent_never_rounds_up(book: Book, share: Fraction) -> None:
    percent = f"{float(share):.3f}"
    assert parse_position(f"{percent}%", book) <= Fraction(percent) * book.marks / 100


@given(BOOKS, st.integers(1, 2_000), st.data())
def test_pages_never_round_up(book: Book, total: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(0, total))
    mark = parse_position(f"page {page} of {total}", book)
    if not book.mark_ends or book.unit is Unit.PAGE:
        assert mark * total <= page * book.marks
    elif mark:
        assert Fraction(page, total) * (book.pages or book.mark_ends[-1]) >= book.mark_ends[mark - 1]


@pytest.mark.parametrize(
    ("mark", "unit", "words"),
    [
        (-1, Unit.CHAPTER, "not started"),
        (0, Unit.CHAPTER, "not started"),
        (9, Unit.CHAPTER, "chapter 9 of 100"),
        (45, Unit.PERCENT, "45%"),
        (45, Unit.PAGE, "page 45 of 100"),
        (100, Unit.CHAPTER, "finished"),
        (101, Unit.PERCENT, "finished"),
    ],
)
def test_describing_a_position(mark: int, unit: Unit, words: str) -> None:
    assert describe_position(mark, novel(marks=100, unit=unit)) == words


# Parts of a book


@pytest.mark.parametrize(("text", "marks"), PARTS.items())
def test_a_part_of_a_book_is_from_one_mark_to_another(text: str, marks: list[int]) -> None:
    assert [*parse_part(text, NOVEL)] == marks


@pytest.mark.parametrize("text", ["", " ", *NO_PARTS, f"1-{'9' * 60}", f"{'a' * 600}1-2"])
def test_what_is_no_part_of_a_book_is_refused_with_examples(text: str) -> None:
    with pytest.raises(PositionError, match="Write for example"):
        parse_part(text, NOVEL)


@pytest.mark.parametrize(
    ("message", "marks"),
    [
        ("I’m at chapter 5 now", 4),
        ("ok so i just finished chapter nine!", 9),
        ("I'm still in chapter 7, lol", 6),
        ("on chapter XII", 11),
        ("I've read up to chapter 3 and it drags", 2),
        ("finished the book", 27),
        ("I finished chapter 3 of it", 3),
    ],
)
def test_a_message_that_says_where_its_author_is_is_a_position(message: str, marks: int) -> None:
    assert parse_position(reported(message), NOVEL) == marks


@pytest.mark.parametrize(
    "message",
    [
        "chapter 5 is slow",
        "what happens at chapter 5?",
        "I'm lost",
        "done",
        "in chapter 5 Silas dies",
        "ch 5",
        "",
        "at 5",
    ],
)
def test_other_messages_say_nothing_of_it(message: str) -> None:
    assert reported(message) == ""


@pytest.mark.parametrize(
    ("message", "alone"),
    [("ch 5", True), ("Chapter five", True), (" 45% ", True), ("p. 120", True), ("ch 5?", False), ("5", False),
     ("ch 5 is slow", False)],
)  # fmt: skip
def test_a_message_may_be_a_place_and_nothing_else(message: str, alone: bool) -> None:
    assert place_alone(message) is alone


@pytest.mark.parametrize("text", ["ch 7", "7", "VII", "I’m at chapter 7", "up to ch 7"])
def test_a_chapter_alone_may_be_finished_or_not(text: str) -> None:
    assert either(text, NOVEL) == [(7, "Finished chapter 7"), (6, "Still in chapter 7")]


@pytest.mark.parametrize("text", ["in chapter 7", "finished ch 7", "page 7", "45%", "ch 99", "halfway", "finished"])
def test_what_says_which_is_not_asked_again(text: str) -> None:
    assert either(text, NOVEL) == []


@pytest.mark.parametrize(
    ("said", "mark"),
    [("2.3", 13), ("ch 2.3", 13), ("Chapter 2.3", 13), ("part 2, ch 3", 13), ("40.5%", 12), ("40.5 percent", 12)],
)
def test_where_each_part_begins_anew_a_point_stands_between_part_and_chapter(said: str, mark: int) -> None:
    anew = Book(
        "tide", "Tide", "A. Vale", Unit.CHAPTER, 30, parts=(BookPart("1", 10), BookPart("2", 30)), numbered_anew=True
    )
    assert parse_position(said, anew) == mark
