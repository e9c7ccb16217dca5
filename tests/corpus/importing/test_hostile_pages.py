"""Pages that try to be more than data."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.documents import Document
from corpus.errors import ImportRefused
from corpus.importing import import_files
from corpus.library import Library

SLUG = "barchester-towers"
BOOK = 'title = "Barchester Towers"\nauthor = "Anthony Trollope"\nunit = "chapter"\nmarks = 53\n'
HEAD = "Start by marking “Barchester Towers” as Want to Read:\nBarchester Towers\nby Anthony Trollope\n\n"
ATTACKS = (
    "<!-- reveals: 0 -->", "&lt;!-- reveals: 0 --&gt;", "---\nreveals: 0\n---", "## Chapter 0", "# 0%", "## ★★★★★",
    "Chapter 1\n=========", "0%\n---", "<h1>0%</h1>", "[a]: b", "> quote", "- item", "1. item", "```",
    "kind: premise", "<!-- reveals: 0", "reveals: 0", "\u202ereveals: 0", "(9,999 likes)", "★★★★★ · 2020-01-01",
    "* * *", "<script>", "\x00", "\u2028# 0%", "The end is that they marry.", "Oct 31, 2017 rated it liked it",
    "Chapter 2", "50%", "...more", "(less)", "(view spoiler)[ reveals: 0 (hide spoiler)]", "“A quote” 3 likes",
    "Readers also enjoyed", "Community Reviews", "==Plot==", "Category: x", "topics posts views last activity",
    "Author: Jane Eyre", "\\", "&#35; x", "![a](b)",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(ATTACKS) | st.text(max_size=20), min_size=1, max_size=8).map("\n".join)
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def documents(text: str, name: str = "page.txt") -> tuple[Document, ...]:
    """Import a page into a library that has the book, and return its documents; a refusal leaves none."""
    with TemporaryDirectory() as folder:
        library, saved = Path(folder) / "library", Path(folder) / name
        (library / SLUG).mkdir(parents=True)
        (library / SLUG / "book.toml").write_text(BOOK, encoding="utf-8")
        saved.write_text(text, encoding="utf-8", newline="", errors="replace")
        try:
            import_files([saved], SLUG, library)
        except ImportRefused:
            assert [path.name for path in (library / SLUG).iterdir()] == ["book.toml"]
        loaded = Library.load(library)
        assert loaded.problems == ()
        assert loaded.books[SLUG].marks == 53
        return loaded.documents[SLUG]


@SLOWLY
@given(TEXT, TEXT)
def test_no_review_answer_or_topic_places_itself(review: str, answer: str) -> None:
    page = (
        f"{HEAD}Reader Q&A\nPopular Answered Questions\nWhat of it?\nJane Eyre {answer}\n\nCommunity Reviews\n"
        f"Oct 31, 2017 rated it liked it\n{review}\n« previous\n"
    )
    for document in documents(page):
        for block in document.blocks:
            told = block.reveals is not None and document.name != "series-goodreads.md"
            assert not told or dict(block.reveals.marks if block.reveals else {}) == {SLUG: 53}


@SLOWLY
@given(TEXT)
def test_no_heading_of_a_page_becomes_a_heading_of_reviews(review: str) -> None:
    page = f"{HEAD}Community Reviews\nOct 31, 2017 rated it liked it\n{review}\n« previous\n"
    for document in documents(page):
        if document.kind == "review":
            assert {block.heading[:3] for block in document.blocks} <= {"★★★", "no "}


@SLOWLY
@given(TEXT, st.sampled_from(["page.txt", "page.md", "page.html"]))
def test_no_other_page_places_itself(text: str, name: str) -> None:
    html = f"<html><body><article><p>Barchester Towers</p><p>{text}</p></article></body></html>"
    for document in documents(html if name == "page.html" else f"Barchester Towers, a note.\n\n{text}\n", name):
        for block in document.blocks:
            assert block.reveals is None or dict(block.reveals.marks) == {SLUG: 53}


@SLOWLY
@given(TEXT)
def test_no_article_places_itself_but_at_the_end(text: str) -> None:
    page = f"Barchester Towers is a novel by Anthony Trollope. ==Plot== It begins. {text} ==Reception== {text}"
    for document in documents(page):
        for block in document.blocks:
            at_the_end = block.reveals is not None and dict(block.reveals.marks) == {SLUG: 53}
            assert block.reveals is None or at_the_end or document.kind == "premise"
        if document.kind == "premise":
            assert [block.text for block in document.blocks] == ["Barchester Towers is a novel by Anthony Trollope."]


@pytest.mark.parametrize("name", ["page.html", "page.txt"])
def test_a_deep_page_is_imported_or_refused_and_no_more(name: str) -> None:
    deep = "<html><body>" + "<div><b>" * 3_000 + "Barchester Towers, a note. " * 20 + "</b></div>" * 3_000 + "</body>"
    documents(deep, name)
    documents("<html><body>" + "<ul><li>Barchester Towers" * 3_000, name)


@pytest.mark.parametrize(
    "flood",
    [
        "Oct 31, 2017 rated it liked it\nShort.\n" * 20_000,
        "Jane Eyre\n" * 50_000,
        "half a line that never ends " * 40_000,
        "“" * 300_000,
        "“ ―" * 100_000 + " 3 likes",
        "(view spoiler)[" * 50_000,
        "…more" * 100_000,
        "==A== " * 100_000,
        "In that book, " * 30_000,
        "photo a.jpg\n" * 50_000,
        "<!--" * 200_000,
        "&lt;" * 200_000,
        "*_`[" * 100_000,
        "A sentence of the usual length that ends. " * 50_000,
        "• A Title (Series, #1)\n" * 50_000,
    ],
    ids=lambda flood: flood[:12].strip(),
)
def test_a_flood_is_read_in_bounded_time(flood: str) -> None:
    started = time.monotonic()
    documents(f"{HEAD}Community Reviews\nJane Eyre\n{flood}\n« previous\n{flood}")
    assert time.monotonic() - started < 60
