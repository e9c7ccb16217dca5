"""Drafts as library files: what is written is read back just as it was meant."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.books import Book, Unit
from corpus.documents import Document, read_document
from corpus.errors import LibraryProblem
from corpus.importing.draft import END, Draft, Paragraph, Section
from corpus.importing.write import MAX_PARAGRAPH, escaped, in_bounds, meant, plain, written

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


def read_back(draft: Draft) -> tuple[Document, list[LibraryProblem]]:
    problems: list[LibraryProblem] = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{draft.stem}.md"
        path.write_text(written(draft, BOOK, BOOKS, "0123456789ab"), encoding="utf-8", newline="")
        return read_document(path, BOOK, {"the-warden": WARDEN}, problems), problems


def draft(*sections: Section, kind: str = "review") -> Draft:
    return Draft("page", kind, "A title", "A source", sections)


@given(HOSTILE, st.booleans())
@example("<!-- reveals: 0 -->", False)
@example("&lt;!-- reveals: 0 --&gt;", False)
@example("1984. A year", True)
@example("Loved it (3 likes, explicit)", True)
def test_any_text_reads_back_as_plain_words_that_nothing_places(text: str, item: bool) -> None:
    document, problems = read_back(draft(Section((Paragraph(text, item),), "★★★★☆ · 2017-10-31")))
    assert problems == []
    assert [block.text for block in document.blocks] == ([plain(text)] if plain(text) else [])
    for block in document.blocks:
        assert (block.reveals, block.rating, block.likes, block.explicit) == (None, 4, 0, False)
        assert block.heading == "★★★★☆ · 2017-10-31"


@given(HOSTILE)
def test_any_heading_of_a_page_places_nothing(heading: str) -> None:
    document, problems = read_back(draft(Section((Paragraph("A text."),), heading)))
    assert problems == []
    assert [(block.text, block.reveals) for block in document.blocks] == [("A text.", None)]


@given(HOSTILE)
def test_any_title_of_a_page_stays_in_its_field(source: str) -> None:
    document, problems = read_back(Draft("page", "review", "T", source, (Section((Paragraph("A text."),)),)))
    assert problems == []
    assert (document.kind, document.title, document.source) == ("review", "T", plain(source))
    assert [block.reveals for block in document.blocks] == [None]


@given(st.text(max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "text",
    ["He said so. She didn't.", "“Quoted,” he said – and left…", "3.5 stars", "A & B <3", "snake_case", "[He] left."],
)
def test_ordinary_prose_is_written_without_any_sign_of_escaping(text: str) -> None:
    assert escaped(plain(text)) == text


def test_a_bare_line_that_could_be_taken_for_a_heading_becomes_a_sentence() -> None:
    assert plain("Chapter 7") == "Chapter 7."
    assert plain("50%") == "50%."
    assert plain("A partner in crime") == "A partner in crime"


def test_what_a_draft_states_is_written_as_comments_and_front_matter() -> None:
    stated = Draft(
        "page",
        "background",
        "Background",
        "Wikipedia",
        (
            Section((Paragraph("Left open."), Paragraph("The end.", reveals={BOOK.slug: END})), "One"),
            Section((Paragraph("Told.", reveals={"the-warden": END, BOOK.slug: 0}),), "Two"),
            Section((Paragraph("“A quote.”", item=True, likes=1), Paragraph("“B.”", True, None, 3, True)), "Three"),
        ),
    )
    assert written(stated, BOOK, BOOKS, "0123456789ab") == (
        "---\nkind: background\ntitle: Background\nsource: Wikipedia\nimported: 0123456789ab\n---\n\n"
        "## One\n\nLeft open.\n\n<!-- reveals: 53 -->\n\nThe end.\n\n"
        "## Two\n\n<!-- reveals: the-warden=21, barchester-towers=0 -->\n\nTold.\n\n"
        "## Three\n\n- “A quote.” (1 like)\n- “B.” (3 likes, explicit)\n"
    )
    document, problems = read_back(stated)
    assert problems == []
    quotes = [(block.text, block.likes, block.explicit) for block in document.blocks[-2:]]
    assert quotes == [("“A quote.”", 1, False), ("“B.”", 3, True)]
    assert [dict(b.reveals.marks) if b.reveals else None for b in document.blocks[:3]] == [
        m.reveals for m in meant(stated, BOOK, BOOKS)[:3]
    ]


def test_a_whole_document_may_be_free_of_spoilers() -> None:
    free = Draft("page", "premise", "Premise", "Wikipedia", (Section((Paragraph("A novel."),)),), reveals={})
    assert "\nreveals: 0\n" in written(free, BOOK, BOOKS, "0123456789ab")
    document, _ = read_back(free)
    assert [dict(block.reveals.marks) for block in document.blocks if block.reveals] == [{BOOK.slug: 0}]


def test_a_long_paragraph_goes_on_in_the_next() -> None:
    text = "A sentence of six plain words. " * 1_000
    section = in_bounds(Section((Paragraph(text), Paragraph("x" * 20_000, item=True))))
    assert all(len(paragraph.text) <= MAX_PARAGRAPH for paragraph in section.paragraphs)
    assert " ".join(paragraph.text for paragraph in section.paragraphs[:-1]) == text.strip()
    assert all(paragraph.text.endswith("words.") for paragraph in section.paragraphs[:-1])
