"""Labels and headings: what each names, and how far in the document it applies."""

import tempfile
import time
import tomllib
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.books import Unit
from corpus.documents import read_document
from corpus.errors import LibraryProblem
from corpus.labels import MarkRange, UnclearHeading, WrongLabel, heading_mark, marks_named, parse_reveals
from corpus.passages import cut
from tests.corpus.shelf import PEOPLE, TINKER, novel

BOOK = novel()
OTHERS = {PEOPLE: BOOK, TINKER: novel(TINKER, 38)}


def wrong(value: object) -> WrongLabel:
    with pytest.raises(WrongLabel) as found:
        parse_reveals(value, BOOK, OTHERS)
    return found.value


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        (7, {PEOPLE: 7}),
        ("7", {PEOPLE: 7}),
        (" 7, ", {PEOPLE: 7}),
        (0, {PEOPLE: 0}),
        (27, {PEOPLE: 27}),
        (f"{PEOPLE}=7", {PEOPLE: 7}),
        (f"{PEOPLE} = 7 , {TINKER}=38", {PEOPLE: 7, TINKER: 38}),
        (f"7, {TINKER}=38", {PEOPLE: 7, TINKER: 38}),
        ({PEOPLE: 7, TINKER: "38"}, {PEOPLE: 7, TINKER: 38}),
        (f"{TINKER}=38", {PEOPLE: 0, TINKER: 38}),
        ("the-night-manager=12", {PEOPLE: 0, "the-night-manager": 12}),
    ],
)
def test_labels(value: object, marks: dict[str, int]) -> None:
    assert dict(parse_reveals(value, BOOK, OTHERS).marks) == marks


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ",",
        "=7",
        "seven",
        "7.0",
        "-1",
        "28",
        "7 8",
        "40%",
        "ch 7",
        "7, 3",
        "٧",
        "9" * 5_000,
        "7\n\ntext",
        None,
        True,
        7.0,
        -1,
        28,
        10**50,
        [7],
        {},
        {PEOPLE: None},
        {PEOPLE: True},
        {PEOPLE: {}},
        f"{PEOPLE}=7, {PEOPLE}=0",
    ],
)
def test_a_wrong_label_hides_the_whole_book(value: object) -> None:
    error = wrong(value)
    assert error.hides.marks[PEOPLE] == 27
    assert len(str(error)) < 200


def test_a_wrong_label_hides_every_book_that_it_may_have_meant() -> None:
    assert dict(wrong(f"7, {TINKER}=99").hides.marks) == {PEOPLE: 27, TINKER: 38}
    assert dict(wrong(f"7; {TINKER}=38").hides.marks)[TINKER] == 38
    assert dict(wrong("7, tinker-tailor-solder-spy=38").hides.marks)[TINKER] == 38
    assert dict(wrong({TINKER: "end"}).hides.marks)[TINKER] == 38
    assert dict(wrong([TINKER, 38]).hides.marks)[TINKER] == 38


def test_numbers_without_end_are_refused() -> None:
    assert wrong(10**5_000).hides.marks[PEOPLE] == 27
    assert dict(wrong({TINKER: 10**5_000}).hides.marks)[TINKER] == 38


def test_a_slug_that_is_nearly_right_is_corrected_and_not_believed() -> None:
    assert "did you mean smileys-people?" in str(wrong("smiley-people=0"))
    assert "did you mean tinker-tailor-soldier-spy?" in str(wrong("Tinker-Tailor-Soldier-Spy=0"))


def test_the_cure_names_the_numbers_that_are_right() -> None:
    assert "from 0 to 27 instead of “seven”" in str(wrong("seven"))
    assert "tinker-tailor-soldier-spy has 38 marks" in str(wrong(f"{TINKER}=39"))


NOVEL = novel()
"""27 chapters, three parts of nine, 384 pages."""


NAMED: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
MARKED, UNMARKED, UNCLEAR = NAMED.values()


@pytest.mark.parametrize(("heading", "mark"), [*MARKED.items(), ("Chapter\xa07", 7), ("Chapter\u200b 7", 7)])
def test_the_last_mark_named_counts(heading: str, mark: int) -> None:
    assert heading_mark(heading, NOVEL) == mark


@pytest.mark.parametrize("heading", ["", *UNMARKED])
def test_other_headings_name_none(heading: str) -> None:
    assert marks_named(heading, NOVEL) is None


@pytest.mark.parametrize("heading", UNCLEAR)
def test_what_is_not_plain_counts_as_the_end(heading: str) -> None:
    with pytest.raises(UnclearHeading):
        marks_named(heading, NOVEL)
    assert heading_mark(heading, NOVEL) == 27


def test_a_heading_names_where_it_begins_too() -> None:
    assert marks_named("Chapters 5–7", NOVEL) == MarkRange(5, 7)
    assert marks_named("Part 2", NOVEL) == MarkRange(10, 18)
    assert marks_named("40%", NOVEL) == MarkRange(0, 11)


def test_units_of_other_books() -> None:
    assert heading_mark("Section 3", novel(unit=Unit.SECTION)) == 3
    assert heading_mark("40%", novel(unit=Unit.PERCENT, marks=100)) == 40
    assert heading_mark("Page 40", novel(unit=Unit.PAGE, marks=100)) == 40
    assert heading_mark("Part 2", novel(unit=Unit.PART, marks=3)) == 2
    with pytest.raises(UnclearHeading, match="don’t know"):
        marks_named("Chapter 3", novel(unit=Unit.PERCENT, marks=100))


@pytest.mark.parametrize(("page", "mark"), [(1, 1), (10, 1), (11, 2), (25, 2), (26, 3), (40, 3), (44, 3)])
def test_known_ends_of_chapters_decide_what_a_page_means(page: int, mark: int) -> None:
    assert heading_mark(f"Page {page}", replace(novel(marks=3), mark_ends=(10, 25, 40), pages=44)) == mark


@given(st.integers(1, 300), st.integers(0, 100))
def test_percent_never_rounds_down(marks: int, percent: int) -> None:
    found = heading_mark(f"{percent}%", novel(marks=marks))
    assert found is not None
    assert found * 100 >= percent * marks


@given(
    st.lists(st.integers(1, 27), min_size=1, max_size=5), st.sampled_from([", ", "–", "-", " to ", " and ", " & ", "/"])
)
def test_no_number_of_a_list_is_passed_over(numbers: list[int], between: str) -> None:
    found = heading_mark(f"Chapters {between.join(map(str, numbers))}: the hunt", NOVEL)
    assert found == max(numbers)


@pytest.mark.parametrize(
    "heading",
    [
        "chapter " * 50_000,
        "chapters 1" + ", 1" * 50_000,
        "7%" * 50_000,
        "the " * 240 + "chapter 7",
        "chapter " + "i" * 900,
    ],
)
def test_long_headings_take_no_time(heading: str) -> None:
    start = time.thread_time()
    heading_mark(heading, NOVEL)
    assert time.thread_time() - start < 2


@dataclass(frozen=True)
class Line:
    """One line of a document: a heading (level 1 to 4, with a mark or without), a comment or a text."""

    kind: str
    level: int = 0
    mark: int | None = None

    def written(self, number: int) -> str:
        if self.kind == "heading":
            return "#" * self.level + (f" Chapter {self.mark}" if self.mark else f" Karla {number}")
        return f"<!-- reveals: {self.mark} -->" if self.kind == "comment" else f"Text{number} goes on."


MARKS = st.integers(1, 27)
HEADINGS = st.builds(Line, st.just("heading"), st.integers(1, 4), st.none() | MARKS)
COMMENTS = st.builds(Line, st.just("comment"), st.just(0), st.integers(0, 27))
DOCUMENTS = st.lists(st.one_of(HEADINGS, COMMENTS, st.just(Line("text"))), max_size=14)


def stated(lines: list[Line], at: int, front: int | None) -> int | None:
    """Return what the format states for the text at `at`: the last comment in scope, a heading, the front matter."""
    before = list(enumerate(lines[:at]))

    def ended(position: int, level: int) -> bool:
        return any(n > position and line.kind == "heading" and line.level <= level for n, line in before)

    def level_at(position: int) -> int:
        return next((line.level for n, line in reversed(before[:position]) if line.kind == "heading"), 0)

    for n, line in reversed(before):
        if line.kind == "comment" and not ended(n, level_at(n)):
            return line.mark
    for n, line in reversed(before):
        if line.kind == "heading" and line.mark and not ended(n, line.level):
            return line.mark
    return front


def written(lines: list[Line], front: int | None) -> str:
    head = [] if front is None else ["---", f"reveals: {front}", "---"]
    return "\n\n".join(["\n".join(head), *(line.written(n) for n, line in enumerate(lines))])


@given(DOCUMENTS, st.none() | st.integers(0, 27))
@settings(max_examples=100)
def test_no_text_is_placed_earlier_than_the_format_states(lines: list[Line], front: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(written(lines, front), encoding="utf-8")
        problems: list[LibraryProblem] = []
        document = read_document(path, BOOK, {}, problems)
    found = {block.text.split()[0]: block.reveals for block in document.blocks}
    together = any(one.kind == other.kind == "comment" for one, other in pairwise(lines))
    doubtful = bool(problems) or together or (bool(lines) and lines[0].kind != "heading")
    for n, line in enumerate(lines):
        if line.kind == "text":
            expected, reveals = stated(lines, n, front), found.pop(f"Text{n}")
            if expected is None:
                assert reveals is None or doubtful
            else:
                assert reveals is not None
                assert reveals.marks[PEOPLE] >= expected
                assert reveals.marks[PEOPLE] == expected or doubtful
    assert not found


@given(DOCUMENTS, st.none() | st.integers(0, 27))
@settings(max_examples=100)
def test_no_heading_is_shown_to_somebody_behind_it(lines: list[Line], front: int | None) -> None:
    """A heading needs the marks that it names, and at least what the first text below it needs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(written(lines, front), encoding="utf-8")
        document = read_document(path, BOOK, {}, [])
    placed, unplaced = cut(BOOK, [document])
    for passage in (*placed, *(waiting.passage for waiting in unplaced)):
        if not passage.heading:
            continue
        text = int(passage.sentences[0].split()[0].removeprefix("Text"))
        above = max(n for n, line in enumerate(lines[:text]) if line.kind == "heading")
        first = next(n for n, line in enumerate(lines) if n > above and line.kind == "text")
        first_needs = stated(lines, first, front)
        assert passage.reveals.marks[PEOPLE] >= (lines[above].mark or 0)
        assert passage.reveals.marks[PEOPLE] >= (BOOK.marks if first_needs is None else first_needs)
