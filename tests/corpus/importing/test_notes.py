"""Notes, articles in wiki mark-up and texts of Project Gutenberg: mark-up goes, what it says stays."""

import time
from pathlib import Path

import pytest

from corpus.errors import ImportRefused
from corpus.importing import import_files
from corpus.importing.notes import foreign_marks
from corpus.importing.novel import is_heading, numbered
from corpus.library import Library
from tests.corpus.importing.books import Page, Saved


def text_of(library: Path, slug: str = "the-lamp") -> str:
    loaded = Library.load(library)
    assert loaded.problems == ()
    return "\n".join(block.text for document in loaded.documents[slug] for block in document.blocks)


def test_notes_lose_the_marks_of_their_program_and_keep_the_facts(page: Page, library: Path) -> None:
    import_files([page("lamp-note.md")], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.title, book.author, book.pages, book.isbn) == ("The Lamp", "Ada Winterbourne", 288, "9780000000019")
    text = text_of(library)
    assert "Nell keeps the lamp on Sorrel Quay and The Bell rings." in text
    assert "The wind has no clapper, child." in text
    assert "look this up" in text
    assert foreign_marks(text) == []
    assert not any(words in text for words in ("#character", "club", "png", "LIST", "rating", "**", "[ ]"))


def test_marks_of_other_programs_are_recognised_and_ordinary_text_is_not() -> None:
    for mark in (
        "a %%note%%",
        "[[Nell]]",
        "![[a.png]]",
        "==so==",
        "[!quote] p. 4",
        "text ^a1",
        "word[^1]",
        "rating:: 4",
    ):
        assert foreign_marks(mark), mark
    for plain in ("100% of it", "[sic]", "a == b", "2^3 = 8", "Nell: I heard it.", "[1] a note", "five %"):
        assert foreign_marks(plain) == [], plain


def test_an_article_in_wiki_mark_up(page: Page, library: Path) -> None:
    import_files([page("lamp-wikitext.txt")], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.title, book.author, book.year, book.pages) == ("The Lamp", "Ada Winterbourne", 2016, 288)
    assert (book.series, book.isbn) == ("Sorrel Coast", "9780000000019")
    text = text_of(library)
    assert "Nell trims the lamp and hører a bell." in text
    assert "Second: the master drowns." in text
    assert not any(mark in text for mark in ("[[", "{{", "''", "<ref", "|", "thumb", "cell", "Category", "cite"))


@pytest.mark.parametrize("row", ["- Author: {}", "Author: {}", "* Author – {}", "Author {}"])
def test_an_article_as_text_with_its_facts_at_the_top(row: str, saved: Saved, library: Path) -> None:
    author, language, pages = (
        row.replace("Author", name).format(value)
        for name, value in (("Author", "Ada Winterbourne"), ("Language", "Danish"), ("Pages", "288 pages"))
    )
    text = (
        f"= The Lamp =\n\nThe Lamp\n{author}\n{language}\n{pages}\n\nThe Lamp is a 2016 novel by Ada Winterbourne.\n\n"
        "==Plot==\nNell hears a bell.\n"
    )
    import_files([saved("dump.txt", text)], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.author, book.language, book.pages) == ("Ada Winterbourne", "Danish", 288)
    assert "Danish" not in text_of(library)
    assert "=" not in text_of(library)


@pytest.mark.parametrize("unit", ["{{", "[[", "'''", "<ref>", "[[a|b", "{|\n", "==a==\n", "%%", "> [!a] "])
def test_endless_marks_take_no_time(unit: str, saved: Saved, library: Path) -> None:
    begun = time.process_time()
    for name in ("page.txt", "page.md"):
        try:
            import_files([saved(name, f"The Lamp '''x''' [[y]] is it.\n\n{unit * 30_000}")], "the-lamp", library)
        except ImportRefused:
            continue
    assert time.process_time() - begun < 40


def test_a_text_of_project_gutenberg(page: Page, library: Path) -> None:
    report = import_files([page("lamp-gutenberg.txt")], "the-lamp", library)
    loaded = Library.load(library)
    book = loaded.books["the-lamp"]
    assert (book.title, book.author, book.marks) == ("The Lamp", "A. Winterbourne", 2)
    told = [block for document in loaded.documents["the-lamp"] for block in document.blocks]
    placed = [(block.heading, block.text, block.reveals.marks["the-lamp"]) for block in told if block.reveals]
    assert placed == [
        ("Chapter 1: The Wick", "Nell had trimmed the lamp every evening.", 1),
        ("Chapter 1: The Wick", "“Chapter and verse!” he said.", 1),
        ("Chapter 2: After Dark", "There was a bell.", 2),
    ]
    assert any("dropped" in line for line in report.lines())


def test_a_novel_without_chapters_is_placed_by_its_share(page: Page, saved: Saved, library: Path) -> None:
    head, _, rest = page("lamp-gutenberg.txt").read_text("utf-8").partition("THE LAMP\n\nBy")
    end = rest.partition("*** END")[1] + rest.partition("*** END")[2]
    story = "\n\n".join(f"On evening {n} Nell went up to the lamp and stayed." for n in range(1, 11))
    import_files([saved("pg2.txt", f"{head}\n\n{story}\n\n{end}")], "the-lamp", library)
    loaded = Library.load(library)
    assert loaded.books["the-lamp"].unit == "percent"
    marks = [b.reveals.marks["the-lamp"] for d in loaded.documents["the-lamp"] for b in d.blocks if b.reveals]
    assert marks == sorted(marks)
    assert marks[0] >= 10
    assert marks[-1] == 100


@pytest.mark.parametrize(
    ("title", "number", "rest"),
    [
        ("Chapter 1. The Wick", 1, "The Wick"), ("CHAPTER XIV", 14, ""), ("Chapter the First", 1, ""), ("III", 3, ""),
        ("3. Low Tide", 3, "Low Tide"), ("IV: The Bell", 4, "The Bell"), ("Twenty-One", 21, ""),
        ("Kapitel 2 – Nacht", 2, "Nacht"), ("The Bell", None, "The Bell"),
        ("I think of Nell", None, "I think of Nell"), ("One Evening", None, "One Evening"),
    ],
)  # fmt: skip
def test_the_number_of_a_chapter(title: str, number: int | None, rest: str) -> None:
    assert numbered(title) == (number, rest)


def test_speech_and_sentences_are_no_headings() -> None:
    for line in ("CHAPTER I", "Chapter 3. Low Tide", "II.", "PART ONE", "Epilogue", "Book the Second", "PREFACE"):
        assert is_heading(line), line
    for line in (
        "“It has rung!”",
        "Chapter 3 was the last that he read.",
        "I did.",
        "Part of him knew.",
        "One evening,",
        "The end",
    ):
        assert not is_heading(line), line
