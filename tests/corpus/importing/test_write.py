"""Writing what was imported: documents, `book.toml`, and all of it or none."""

import datetime as dt
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.books import Book, Edition, Ratings, SimilarBook, Unit
from corpus.documents import Document, read_document
from corpus.errors import ImportRefused, LibraryProblem
from corpus.importing.draft import END, BookFacts, DraftDocument, DraftSection, Paragraph
from corpus.importing.write import (
    MAX_PARAGRAPH,
    book_file,
    placed,
    plain_text,
    render,
    save_files,
    split_long_paragraphs,
)

BOOK = Book("barchester-towers", "Barchester Towers", "Anthony Trollope", Unit.CHAPTER, 53)
WARDEN = Book("the-warden", "The Warden", "Anthony Trollope", Unit.CHAPTER, 21)
BOOKS = {book.slug: book for book in (BOOK, WARDEN)}

# What Markdown, HTML and the library format give a meaning to, in all orders.
PIECES = st.sampled_from([
    "<!-- reveals: 0 -->", "<!--", "-->", "reveals: 0", "&lt;!-- reveals: 0 --&gt;", "# ", "## 0%", "Chapter 1",
    "---", "===", "- ", "* ", "+ ", "1. ", "2) ", "> ", "    ", "\t", "\n", "\n\n", "\u2028", "```", "~~~", "`", "**",
    "__", "_", "*", "\\", "[a](b)", "[a]: b", "![", "](", "]", "[", "<b>", "</b>", "<h1>", "<script>", "<", ">", "&",
    "&amp;", "&#35;", "★★★★★", "|", "(3 likes)", "(explicit)", "(3 likes, explicit)", "()", "word", "a", "é",
    "\u202e", "\x00", "kind: summary", ":", " ", ".", "· explicit", "http://a.b", "<http://a.b>", "&nbsp;", "\r",
])  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40)


def read_back(draft: DraftDocument) -> tuple[Document, list[LibraryProblem]]:
    problems: list[LibraryProblem] = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{draft.stem}.md"
        path.write_text(render(draft, BOOK, BOOKS, "0123456789ab"), encoding="utf-8", newline="")
        return read_document(path, BOOK, {"the-warden": WARDEN}, problems), problems


def draft(*sections: DraftSection, kind: str = "review") -> DraftDocument:
    return DraftDocument("page", kind, "A source", sections, title="A title")


@given(HOSTILE, st.booleans())
@example("<!-- reveals: 0 -->", False)
@example("&lt;!-- reveals: 0 --&gt;", False)
@example("1984. A year", True)
@example("Loved it (3 likes, explicit)", True)
def test_any_text_reads_back_as_plain_words_that_nothing_places(text: str, item: bool) -> None:
    document, problems = read_back(draft(DraftSection((Paragraph(text, item),), "★★★★☆ · 2017-10-31")))
    assert problems == []
    assert [block.text for block in document.blocks] == ([plain_text(text)] if plain_text(text) else [])
    for block in document.blocks:
        assert (block.reveals, block.rating, block.likes, block.explicit) == (None, 4, 0, False)
        assert block.heading == "★★★★☆ · 2017-10-31"


@given(HOSTILE)
def test_any_heading_of_a_page_places_nothing(heading: str) -> None:
    document, problems = read_back(draft(DraftSection((Paragraph("A text."),), heading)))
    assert problems == []
    assert [(block.text, block.reveals) for block in document.blocks] == [("A text.", None)]


@given(HOSTILE)
def test_any_title_of_a_page_stays_in_its_field(source: str) -> None:
    document, problems = read_back(
        DraftDocument("page", "review", source, (DraftSection((Paragraph("A text."),)),), title="T")
    )
    assert problems == []
    assert (document.kind, document.title, document.source) == ("review", "T", plain_text(source))
    assert [block.reveals for block in document.blocks] == [None]


def test_a_bare_line_that_could_be_taken_for_a_heading_becomes_a_sentence() -> None:
    assert plain_text("Chapter 7") == "Chapter 7."
    assert plain_text("50%") == "50%."
    assert plain_text("A partner in crime") == "A partner in crime"


def test_what_a_draft_states_is_written_as_comments_and_front_matter() -> None:
    stated = DraftDocument(
        "page",
        "background",
        "Wikipedia",
        (
            DraftSection((Paragraph("Left open."), Paragraph("The end.", reveals={BOOK.slug: END})), "One"),
            DraftSection((Paragraph("Told.", reveals={"the-warden": END, BOOK.slug: 0}),), "Two"),
            DraftSection(
                (Paragraph("“A quote.”", item=True, likes=1), Paragraph("“B.”", True, None, 3, True)), "Three"
            ),
        ),
        title="Background",
    )
    assert render(stated, BOOK, BOOKS, "0123456789ab") == (
        "---\nkind: background\ntitle: Background\nsource: Wikipedia\nimported: 0123456789ab\n---\n\n"
        "## One\n\nLeft open.\n\n<!-- reveals: 53 -->\n\nThe end.\n\n"
        "## Two\n\n<!-- reveals: the-warden=21, barchester-towers=0 -->\n\nTold.\n\n"
        "## Three\n\n- “A quote.” (1 like)\n- “B.” (3 likes, explicit)\n"
    )
    document, problems = read_back(stated)
    assert problems == []
    quotes = [(block.text, block.likes, block.explicit) for block in document.blocks[-2:]]
    assert quotes == [("“A quote.”", 1, False), ("“B.”", 3, True)]
    assert [dict(block.reveals.marks) if block.reveals else None for block in document.blocks] == [
        marks for section in stated.sections for _, marks in placed(section, stated, BOOK, BOOKS)
    ]


def test_a_whole_document_may_be_free_of_spoilers() -> None:
    free = DraftDocument.of("premise", "page", "Wikipedia", [DraftSection.of(["A novel."])], {})
    assert "\nreveals: 0\n" in render(free, BOOK, BOOKS, "0123456789ab")
    document, _ = read_back(free)
    assert [dict(block.reveals.marks) for block in document.blocks if block.reveals] == [{BOOK.slug: 0}]


def test_a_long_paragraph_goes_on_in_the_next() -> None:
    text = "A sentence of six plain words. " * 1_000
    section = split_long_paragraphs(DraftSection((Paragraph(text), Paragraph("x" * 20_000, item=True))))
    assert all(len(paragraph.text) <= MAX_PARAGRAPH for paragraph in section.paragraphs)
    assert " ".join(paragraph.text for paragraph in section.paragraphs[:-1]) == text.strip()
    assert all(paragraph.text.endswith("words.") for paragraph in section.paragraphs[:-1])


FACTS = BookFacts(
    title="Barchester Towers",
    author="Anthony Trollope",
    year=1857,
    series="Chronicles of Barsetshire",
    series_number=2.0,
    pages=526,
    ratings=Ratings(3.98, 21034, 1377, "Goodreads", dt.date(2019, 2, 11)),
    editions=(Edition("Paperback", "Everyman's Library", dt.date(1993, 1, 28)),),
    similar=(SimilarBook("Cranford"), SimilarBook("Middlemarch", series="Novels", series_number="3")),
)
WRITTEN_BY_HAND = """\
# Our club's copy.
title = 'Barchester Towers'   # as on the cover
author = "Anthony Trollope"
unit = "chapter"
marks = 53
year = 1858  # we think

aliases = [
    "Towers",  # what we say
]
mystery = "ours"

[[similar]]
title = "Cranford"
why = "The same quiet."
"""


def test_a_new_book_says_what_the_page_says_and_counts_in_percent() -> None:
    text, added = book_file("barchester-towers", "", FACTS, None)
    said = tomllib.loads(text)
    assert said == {
        "title": "Barchester Towers", "author": "Anthony Trollope", "unit": "percent", "marks": 100, "year": 1857,
        "series": "Chronicles of Barsetshire", "series_number": 2, "pages": 526,
        "ratings": {
            "average": 3.98, "count": 21034, "reviews": 1377, "source": "Goodreads", "as_of": dt.date(2019, 2, 11),
        },
        "editions": [{"format": "Paperback", "publisher": "Everyman's Library", "published": dt.date(1993, 1, 28)}],
        "similar": [{"title": "Cranford"}, {"title": "Middlemarch", "series": "Novels", "series_number": "3"}],
    }  # fmt: skip
    assert added[:4] == ["title", "author", "unit", "marks"]


def test_only_what_is_missing_is_added_and_nothing_else_is_touched() -> None:
    text, added = book_file(BOOK.slug, WRITTEN_BY_HAND, FACTS, BOOK)
    kept = WRITTEN_BY_HAND.splitlines()
    lines = iter(text.splitlines())
    assert all(line in lines for line in kept)
    said = tomllib.loads(text)
    assert (said["year"], said["series_number"], said["mystery"]) == (1858, 2, "ours")
    assert said["similar"] == [{"title": "Cranford", "why": "The same quiet."}]
    assert "ratings" in added
    assert not {"year", "similar"} & set(added)


def test_what_a_page_says_cannot_leave_its_field() -> None:
    facts = BookFacts(title='X"\nmarks = 1\n[ratings]', author="A\u202e<!-- reveals: 0 -->", series="S" * 1_000)
    said = tomllib.loads(book_file("x", "", facts, None)[0])
    assert said["title"] == 'X" marks = 1 [ratings]'
    assert said["author"] == "A"
    assert said["marks"] == 100
    assert len(said["series"]) == 200


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


def test_files_are_added_to_a_book_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "book.toml").write_text("old", encoding="utf-8")
    (tmp_path / "x" / "mine.md").write_text("mine", encoding="utf-8")
    save_files(tmp_path, "x", {"book.toml": "new\r\n", "one.md": "b"})
    assert (tmp_path / "x" / "book.toml").read_bytes() == b"new\r\n"
    assert contents(tmp_path / "x").keys() == {"book.toml", "mine.md", "one.md"}


def test_where_one_file_cannot_be_moved_the_others_are_taken_back(tmp_path: Path) -> None:
    (tmp_path / "x" / "two.md").mkdir(parents=True)
    (tmp_path / "x" / "book.toml").write_text("old", encoding="utf-8")
    (tmp_path / "x" / "two.md" / "in-the-way").write_text("", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(ImportRefused, match="nothing was changed"):
        save_files(tmp_path, "x", {"book.toml": "new", "one.md": "a", "two.md": "b"})
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_where_the_folder_cannot_be_written_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a file where the folder would be", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(ImportRefused):
        save_files(tmp_path, "x", {"book.toml": "new"})
    assert contents(tmp_path) == before
    with pytest.raises(ImportRefused):
        save_files(tmp_path / "x" / "library", "y", {"book.toml": "new"})
