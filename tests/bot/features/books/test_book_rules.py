"""What organisers type about a book, and what becomes of their files."""

import tomllib
from dataclasses import replace

import pytest

from bot.features.books.rules import (
    BookForm,
    BookFormProblem,
    BookLength,
    document_line,
    draft_from,
    length_text,
    read_length,
    slug_of,
    toml_of,
)
from corpus.books import SLUG, Book, Unit
from tests.corpus.importing.books import epub, prose, xhtml

FORM = BookForm("Vellichor", "Ortensia Vale", "5 chapters")
SUMMARY = b"# Vellichor by Ortensia Vale\n\n## Chapter 3\n\nZephyrine comes up the stairs with a lantern in her hand.\n"


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("27 chapters", BookLength(Unit.CHAPTER, 27)),
        ("1 chapter", BookLength(Unit.CHAPTER, 1)),
        ("27", BookLength(Unit.CHAPTER, 27)),
        ("310", BookLength(Unit.PAGE, 310)),
        ("310 pages", BookLength(Unit.PAGE, 310)),
        ("1,024 pages", BookLength(Unit.PAGE, 1024)),
        ("32 Chapters, 410 pages", BookLength(Unit.CHAPTER, 32, 410)),
        ("410 pp / 32 ch", BookLength(Unit.CHAPTER, 32, 410)),
        ("8 parts", BookLength(Unit.PART, 8)),
        ("", BookLength(Unit.PERCENT, 100)),
        ("percent", BookLength(Unit.PERCENT, 100)),
        ("310 pages, 100%", BookLength(Unit.PERCENT, 100, 310)),
    ],
)
def test_a_length_is_understood_as_people_write_it(typed: str, length: BookLength) -> None:
    assert read_length(typed) == length


@pytest.mark.parametrize("typed", ["quite long", "0 chapters", "27 bananas", "9" * 30])
def test_a_length_that_makes_no_sense_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BookFormProblem, match="27 chapters"):
        read_length(typed)


@pytest.mark.parametrize("typed", ["27 chapters", "310 pages", "32 chapters, 410 pages", "", "310 pages, percent"])
def test_a_length_is_shown_as_it_can_be_typed_again(typed: str) -> None:
    length = read_length(typed)
    book = Book("b", "B", "A", length.unit, length.marks, pages=length.pages)
    assert read_length(length_text(book)) == length


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (BookForm("", "Ortensia Vale"), "title and the author"),
        (BookForm("Vellichor", " "), "title and the author"),
        (BookForm("978-0-306-40615-7", "Ortensia Vale"), "ISBN"),
        (BookForm("Vellichor", "Ortensia Vale", "long"), "27 chapters"),
    ],
)
def test_a_form_that_makes_no_book_is_refused(form: BookForm, said: str) -> None:
    with pytest.raises(BookFormProblem, match=said):
        form.checked()


def test_a_slug_is_of_its_club_alone_and_the_same_for_every_way_of_writing_a_title() -> None:
    assert slug_of("The Ship’s Cat", 7) == slug_of("ship's  CAT", 7) == "ships-cat-7"
    assert slug_of("Vellichor", 7) != slug_of("Vellichor", 8)
    for title in ("Преступление", "魔法", "!", "x" * 300, "Émile"):
        assert SLUG.fullmatch(slug_of(title, 2**62)), title
        assert len(slug_of(title, 2**62)) <= 80


def test_facts_are_corrected_and_what_else_was_known_stays() -> None:
    before = (
        'title = "Velichor"\nauthor = "Vale"\nunit = "chapter"\nmarks = 3\nseries = "Tides"\nmark_ends = [1, 2, 3]\n'
    )
    after = tomllib.loads(toml_of(FORM, before))
    assert (after["title"], after["marks"], after["series"]) == ("Vellichor", 5, "Tides")
    assert "mark_ends" not in after


def test_files_and_pasted_text_become_documents_on_top_of_those_that_are_there() -> None:
    first, _, _ = draft_from("vellichor-7", FORM, [("guide.md", SUMMARY)], None, {})
    assert "Zephyrine" in "".join(first.documents.values())
    pasted = BookForm(
        FORM.title, FORM.author, FORM.length, "Chapter 5\n\nThe sea takes the last of the candles at dawn."
    )
    second, _, _ = draft_from("vellichor-7", pasted, [], first, {})
    assert first.documents.items() <= second.documents.items()
    assert "last of the candles" in "".join(second.documents.values())


def test_an_e_book_says_how_many_chapters_it_has_where_nobody_types_that() -> None:
    names = [f"c{n}.xhtml" for n in (1, 2, 3)]
    pages = {name: xhtml(f"<h1>Chapter {n}</h1>{prose(f'tide {n}')}") for n, name in enumerate(names, 1)}
    table = [(f"Chapter {n}", name) for n, name in enumerate(names, 1)]
    content = epub(pages, nav=table, title="Vellichor", author="Ortensia Vale")
    made, _, _ = draft_from("vellichor-7", replace(FORM, length=""), [("vellichor.epub", content)], None, {})
    assert {"unit": "chapter", "marks": 3, "title": "Vellichor"}.items() <= tomllib.loads(made.toml).items()
    assert "Nell spoke of the tide 2" in "".join(made.documents.values())


def test_what_to_check_is_said_in_words_for_discord() -> None:
    guide = b"Vellichor by Ortensia Vale\n\nChapter 3\n\nZephyrine comes up the stairs with a lantern.\n"
    _, dropped, doubtful = draft_from("vellichor-7", replace(FORM, length=""), [("guide.md", guide)], None, {})
    assert any("press Change and write how many chapters it has" in said for said in doubtful), doubtful
    assert "--" not in "".join((*doubtful, *dropped))


def test_without_files_the_book_is_its_facts_alone() -> None:
    made, dropped, doubtful = draft_from("vellichor-7", FORM, [], None, {})
    assert (made.documents, dropped, doubtful) == ({}, [], [])
    assert tomllib.loads(made.toml)["marks"] == 5


@pytest.mark.parametrize(
    "name", ["../../evil.md", "..", "", "C:\\evil.md", "a/b/c.md", ".hidden.md", "x" * 300 + ".md"]
)
def test_the_name_of_a_file_leads_nowhere_else(name: str) -> None:
    made, _, _ = draft_from("vellichor-7", FORM, [(name, SUMMARY)], None, {})
    assert "Zephyrine" in "".join(made.documents.values())


def test_what_is_about_another_book_is_refused_in_words_for_discord() -> None:
    other = b"# The Lantern by Anonymous\n\nSilas keeps the lighthouse, and nobody waits for the evening boat there.\n"
    with pytest.raises(BookFormProblem) as told:
        draft_from(
            "vellichor-7", FORM, [("other.md", other)], None, {"the-lantern": toml_of(BookForm("The Lantern", "A."))}
        )
    assert "Nothing was added" in str(told.value)
    assert "--" not in str(told.value)
    assert "vellichor-7" not in str(told.value)


def test_a_source_says_its_kind_title_and_where_it_comes_from() -> None:
    assert document_line("---\nkind: review\ntitle: 'A view'\nsource: A page\n---\nHm.\n") == "review, A view, A page"
    assert document_line("Just words.\n") == "text"
