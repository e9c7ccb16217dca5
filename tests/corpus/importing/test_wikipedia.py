"""A Wikipedia article, flattened to text and as HTML."""

from pathlib import Path

import pytest

from corpus.books import Book, Unit
from corpus.documents import Document
from corpus.importing import ImportReport, Status, import_files
from corpus.importing.draft import END, ImportContext, Ledger, Placing
from corpus.importing.wikipedia import author_in, definition, split_by_story
from corpus.library import Library
from corpus.text import sentences_as_written
from tests.corpus.importing.books import Page, Saved

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
    assert {document.source for document in found.values()} == {"Wikipedia, “Barchester Towers”, CC BY-SA 4.0"}


def test_the_story_of_the_book_before_is_placed_in_that_book(both: Imported) -> None:
    report, found = both
    placed = [block for block in found["background-wikipedia.md"].blocks if block.reveals]
    assert [block.text[:23] for block in placed] == ["In that book, the gentl"]
    assert placed[0].text.endswith("marries Eleanor.")
    assert placed[0].reveals is not None
    assert dict(placed[0].reveals.marks) == {"the-warden": 21, SLUG: 0}
    assert any("the-warden=21" in entry.why for entry in report.of(Status.PLACED))


def test_what_only_says_what_the_book_is_is_free_of_spoilers(both: Imported) -> None:
    _, found = both
    assert [
        (block.text, dict(block.reveals.marks)) for block in found["premise-wikipedia.md"].blocks if block.reveals
    ] == [("Barchester Towers is an 1857 novel by English author Anthony Trollope.", {SLUG: 0})]


def test_everything_else_is_left_for_placing(both: Imported) -> None:
    _, found = both
    for name in ("summary-wikipedia.md", "reception-wikipedia.md"):
        assert [block.reveals for block in found[name].blocks] == [None]
    assert [dict(b.reveals.marks) for b in found["themes-wikipedia.md"].blocks if b.reveals] == [{SLUG: 53}]
    assert [block.heading for block in found["background-wikipedia.md"].blocks if block.reveals is None] == [
        "", "Background", "Composition",
    ]  # fmt: skip


def test_the_box_beside_the_article_completes_the_book(page: Page, library: Path) -> None:
    import_files([page("barchester-wikipedia.html")], SLUG, library)
    book = Library.load(library).books[SLUG]
    assert (book.title, book.author, book.year, book.pages) == ("Barchester Towers", "Anthony Trollope", 1857, 526)
    assert (book.series, book.language) == ("Chronicles of Barsetshire", "English")


def test_without_the_other_book_its_story_waits_for_the_end_and_the_report_says_so(page: Page, library: Path) -> None:
    report = import_files([page("barchester-wikipedia.txt")], SLUG, library)
    placed = [block for block in documents(library)["background-wikipedia.md"].blocks if block.reveals]
    assert [dict(block.reveals.marks) for block in placed if block.reveals] == [{SLUG: 100}]
    assert any("does not have" in entry.why for entry in report.of(Status.NOTED))


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


def test_a_heading_that_names_chapters_places_its_text_and_others_hide_it(saved: Saved, two_books: Path) -> None:
    text = (
        "Barchester Towers is a novel by Anthony Trollope. ==Plot== A. ===Chapters 1–9=== Nine. ===0%=== Hid. "
        "===After chapter 5=== Hid too. ===The town=== B."
    )
    import_files([saved("page.txt", text)], SLUG, two_books)
    blocks = documents(two_books)["summary-wikipedia.md"].blocks
    assert [(b.text, b.reveals and b.reveals.marks[SLUG]) for b in blocks] == [
        ("A.", None), ("Nine.", 9), ("Hid.", 53), ("Hid too.", 53), ("B.", None),
    ]  # fmt: skip


def novel(slug: str, title: str, marks: int, number: int) -> Book:
    return Book(slug, title, "Anthony Trollope", Unit.CHAPTER, marks, series="Barsetshire", series_number=number)


WARDEN = novel("the-warden", "The Warden", 21, 1)
TOWERS = novel("barchester-towers", "Barchester Towers", 53, 2)
THORNE = novel("doctor-thorne", "Doctor Thorne", 47, 3)
TITLES = ["Barchester Towers"]


def told(text: str, *others: Book) -> list[tuple[str, Placing | None]]:
    setting = ImportContext(TOWERS.slug, TOWERS, {book.slug: book for book in others}, Ledger("page"))
    runs = split_by_story(sentences_as_written(text), TITLES, setting)
    return [(" ".join(run), reveals) for reveals, run in runs]


IN_WARDEN: Placing = {"the-warden": END, "barchester-towers": 0}


def test_that_book_is_the_one_named_before() -> None:
    text = "The novel follows The Warden. In that book, Harding resigns. Bold marries Eleanor."
    assert told(text, WARDEN, THORNE) == [
        ("The novel follows The Warden.", None),
        ("In that book, Harding resigns. Bold marries Eleanor.", IN_WARDEN),
    ]


def test_a_sentence_set_in_the_other_book_tells_its_story() -> None:
    assert told("In The Warden, Harding resigns.", WARDEN) == [("In The Warden, Harding resigns.", IN_WARDEN)]


def test_the_story_ends_where_this_book_is_spoken_of_again() -> None:
    for again in ("Barchester Towers begins later.", "The sequel is longer.", "Years later, the bishop dies."):
        text = f"At the end of The Warden, Harding resigns. The post is left empty. {again}"
        assert [reveals for _, reveals in told(text, WARDEN)] == [IN_WARDEN, None]


def test_a_book_that_the_library_does_not_have_hides_its_story_until_the_end_of_this_one() -> None:
    text = "It is a sequel to The Warden. In that book, Harding resigns."
    assert told(text, THORNE)[1] == ("In that book, Harding resigns.", {"barchester-towers": END})


def test_both_books_are_needed_where_a_story_goes_over_into_another() -> None:
    text = "In The Warden, Harding resigns. The same happens in Doctor Thorne."
    assert told(text, WARDEN, THORNE)[0][1] == IN_WARDEN
    assert told(text, WARDEN, THORNE)[-1][1] == {"the-warden": END, "doctor-thorne": END, "barchester-towers": 0}


@pytest.mark.parametrize(
    ("sentence", "author"),
    [
        ("Barchester Towers is an 1857 novel by English author Anthony Trollope.", "Anthony Trollope"),
        ("Barchester Towers is a novel by Anthony Trollope, published in 1857.", "Anthony Trollope"),
        ("Barchester Towers (1857) is a comic novel by the British writer Anthony Trollope.", "Anthony Trollope"),
        ("Barchester Towers is a novel.", ""),
    ],
)
def test_a_sentence_that_only_says_what_the_book_is_gives_nothing_away(sentence: str, author: str) -> None:
    found = definition(sentence, TITLES)
    assert found is not None
    assert author_in(found) == author


@pytest.mark.parametrize(
    "sentence",
    [
        "Barchester Towers is a novel by Anthony Trollope in which the bishop dies.",
        "Barchester Towers is a novel by Anthony Trollope, who lets the chaplain go.",
        "Barchester Towers is a sequel to The Warden.", "Barchester Towers is the Eleanor marries Arabin novel.",
        "Barchester Towers is a long way from here.", "Doctor Thorne is a novel by Anthony Trollope.",
        "It is a novel by Anthony Trollope.", "Barchester Towers is a novel by Anthony Trollope. The bishop dies.",
    ],
)  # fmt: skip
def test_any_other_sentence_may_give_something_away(sentence: str) -> None:
    assert definition(sentence, TITLES) is None
