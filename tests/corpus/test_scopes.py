"""Documents made at random, against the rules of the library format written down once more, in the plainest way."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import read_document
from corpus.errors import LibraryProblem
from corpus.passages import cut
from tests.corpus.shelf import PEOPLE, novel

BOOK = novel()


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
