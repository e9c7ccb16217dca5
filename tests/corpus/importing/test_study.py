"""A study page, as text and as HTML."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.books import Unit
from corpus.documents import Document
from corpus.importing import ImportReport, Status, import_files
from corpus.importing.phrases import chapters_of, kind_of, without_marks
from corpus.library import Library

Page = Callable[[str], Path]
Saved = Callable[[str, str], Path]
SLUG = "barchester-towers"
PROSE = "The close divides into two camps, and neither will dine with the other while the palace stands between them."


def documents(library: Path) -> dict[str, Document]:
    loaded = Library.load(library)
    assert loaded.problems == ()
    return {document.name: document for document in loaded.documents[SLUG]}


@pytest.fixture(params=["barchester-study.txt", "barchester-study.html"])
def both(request: pytest.FixtureRequest, page: Page, library: Path) -> tuple[ImportReport, dict[str, Document]]:
    report = import_files([page(request.param)], SLUG, library)
    return report, documents(library)


Both = tuple[ImportReport, dict[str, Document]]


def test_the_story_keeps_its_headings_and_its_order(both: Both) -> None:
    _, found = both
    blocks = found["summary-study.md"].blocks
    headings = ["The Vacant See", "Barchester Towers", "The Garden Party", "Resolution and Aftermath"]
    assert [block.heading for block in blocks] == headings
    assert blocks[0].text.startswith("The old bishop dies")
    assert blocks[-1].text.endswith("content to hand it on.")
    assert all(block.reveals is None for block in blocks)


def test_the_line_below_the_story_is_the_premise_and_waits_for_placing(both: Both) -> None:
    _, found = both
    assert [(block.text, block.reveals) for block in found["premise-study.md"].blocks] == [
        ("A cathedral town is divided by a new bishop, his wife and his chaplain.", None)
    ]


def test_the_page_says_whose_book_it_is(both: Both, library: Path) -> None:
    book = Library.load(library).books[SLUG]
    assert (book.title, book.author, book.unit, book.marks) == (
        "Barchester Towers", "Anthony Trollope", Unit.PERCENT, 100,
    )  # fmt: skip


def chapters(*headings: str) -> str:
    sections = "\n\n".join(f"{heading}\n{PROSE} {n}." for n, heading in enumerate(headings, 1))
    return f"Novel: Barchester Towers\n\nAuthor: Anthony Trollope\n\n{sections}\n"


def test_chapters_from_the_first_to_the_last_make_the_marks_of_a_new_book(saved: Saved, library: Path) -> None:
    headings = ("Chapter 1: Who will be the Bishop?", "Chapter 2", "Chapter Three", "Chapters 4-5")
    report = import_files([saved("page.txt", chapters(*headings))], SLUG, library)
    book = Library.load(library).books[SLUG]
    assert (book.unit, book.marks) == (Unit.CHAPTER, 5)
    placed = [dict(block.reveals.marks) for block in documents(library)["summary-study.md"].blocks if block.reveals]
    assert placed == [{SLUG: 1}, {SLUG: 2}, {SLUG: 3}, {SLUG: 5}]
    assert any(entry.why == "by its heading" for entry in report.of(Status.PLACED))


def test_chapters_place_the_story_of_a_book_in_chapters(saved: Saved, two_books: Path) -> None:
    import_files([saved("page.txt", chapters("Chapter 3", "Chapter 10"))], SLUG, two_books)
    placed = [dict(block.reveals.marks) for block in documents(two_books)["summary-study.md"].blocks if block.reveals]
    assert placed == [{SLUG: 3}, {SLUG: 10}]


@pytest.mark.parametrize(
    "headings",
    [
        ("Chapter 10", "Chapter 3"),
        ("Chapter 0", "Chapter 0"),
        ("Chapter 3", "Chapter 99"),
        ("Chapter 1 Analysis", "Chapter 2 Analysis"),
        ("Part 1", "Part 2", "The Plot"),
    ],
)
def test_chapters_that_cannot_be_believed_place_nothing(
    saved: Saved, two_books: Path, headings: tuple[str, ...]
) -> None:
    report = import_files([saved("page.txt", chapters(*headings, "The Plot Thickens"))], SLUG, two_books)
    assert all(block.reveals is None for document in documents(two_books).values() for block in document.blocks)
    assert any("speaks of marks" in entry.why for entry in report.of(Status.NOTED))


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Plot Summary", "summary"),
        ("Plot overview", "summary"),
        ("Critical reception", "reception"),
        ("Publication and reception", "background"),
        ("Main Characters", "people"),
        ("Themes and Motifs", "themes"),
        ("Discussion Questions", "discussion"),
        ("About the Author", "author"),
        ("External links", None),
        ("References", None),
        ("The Setting Out", "other"),
        ("A Question of Character", "other"),
        ("The Trail Across Europe", "other"),
    ],
)
def test_a_heading_says_what_its_section_is_or_is_a_title(heading: str, kind: str | None) -> None:
    assert kind_of(heading, "other") == kind


def test_a_chapter_is_read_off_a_heading_and_its_title_kept() -> None:
    headings = ("Chapter 7", "Chapters 5–7: The Hunt", "Chapter Two", "The Chapter", "Chapter 0", "Chapter 2 Analysis")
    assert [chapters_of(heading) for heading in headings] == [range(7, 8), range(5, 8), range(2, 3), None, None, None]
    assert without_marks("Chapter 7: The Trap") == "The Trap"
    assert without_marks("Chapter 7") == ""
