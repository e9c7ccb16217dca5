"""A study page, as text and as HTML."""

from pathlib import Path

import pytest

from corpus.books import Unit
from corpus.documents import Document
from corpus.errors import ImportRefused
from corpus.importing import ImportReport, Status, import_files
from corpus.importing.phrases import kind_of
from corpus.library import Library
from tests.corpus.importing.books import Page, Saved

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


LAMP = "the-lamp"
ENTRY = 'title = "The Lamp at the Quay"\nauthor = "Ada Moor"\nunit = "{}"\nmarks = {}\n'
END = 12


@pytest.fixture
def lamp(library: Path) -> Path:
    """Return a library with a book of twelve chapters."""
    return written(library, "chapter", END)


def written(library: Path, unit: str, marks: int) -> Path:
    (library / LAMP).mkdir(exist_ok=True)
    (library / LAMP / "book.toml").write_text(ENTRY.format(unit, marks), encoding="utf-8")
    return library


def told(library: Path) -> dict[str, list[tuple[str, int | None]]]:
    """Return the first word of each text with the mark that a label states, by the kind of document."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    for document in Library.load(library).documents[LAMP]:
        marks = [(b.text.split()[0], b.reveals.marks[LAMP] if b.reveals else None) for b in document.blocks]
        found.setdefault(document.kind, []).extend(marks)
    return found


def page_of(*sections: tuple[str, str], title: str = "The Lamp at the Quay", about: str = "") -> str:
    """Return a page of headings (with their level, 2 if not given) and the first word of the text below each."""
    body = ""
    for n, (heading, word) in enumerate(sections):
        level, text = (heading[0], heading[2:]) if heading[1:2] == ":" and heading[0].isdigit() else ("2", heading)
        body += f"<h{level}>{text}</h{level}>" + (f"<p>{word} {n} {PROSE}</p>" if word else "")
    return f"<html><head><title>{about or title}</title></head><body><h1>{title}</h1>{body}</body></html>"


@pytest.mark.parametrize(
    ("headings", "marks"),
    [
        (("Chapter 3", "Chapter 10"), (3, 10)),
        (("Summary: Chapter XI: The Bell", "Summary of Chapter Twelve"), (11, 12)),
        (("Ch 1 – The Wick", "Chs. 2-3", "Chapter 4. Low Tide"), (1, 3, 4)),
        (("VII", "VIII"), (7, 8)),
        (("7", "8."), (7, 8)),
        (("XI",), (11,)),
        (("1. The Wick", "2. After Dark", "3. Low Tide", "All chapters"), (1, 2, 3, END)),
        (("Kapitel 2", "Chapitre IV", "Capítulo 5", "Глава 6"), (2, 4, 5, 6)),
        (("The Lamp at the Quay: Chapter 4 Summary &amp; Analysis",), (4,)),
        (("The Bell (Chapter XI)",), (11,)),
        (("Prologue", "Chapter 1", "Epilogue"), (1, 1, END)),
        (("50%",), (6,)),
        # what cannot be read, or not be right, waits for the end
        (("Chapter 10", "Chapter 3"), (10, END)),
        (("Chapter 0", "Chapter 99"), (END, END)),
        (("What chapter 2 meant", "After chapter 5", "Chapter 5 onwards", "0%"), (END,) * 4),
        (("Chapter 3 of another book", "Volume II, Chapter 3", "Part 2"), (END,) * 3),
        (("1. The ending explained", "2. The father", "3. Plot"), (END,) * 3),
        (("Chapter 2", "The Plot", "Ending explained"), (2, END, END)),
        (("Part One", "3:Chapter 1", "3:Chapter 2", "Part Two", "3:Chapter 1", "3:Chapter 3"), (1, 2, END, END)),
        (("Part One", "3:Chapter 1", "3:Chapter 2", "Part Two", "3:Chapter 3"), (1, 2, 3)),
    ],
)
def test_a_heading_that_names_marks_places_its_text_or_hides_it(
    saved: Saved, lamp: Path, headings: tuple[str, ...], marks: tuple[int, ...]
) -> None:
    sections = [(heading, "" if heading.startswith("Part ") and "3:Chapter 1" in headings else "Text")
                for heading in headings]  # fmt: skip
    import_files([saved("page.html", page_of(*sections))], LAMP, lamp)
    assert told(lamp)["summary"] == [("Text", mark) for mark in marks]


def test_what_comments_on_the_story_waits_for_the_end_and_what_gives_nothing_away_does_not(
    saved: Saved, lamp: Path
) -> None:
    sections = [
        ("Chapter 2 Summary", "Story"), ("Chapter 2 Analysis", "Meaning"), ("3:Themes", "Guilt"),
        ("Analysis: Chapters 1–2", "More"), ("Content Warnings", "Drowning"), ("Publisher's Description", "Blurb"),
        ("Discussion Questions", ""), ("3:Chapters 1–4", "Why"),
    ]  # fmt: skip
    import_files([saved("page.html", page_of(*sections))], LAMP, lamp)
    assert told(lamp) == {
        "summary": [("Story", 2)], "themes": [("Meaning", END), ("Guilt", END), ("More", END)],
        "warnings": [("Drowning", 0)], "premise": [("Blurb", 0)], "discussion": [("Why", 4)],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("The Lamp at the Quay", "The Lamp at the Quay Chapter 4 Summary &amp; Analysis | Guides"),
        ("The Lamp at the Quay: Chapter Four", ""),
        ("Chapters 3 and 4", "The Lamp at the Quay"),
    ],
)
def test_a_page_about_one_chapter_says_so_in_its_title(saved: Saved, lamp: Path, title: str, about: str) -> None:
    sections = [("Summary", "Story"), ("Analysis", "Meaning"), ("Full Book Summary", "All")]
    import_files([saved("page.html", page_of(*sections, title=title, about=about))], LAMP, lamp)
    assert told(lamp) == {"summary": [("Story", 4), ("All", END)], "themes": [("Meaning", END)]}


def test_notes_without_marks_below_those_of_a_chapter_wait_for_the_end(saved: Saved, lamp: Path) -> None:
    text = "# The Lamp at the Quay\n\n# Chapter 1\n\nNight falls\n\n# My thoughts\n\nDrowned, I think\n"
    import_files([saved("notes.md", text)], LAMP, lamp)
    assert told(lamp) == {"summary": [("Night", 1), ("Drowned,", END)]}


def test_a_page_about_a_later_part_counts_its_chapters_anew(saved: Saved, lamp: Path) -> None:
    sections = [("Chapter 1", "One"), ("Chapter 2", "Two")]
    import_files([saved("page.html", page_of(*sections, title="The Lamp at the Quay: Part Two"))], LAMP, lamp)
    assert told(lamp) == {"summary": [("One", END), ("Two", END)]}


@pytest.mark.parametrize(
    ("paragraphs", "kind", "marks"),
    [
        (("In chapter 1, she hears it.", "By the end of chapter 2 she knows."), "summary", (1, 2)),
        (("Chapter 1 opens at night.", "She waits.", "Chapter Three: low tide."), "summary", (1, 3, 3)),
        (("In chapter 2, she finds what returns in chapter 9.",), "summary", (9,)),
        (("In chapter 1, she hears it.", "A thought.", "Yes.", "No."), "background", (None, None, None, END)),
    ],
)
def test_paragraphs_that_say_where_they_stand_are_shown_there(
    saved: Saved, lamp: Path, paragraphs: tuple[str, ...], kind: str, marks: tuple[int | None, ...]
) -> None:
    text = "\n\n".join(("The Lamp at the Quay", "by Ada Moor", *paragraphs))
    import_files([saved("page.txt", text)], LAMP, lamp)
    assert [mark for _, mark in told(lamp)[kind]] == list(marks)


@pytest.mark.parametrize("separate", [True, False])
def test_of_two_columns_the_first_is_the_story(saved: Saved, lamp: Path, separate: bool) -> None:
    rows = [("Night falls.", "It means death."), ("Day breaks.", "It will end badly.")]
    body = "\n".join("\n".join((*row, "Themes", "Guilt Theme Icon") if separate else row) for row in rows)
    head = "The Lamp at the Quay\n\nTap to download this\n\nThe Lamp at the Quay Chapter 4 Summary\n\n"
    text = f"{head}Summary\nAnalysis\n{body}"
    import_files([saved("page.txt", text)], LAMP, lamp)
    story = [("Night", 4), ("Day", 4)] if separate else [("Night", 4)]
    assert told(lamp)["summary"] == story
    assert {mark for _, mark in told(lamp)["themes"]} == {END}
    assert len(told(lamp)["themes"]) == 4 - len(story)


def test_numbered_questions_are_questions_for_the_club(saved: Saved, lamp: Path) -> None:
    text = "The Lamp at the Quay by Ada Moor\n\nReading Group Guide\n\n1. Why?\n\n2) What for?\n\n(3) Discuss it."
    import_files([saved("page.txt", text)], LAMP, lamp)
    (document,) = Library.load(lamp).documents[LAMP]
    assert document.kind == "discussion"
    assert [(block.text, block.is_item) for block in document.blocks] == [
        ("Why?", True), ("What for?", True), ("Discuss it.", True),
    ]  # fmt: skip


def test_what_follows_a_warning_of_spoilers_waits_for_the_end(saved: Saved, lamp: Path) -> None:
    text = "The Lamp at the Quay by Ada Moor\n\nQuiet.\n\nSpoilers below!\n\nDrowned. ||Married.||"
    import_files([saved("page.txt", text)], LAMP, lamp)
    assert told(lamp)["background"] == [("Quiet.", None), ("Drowned.", END), ("Married.", END)]


def test_the_part_about_another_book_does_not_come_in(saved: Saved, two_books: Path) -> None:
    html = page_of(("Chapter 1", "Ours"), ("The Warden", ""), ("3:Chapter 2", "Theirs"), title="Barchester Towers")
    report = import_files([saved("page.html", html)], SLUG, two_books)
    texts = "".join(path.read_text(encoding="utf-8") for path in (two_books / SLUG).glob("*.md"))
    assert "Ours" in texts
    assert "Theirs" not in texts
    assert any("another book" in entry.why for entry in report.of(Status.DROPPED))


def test_the_last_chapter_of_a_guide_is_not_that_of_the_book(saved: Saved, library: Path) -> None:
    html = saved(
        "page.html", page_of(("Chapter 1", "One"), ("Chapter 2", "Two")).replace("</h1>", "</h1><p>By Ada Moor</p>")
    )
    report = import_files([html], LAMP, library)
    book = Library.load(library).books[LAMP]
    assert (book.unit, book.marks) == (Unit.PERCENT, 100)
    assert any("how many chapters" in entry.what and "--chapters" in entry.why for entry in report.of(Status.NOTED))
    assert told(library)["summary"] == [("One", 100), ("Two", 100)]
    import_files([html], LAMP, library, chapters=END)
    book = Library.load(library).books[LAMP]
    assert (book.unit, book.marks) == (Unit.CHAPTER, END)
    assert told(library)["summary"] == [("One", 1), ("Two", 2)]
    with pytest.raises(ImportRefused, match="has 12 chapters"):
        import_files([html], LAMP, library, chapters=30)


def test_a_guide_that_says_how_many_chapters_there_are_makes_the_marks(saved: Saved, library: Path) -> None:
    html = page_of(("Chapter 1", "One"), ("Chapter 2", "Two"))
    html = html.replace("</h1>", "</h1><p>By Ada Moor</p><p>The novel has 12 chapters.</p>")
    import_files([saved("page.html", html)], LAMP, library)
    assert told(library)["summary"] == [("One", 1), ("Two", 2)]


def test_labels_go_along_when_percent_become_chapters(saved: Saved, library: Path) -> None:
    written(library, "percent", 100)
    html = saved("page.html", page_of(("40%", "Part"), ("Themes", "Guilt")))
    import_files([html], LAMP, library)
    assert told(library) == {"summary": [("Part", 40)], "themes": [("Guilt", 100)]}
    import_files([html], LAMP, library, chapters=END)
    assert told(library) == {"summary": [("Part", 5)], "themes": [("Guilt", END)]}
    assert Library.load(library).problems == ()


def test_better_labels_come_second(saved: Saved, lamp: Path) -> None:
    first = saved("first.txt", f"The Lamp at the Quay by Ada Moor\n\nOne 0 {PROSE}\n\nTwo 1 {PROSE}\n")
    second = saved("second.html", page_of(("Chapter 1", "One"), ("Themes", "Two")))
    import_files([first], LAMP, lamp)
    assert told(lamp) == {"background": [("One", None), ("Two", None)]}
    import_files([second], LAMP, lamp)
    assert told(lamp) == {"summary": [("One", 1)], "background": [("Two", None)]}
    assert not import_files([first, second], LAMP, lamp).changed


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Plot Summary", "summary"), ("Plot overview", "summary"), ("Critical reception", "reception"),
        ("Publication and reception", "background"), ("Main Characters", "people"), ("Themes and Motifs", "themes"),
        ("Discussion Questions", "discussion"), ("About the Author", "author"), ("External links", None),
        ("References", None), ("The Setting Out", "other"), ("A Question of Character", "other"),
        ("The Trail Across Europe", "other"),
    ],
)  # fmt: skip
def test_a_heading_says_what_its_section_is_or_is_a_title(heading: str, kind: str | None) -> None:
    assert kind_of(heading, "other") == kind
