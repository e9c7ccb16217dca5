"""A Wikipedia article, flattened to text and as HTML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.importing import Fate, ImportReport, import_files
from corpus.library import Library

Page = Callable[[str], Path]
Saved = Callable[[str, str], Path]
Imported = tuple[ImportReport, dict[str, Document]]
SLUG = "barchester-towers"


def documents(library: Path) -> dict[str, Document]:
    loaded = Library.load(library)
    assert loaded.problems == ()
    return {document.name: document for document in loaded.documents[SLUG]}


@pytest.fixture(params=["barchester-wikipedia.txt", "barchester-wikipedia.html"])
def both(request: pytest.FixtureRequest, page: Page, two_books: Path) -> Imported:
    report = import_files([page(request.param)], SLUG, two_books)
    return report, documents(two_books)


def texts(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks)


def test_every_section_goes_into_the_document_of_its_kind(both: Imported) -> None:
    _, found = both
    assert {name: document.kind for name, document in found.items()} == {
        "premise-wikipedia.md": "premise",
        "background-wikipedia.md": "background",
        "summary-wikipedia.md": "summary",
        "themes-wikipedia.md": "themes",
        "reception-wikipedia.md": "reception",
    }
    assert texts(found["summary-wikipedia.md"]).startswith("The old bishop dies")
    assert texts(found["reception-wikipedia.md"]).startswith("A weekly paper")
    assert {document.source for document in found.values()} == {"Wikipedia"}


def test_the_story_of_the_book_before_is_placed_in_that_book(both: Imported) -> None:
    report, found = both
    placed = [block for block in found["background-wikipedia.md"].blocks if block.reveals]
    assert [block.text[:23] for block in placed] == ["In that book, the gentl"]
    assert placed[0].text.endswith("marries Eleanor.")
    assert placed[0].reveals is not None
    assert dict(placed[0].reveals.marks) == {"the-warden": 21, SLUG: 0}
    assert any("the-warden=21" in entry.why for entry in report.of(Fate.PLACED))


def test_what_only_says_what_the_book_is_is_free_of_spoilers(both: Imported) -> None:
    _, found = both
    assert [(block.text, dict(block.reveals.marks) if block.reveals else None) for block in found[
        "premise-wikipedia.md"].blocks] == [
        ("Barchester Towers is an 1857 novel by English author Anthony Trollope.", {SLUG: 0}),
        ("Barchester Towers is a sequel to Anthony Trollope's The Warden.", {SLUG: 0}),
    ]  # fmt: skip


def test_everything_else_is_left_for_placing(both: Imported) -> None:
    _, found = both
    for name in ("summary-wikipedia.md", "themes-wikipedia.md", "reception-wikipedia.md"):
        assert [block.reveals for block in found[name].blocks] == [None]
    assert [block.heading for block in found["background-wikipedia.md"].blocks if block.reveals is None] == [
        "", "Composition",
    ]  # fmt: skip


def test_notes_links_menus_and_categories_are_dropped(both: Imported) -> None:
    report, found = both
    said = "\n".join(texts(document) for document in found.values())
    assert not any(word in said for word in ("[1]", "Category", "made-up source", "edit", "Doctor Thorne", "Retrieved"))
    assert any("notes" in entry.why for entry in report.of(Fate.DROPPED))


def test_the_box_beside_the_article_completes_the_book(page: Page, library: Path) -> None:
    import_files([page("barchester-wikipedia.html")], SLUG, library)
    book = Library.load(library).books[SLUG]
    assert (book.title, book.author, book.year, book.pages) == ("Barchester Towers", "Anthony Trollope", 1857, 526)
    assert (book.series, book.language) == ("Chronicles of Barsetshire", "English")


def test_without_the_other_book_its_story_waits_for_the_end_and_the_report_says_so(page: Page, library: Path) -> None:
    report = import_files([page("barchester-wikipedia.txt")], SLUG, library)
    placed = [block for block in documents(library)["background-wikipedia.md"].blocks if block.reveals]
    assert [dict(block.reveals.marks) for block in placed if block.reveals] == [{SLUG: 100}]
    assert any("does not have" in entry.why for entry in report.of(Fate.NOTED))


def test_a_story_that_names_another_book_is_pointed_out(saved: Saved, two_books: Path) -> None:
    text = "Barchester Towers is a novel by Anthony Trollope. ==Plot== Harding, known from The Warden, stays at home."
    report = import_files([saved("page.txt", text)], SLUG, two_books)
    assert any("The Warden" in entry.what for entry in report.of(Fate.NOTED))


def test_an_article_copied_out_of_a_browser_is_read_too(saved: Saved, two_books: Path) -> None:
    text = (
        "Barchester Towers\n\nFrom Wikipedia, the free encyclopedia\n\n"
        "Barchester Towers is a novel by Anthony Trollope.\n\nPlot summary[edit]\nThe bishop dies.\n\n"
        "Characters[edit]\n  • Mr Slope, a chaplain\n\nSee also[edit]\nElsewhere\n"
    )
    import_files([saved("page.txt", text)], SLUG, two_books)
    found = documents(two_books)
    assert texts(found["summary-wikipedia.md"]) == "The bishop dies."
    assert [(b.text, b.is_item) for b in found["people-wikipedia.md"].blocks] == [("Mr Slope, a chaplain", True)]
    assert "Elsewhere" not in "".join(texts(document) for document in found.values())


def test_a_heading_that_speaks_of_marks_places_nothing(saved: Saved, two_books: Path) -> None:
    text = "Barchester Towers is a novel by Anthony Trollope. ==Plot== A. ===Chapter 1=== The end. ===0%=== Too."
    report = import_files([saved("page.txt", text)], SLUG, two_books)
    assert all(block.reveals is None for block in documents(two_books)["summary-wikipedia.md"].blocks)
    assert any("Chapter 1" in entry.what for entry in report.of(Fate.NOTED))


def test_a_heading_below_another_is_of_its_kind(saved: Saved, two_books: Path) -> None:
    text = "Barchester Towers is a novel by Anthony Trollope. ==Plot== One. ===The Arrival=== Two. ==Awards== None."
    import_files([saved("page.txt", text)], SLUG, two_books)
    found = documents(two_books)
    assert [(block.heading, block.text) for block in found["summary-wikipedia.md"].blocks] == [
        ("Plot", "One."),
        ("The Arrival", "Two."),
    ]
    assert texts(found["reception-wikipedia.md"]) == "None."
