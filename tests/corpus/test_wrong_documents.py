"""Mistakes in documents: told with file, line and cure, and hidden until the end, never shown early."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.books import Reveals
from corpus.documents import read_document
from corpus.errors import LibraryProblem
from corpus.library import read_book
from tests.corpus.shelf import PEOPLE, TINKER, Shelf, novel


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- reveals: seven -->",
        "<!-- reveals: -1 -->",
        "<!-- reveals: 28 -->",
        "<!-- reveals: 7 8 -->",
        "<!-- reveals: 40% -->",
        "<!-- reveals: ٧ -->",
        "<!-- reveals: -->",
        "<!-- reveals 7 -->",
        "<!-- revels: 7 -->",
        "<!-- reveals: smiley-people=0 -->",
        "<!-- reveals: smileys-people=0, smileys-people=3 -->",
        "<!-- this reveals nothing -->",
    ],
)
def test_a_comment_that_cannot_be_read(shelf: Shelf, comment: str) -> None:
    marks, (problem,) = shelf.doubted(f"## Chapter 7\n\nOne.\n\n{comment}\nTwo.\n\n## Chapter 8\n\nThree.\n")
    assert marks == {"One": 7, "Two": 27, "Three": 8}
    assert (problem.line, problem.fatal) == (5, False)
    assert str(problem).startswith(f"{problem.path}:5: “reveals” is wrong, so this is hidden until the end. ")


def test_a_comment_about_two_books_hides_both(shelf: Shelf) -> None:
    shelf.book(TINKER, 38)
    document, _ = shelf.document(f"<!-- reveals: {PEOPLE}=3, {TINKER}=99 -->\nOne.\n")
    assert document.blocks[0].reveals == Reveals.of({PEOPLE: 27, TINKER: 38})


def test_the_line_of_a_comment_is_its_own(shelf: Shelf) -> None:
    _, problems = shelf.doubted("<div>\n\nOne.\n\n</div>\n<!-- a\nb -->\n<!-- reveals: x -->\nTwo.\n")
    assert [problem.line for problem in problems] == [8]


def test_a_comment_within_a_text_lowers_nothing(shelf: Shelf) -> None:
    text = "## Chapter 20\n\nOne. <!-- reveals: 3 --> More.\n\nTwo.\n\n## Chapter 21\n\nThree. <!-- reveals: 25 -->\n"
    marks, problems = shelf.doubted(text)
    assert marks == {"One": 20, "Two": 20, "Three": 25}
    assert [problem.line for problem in problems] == [3, 9]


def test_a_comment_within_a_text_that_nothing_places_hides_it(shelf: Shelf) -> None:
    marks, _ = shelf.doubted(
        "- one <!-- reveals: 3 -->\n- two\n\nThree <!-- reveals: 9 --> <!-- reveals: 0 --> more.\n"
    )
    assert marks == {"one": 27, "two": 27, "Three": 27}


@pytest.mark.parametrize(
    "text",
    [
        "<!-- reveals: 3\n\nTwo.\n",
        "Two <!-- reveals: 3\n\nThree.\n",
        "Two.\n\n- <!-- reveals: 3\n- four\n",
        "## Karla <!-- reveals: 3\n\nTwo.\n",
        "<!- reveals: 3 ->\nTwo.\n",
        "<!– reveals: 3 –>\nTwo.\n",
        "&lt;!-- reveals: 3 --&gt;\nTwo.\n",
        "\\<!-- reveals: 3 --\\>\nTwo.\n",
        "reveals: 3\n\nTwo.\n",
        "**reveals:** 3\n\nTwo.\n",
        "`<!-- reveals: 3 -->` Two.\n",
        "```\n<!-- reveals: 3 -->\n```\nTwo.\n",
        "    <!-- reveals: 3 -->\n\nTwo.\n",
    ],
)
def test_what_was_meant_as_a_comment_and_is_none(shelf: Shelf, text: str) -> None:
    marks, problems = shelf.doubted(f"---\nreveals: 12\n---\nOne.\n\n{text}")
    assert marks.pop("One") == 12
    assert 12 not in marks.values() or marks.pop("Two") == 12  # a text above the mistake keeps its place
    assert set(marks.values()) <= {27}
    assert all("Write" in str(problem) for problem in problems)


def test_a_comment_above_a_heading_hides_what_it_was_meant_for(shelf: Shelf) -> None:
    text = """
        # People

        <!-- reveals: 3 -->
        ## Smiley

        One.

        <!-- reveals: 19 -->
        ## Karla

        Two.

        ## Ann

        Three.
        """
    marks, problems = shelf.doubted(text)
    assert marks == {"One": 3, "Two": 27, "Three": 3}
    assert [problem.line for problem in problems] == [9]


def test_a_comment_above_a_heading_does_no_harm_where_one_stands_below(shelf: Shelf) -> None:
    text = "## Ann\n<!-- reveals: 3 -->\n\n## Karla\n<!-- reveals: 19 -->\nOne.\n\n## Smiley\n\nTwo.\n"
    assert shelf.marks(text) == {"One": 19, "Two": None}


@pytest.mark.parametrize(
    "heading",
    ["Chapter 28", "Chapter 0", "Part 2", "Section 3", "What chapter 20 meant", "101%", f"Chapter {'9' * 5_000}"],
)
def test_a_heading_that_is_not_plain_hides_its_text(shelf: Shelf, heading: str) -> None:
    marks, (problem,) = shelf.doubted(f"---\nreveals: 0\n---\n## {heading}\n\nOne.\n\nTwo.\n\n## Karla\n\nThree.\n")
    assert marks == {"One": 27, "Two": 27, "Three": 0}
    assert problem.line == 4
    assert "<!-- reveals: 0 -->" in str(problem)


def test_a_comment_settles_what_a_heading_leaves_open(shelf: Shelf) -> None:
    assert shelf.marks("## What chapter 20 meant\n<!-- reveals: 20 -->\nOne.\n") == {"One": 20}


def test_a_heading_cannot_name_marks_before_those_of_the_heading_above_it(shelf: Shelf) -> None:
    shelf.book(PEOPLE, more="".join(f'[[parts]]\ntitle = "{n}"\nlast_mark = {9 * n}\n' for n in (1, 2, 3)))
    text = "# Part 2\n\n## Chapter 12\n\nOne.\n\n## Chapter 3\n\nTwo.\n\n# Part 1\n\n## Chapter 3\n\nThree.\n"
    marks, (problem,) = shelf.doubted(text)
    assert marks == {"One": 12, "Two": 18, "Three": 3}
    assert problem.line == 7


@pytest.mark.parametrize("hyphens", ["---", "-", "----------"])
def test_a_sentence_with_hyphens_below_is_kept_where_it_stands(shelf: Shelf, hyphens: str) -> None:
    text = f"## Chapter 20\n\nOne, and the end.\n{hyphens}\n\nTwo.\n\n## Chapter 21\n\nThree.\n"
    marks, (problem,) = shelf.doubted(text)
    assert marks == {"One": 20, "Two": 27, "Three": 21}
    assert problem.line == 3


@pytest.mark.parametrize(
    "heading",
    [
        "<h2>Chapter 20</h2>",
        "##Chapter 20",
        "#Karla",
        "####### Chapter 20",
        "    ## Chapter 20",
        "```\n## Chapter 20\n```",
        "<div>\n## Chapter 20\n</div>",
        "Karla crosses.\n##Chapter 20",
        "**Chapter 20**",
        "*Chapter 20: The crossing*",
        "Chapter 20",
        "80%",
    ],
)
def test_what_was_meant_as_a_heading_and_is_none(shelf: Shelf, heading: str) -> None:
    marks, (problem,) = shelf.doubted(f"## Chapter 3\n\nOne.\n\n{heading}\n\nTwo.\n\n## Chapter 4\n\nThree.\n")
    assert [marks[word] for word in ("One", "Two", "Three")] == [3, 27, 4]
    assert problem.line in (5, 6)


@pytest.mark.parametrize(
    "text", ["\\#smiley", "#1 of the series", "No. #7", "- Chapter 20", "Chapter 20 is where Karla crosses."]
)
def test_what_is_no_heading_places_nothing(shelf: Shelf, text: str) -> None:
    assert set(shelf.marks(f"## Chapter 3\n\n{text}\n\nOne.\n").values()) == {3}


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ("reveals: seven", 2),
        ("kind: text\nreveals:", 3),
        ("reveals: 28", 2),
        ("reveals: 7.0", 2),
        ("reveals: -1", 2),
        ("reveals: true", 2),
        ("reveals: 0x07", 2),
        ("reveals: 1:30", 2),
        ("reveals: [7, 9]", 2),
        ("reveals: {smileys-people: seven}", 2),
        ("reveals: {smileys-people: 20, smileys-people: 0}", 2),
        ("reveals: 20\nreveals: 0", 3),
        ("reveals: 20\nReveals: 0", 3),
        ("reveal: 7", 2),
        ("revels: 7", 2),
        ("reveals: 7: 8", 2),
        ("reveals: 'seven", 2),
        ("a: &a 7\nreveals: *a", 3),
        ("just words", 2),
        ("- reveals: 7", 2),
        ("reveals: 7\n\ttab: 1", 3),
        ("{" * 3_000, None),
        ("[" * 15_000, None),
        ("? " * 8_000, None),
        ("kind: " + "x" * 20_000, 2),
        ("a: \x07\nreveals: 0", None),
    ],
)
def test_front_matter_that_cannot_be_read_hides_the_document(shelf: Shelf, fields: str, line: int | None) -> None:
    start = time.perf_counter()
    marks, problems = shelf.doubted(f"---\n{fields}\n---\n\nOne.\n\n## Karla\n\nTwo.\n\n## Chapter 7\n\nThree.\n")
    assert time.perf_counter() - start < 3
    assert marks == {"One": 27, "Two": 27, "Three": 7}
    assert len(problems) == 1
    assert line in (None, problems[0].line)


def test_numbers_in_front_matter_are_decimal(shelf: Shelf) -> None:
    assert shelf.marks("---\nreveals: 010\n---\nOne.\n") == {"One": 10}


def test_front_matter_that_is_not_closed_hides_the_document(shelf: Shelf) -> None:
    marks, (problem,) = shelf.doubted("---\nreveals: 0\n\nOne.\n\nTwo.\n")
    assert marks == {"One": 27, "Two": 27}
    assert problem.line == 1
    assert "Write --- below it." in str(problem)


def test_aliases_are_not_expanded(shelf: Shelf) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    start = time.perf_counter()
    marks, (problem,) = shelf.doubted(f"---\n{bomb}reveals: *a11\n---\nOne.\n")
    assert time.perf_counter() - start < 2
    assert marks == {"One": 27}
    assert problem.line == 3


def test_other_fields_that_are_wrong_are_left_out(shelf: Shelf) -> None:
    document, problems = shelf.document("---\nkind: [a]\nrating: 7\ndate: soon\ntitle: {a: b}\nreveals: 3\n---\nOne.\n")
    assert (document.kind, document.rating, document.date, document.title) == ("text", None, None, "")
    assert [problem.line for problem in problems] == [2, 5, 3, 4]
    assert document.blocks[0].reveals == Reveals.of({PEOPLE: 3})


def test_a_document_full_of_mistakes_is_left_out(shelf: Shelf) -> None:
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: x -->\nOne.\n\n" * 20_000)
    start = time.perf_counter()
    library = shelf.load()
    assert time.perf_counter() - start < 10
    assert library.documents[PEOPLE] == ()
    assert len(library.problems) == 101
    assert library.problems[-1].fatal


FRAGMENTS = [
    "---\n",
    "# ",
    "## Chapter 7",
    "> ",
    "- ",
    "<!-- reveals: 20 -->",
    "<!--",
    "-->",
    "reveals: 3",
    "\n",
    "\n\n",
    "    ",
]
FRAGMENTS += [
    "```\n",
    "One.",
    "*",
    "`",
    "[",
    "](",
    "<div>",
    "</div>",
    "\\",
    "&lt;",
    "\t",
    "===\n",
    "1. ",
    "(explicit)",
    "★★☆☆☆",
    "\0",
]


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=40).map("".join))
@settings(max_examples=100)
def test_any_document_can_be_read(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_bytes(text.encode("utf-8", "replace"))
        problems: list[LibraryProblem] = []
        document = read_document(path, novel(), {}, problems)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= block.line <= lines for block in document.blocks)
    assert all(1 <= problem.line <= lines for problem in problems)
    assert all(0 <= block.reveals.marks[PEOPLE] <= 27 for block in document.blocks if block.reveals)


@given(st.binary(max_size=200))
def test_any_file_can_be_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / PEOPLE
        home.mkdir()
        home.joinpath("book.toml").write_bytes(data)
        home.joinpath("notes.md").write_bytes(data)
        with pytest.raises(LibraryProblem):
            read_book(home, [])
        with contextlib.suppress(LibraryProblem):
            assert read_document(home / "notes.md", novel(), {}, []).name == "notes.md"
