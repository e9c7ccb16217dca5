"""The marks that headings name: believed where they are plain, refused where they are not."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Unit
from corpus.labels import Marks, Unclear, heading_mark, marks_named
from tests.corpus.shelf import novel

NOVEL = novel()
"""27 chapters, three parts of nine, 384 pages."""


@pytest.mark.parametrize(
    ("heading", "mark"),
    [
        ("Chapter 7", 7),
        ("chapter 7", 7),
        ("CHAPTER 7", 7),
        ("Ch. 7", 7),
        ("Chapter7", 7),
        ("Chapter #7", 7),
        ("Chapter No. 7", 7),
        ("Chapter (7)", 7),
        ("Chapter\u00a07", 7),
        ("Chapter\u200b 7", 7),
        ("Chapter ７", 7),
        ("Chapter 7: 1961", 7),
        ("Chapter 7. 12 men", 7),
        ("Chapter 7 of 27", 7),
        ("Chapter 7 of the book", 7),
        ("Chapter Seven", 7),
        ("Chapter Twenty-One", 21),
        ("Chapter VII", 7),
        ("Chapter I. The Funeral", 1),
        ("Chapter One – Two Friends", 1),
        ("1. Chapter 7", 7),
        ("Summary of chapter 7", 7),
        ("The End (Chapter 27)", 27),
        ("Chapters 5–7", 7),
        ("Chapters 5-7", 7),
        ("Chapters 5—7", 7),
        ("Chapters 5 to 7", 7),
        ("Chapters 5 through 7", 7),
        ("Chapters 5…7", 7),
        ("Chapters 5 – 7: The hunt", 7),
        ("Chapters five to seven", 7),
        ("Chapters V–VII", 7),
        ("Chapter 5 to Seven", 7),
        ("Chapters 5, 7 and 9", 9),
        ("Chapters 5,7,9", 9),
        ("Chapters 5 7 9", 9),
        ("Chapters 9, 7 and 5", 9),
        ("Chapters 5 & 7", 7),
        ("Chapter 5 and chapter 7", 7),
        ("Chapter 7 and the chapter 20 affair", 20),
        ("Chapter 20 onwards", 27),
        ("Chapter 20+", 27),
        ("Chapters 20–", 27),
        ("Chapters 20 to the end", 27),
        ("Chapter 7.5", 8),
        ("Part 2", 18),
        ("Part Two: The hunt", 18),
        ("Part the Second", 18),
        ("Parts I and II", 18),
        ("Part 2, Chapter 3", 18),
        ("40%", 11),
        ("40 percent", 11),
        ("40 %: the hunt", 11),
        ("30–40%", 11),
        ("30% to 40%", 11),
        ("The first 40%", 11),
        ("0%", 0),
        ("100%", 27),
        ("Page 120", 9),
        ("pp. 100–120", 9),
        ("p120", 9),
    ],
)
def test_the_last_mark_named_counts(heading: str, mark: int) -> None:
    assert heading_mark(heading, NOVEL) == mark


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "7",
        "1961",
        "Karla",
        "Prologue",
        "★★★★☆ · 2017-10-31",
        "Part of the truth",
        "Part I played in it",
        "The part I liked",
        "Section chief",
        "Page boy",
        "Chapter and verse",
        "Departments 3",
        "Stage 12",
        "10 pages that matter",
    ],
)
def test_other_headings_name_none(heading: str) -> None:
    assert marks_named(heading, NOVEL) is None


@pytest.mark.parametrize(
    "heading",
    [
        "Chapter 0",
        "Chapter -1",
        "Chapter 28",
        "Chapter 12345678901234567890",
        "Chapter 1 – 1961",
        "Chapter 7²",
        "Part 4",
        "Section 3",
        "Page 385",
        "101%",
        "What chapter 20 meant",
        "Does it get better after page 100?",
        "Why 40% of readers stopped",
        "40% of readers stopped",
        "Chapter 38 of Tinker Tailor Soldier Spy",
        "After chapter 7",
    ],
)
def test_what_is_not_plain_counts_as_the_end(heading: str) -> None:
    with pytest.raises(Unclear):
        marks_named(heading, NOVEL)
    assert heading_mark(heading, NOVEL) == 27


def test_a_heading_names_where_it_begins_too() -> None:
    assert marks_named("Chapters 5–7", NOVEL) == Marks(5, 7)
    assert marks_named("Part 2", NOVEL) == Marks(10, 18)
    assert marks_named("40%", NOVEL) == Marks(0, 11)


def test_units_of_other_books() -> None:
    assert heading_mark("Section 3", novel(unit=Unit.SECTION)) == 3
    assert heading_mark("40%", novel(unit=Unit.PERCENT, marks=100)) == 40
    assert heading_mark("Page 40", novel(unit=Unit.PAGE, marks=100)) == 40
    assert heading_mark("Part 2", novel(unit=Unit.PART, marks=3)) == 2
    with pytest.raises(Unclear, match="not known"):
        marks_named("Chapter 3", novel(unit=Unit.PERCENT, marks=100))


@pytest.mark.parametrize(("page", "mark"), [(1, 1), (10, 1), (11, 2), (25, 2), (26, 3), (40, 3), (44, 3)])
def test_known_ends_of_chapters_decide_what_a_page_means(page: int, mark: int) -> None:
    assert heading_mark(f"Page {page}", replace(novel(marks=3), mark_ends=(10, 25, 40), pages=44)) == mark


@given(st.integers(1, 300), st.integers(0, 100))
def test_percent_never_rounds_down(marks: int, percent: int) -> None:
    found = heading_mark(f"{percent}%", novel(marks=marks))
    assert found is not None
    assert found * 100 >= percent * marks


@given(
    st.lists(st.integers(1, 27), min_size=1, max_size=5), st.sampled_from([", ", "–", "-", " to ", " and ", " & ", "/"])
)
def test_no_number_of_a_list_is_passed_over(numbers: list[int], between: str) -> None:
    found = heading_mark(f"Chapters {between.join(map(str, numbers))}: the hunt", NOVEL)
    assert found == max(numbers)


@given(st.text(max_size=60))
def test_any_heading_names_marks_of_the_book_or_none(heading: str) -> None:
    found = heading_mark(heading, NOVEL)
    assert found is None or 0 <= found <= 27


@pytest.mark.parametrize(
    "heading",
    [
        "chapter " * 50_000,
        "chapters 1" + ", 1" * 50_000,
        "7%" * 50_000,
        "the " * 240 + "chapter 7",
        "chapter " + "i" * 900,
    ],
)
def test_long_headings_take_no_time(heading: str) -> None:
    start = time.perf_counter()
    heading_mark(heading, NOVEL)
    assert time.perf_counter() - start < 2
