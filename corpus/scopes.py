"""What holds where in a document: comments, headings and the front matter, in this order, each in its scope.

A comment or a heading holds up to the next heading of the same or a higher level. Wherever a document leaves in
doubt what was meant, more is hidden rather than less, and the doubt is reported once a text depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corpus.books import Book
from corpus.headings import Marks, Unclear, marks_named
from corpus.labels import WrongLabel, parse_reveals
from corpus.reveals import Reveals, Slug

Report = Callable[[int, str, str], None]
"""Takes what is wrong in a document: the line, what it is, and the cure."""

HIDDEN = "so this is hidden until the end."


@dataclass(slots=True)
class Claim:
    """What one comment, heading or front matter says, and what is wrong with it (line, what, cure)."""

    reveals: Reveals
    by: str
    line: int = 0
    doubt: tuple[int, str, str] | None = None
    used: bool = False


@dataclass(slots=True)
class _Section:
    """An open heading: the marks that it names, and what it and a comment beneath it claim."""

    level: int
    text: str = ""
    line: int = 0
    marks: Marks | None = None
    named: Claim | None = None
    comment: Claim | None = None
    shown_to: Reveals | None = None


class Scopes:
    """Applies the first three rules of the library format to a document, from its first line to its last."""

    def __init__(self, book: Book, others: Mapping[Slug, Book], report: Report, front: Claim | None) -> None:
        self._book, self._others, self._report, self._front = book, others, report, front
        self._open = [_Section(0)]
        self._together = False  # no text since the last comment: the next one adds to it
        self._fresh = False  # no text since the last heading

    @property
    def headings(self) -> list[str]:
        """The open headings, the outermost first."""
        return [section.text for section in self._open[1:]]

    @property
    def heading_reveals(self) -> Reveals | None:
        """What the innermost heading needs to be shown, or None where nothing places it."""
        return self._open[-1].shown_to

    def heading(self, level: int, text: str, line: int, *, inside: bool = False) -> None:
        """Enter a heading, which ends what others of its level said; one `inside` a quote or list lowers nothing."""
        outer = self._now() if inside else None
        stranded: Claim | None = None
        while self._open[-1].level >= level:
            left = self._open.pop()
            stranded = left.comment if left.comment and not left.comment.used else stranded
        section = _Section(level, text, line)
        self._name(section)
        if outer and section.named:
            section.named.reveals = section.named.reveals.joined([outer.reveals])
        elif outer:
            section.named = Claim(outer.reveals, outer.by)
        if stranded:
            what = f"The comment in line {stranded.line} ends at this heading, {HIDDEN}"
            doubt = (line, what, "Write the comment under the heading, not above it.")
            section.comment = Claim(self._end([stranded.reveals]), "comment", line, doubt)
        self._open.append(section)
        self._together, self._fresh = False, True

    def comment(self, label: str, line: int) -> None:
        """Take a label, which holds for what follows in the section; labels with no text between add up."""
        claim = self._read(label, line)
        section = self._open[-1]
        if self._together and section.comment:
            claim.reveals = claim.reveals.joined([section.comment.reveals])
        section.comment, self._together = claim, True

    def doubtful(self, line: int, what: str, cure: str, label: str | None = None) -> None:
        """Hide what follows in the section until the end, or where `label` adds to what holds, until both."""
        held = self._now()
        reveals = [held.reveals] if held else [self._book.whole()]
        if label is not None:
            reveals.append(self._read(label, line).reveals)
        else:
            reveals.append(self._end([]))
        self._report(line, what, cure)
        self._open[-1].comment = Claim(reveals[0].joined(reveals[1:]), "comment", line, used=True)

    def place(self) -> tuple[Reveals | None, str]:
        """Return what holds for a text here (None where nothing does), and what says so."""
        claim = self._now()
        if claim and not claim.used:
            claim.used = True
            if claim.doubt:
                self._report(*claim.doubt)
        self._together = False
        if self._fresh:
            self._fresh = False
            section = self._open[-1]
            named = [section.named.reveals] if section.named else []
            section.shown_to = claim.reveals.joined(named) if claim else None
        return (claim.reveals, claim.by) if claim else (None, "")

    def _now(self) -> Claim | None:
        depth = next((n for n in range(len(self._open) - 1, -1, -1) if self._open[n].comment), None)
        named = next((section.named for section in reversed(self._open) if section.named), None)
        if depth is None:
            return named or self._front
        comment = self._open[depth].comment
        assert comment
        if depth == 0 and len(self._open) > 1 and (below := named or self._front):
            # A comment above all headings may have been meant for the whole document or for its opening only.
            comment.used = True
            return Claim(comment.reveals.joined([below.reveals]), "comment", comment.line, below.doubt, below.used)
        self._compare(comment, self._open[depth + 1 :])
        return comment

    def _compare(self, comment: Claim, below: list[_Section]) -> None:
        """Report headings below a comment that name marks beyond it: the comment comes first, but was it meant to?"""
        for section in below:
            if section.named and not section.named.used and not comment.reveals.covers(section.named.reveals):
                section.named.used = True
                what = f"The comment in line {comment.line} holds here too, and reveals less than this heading names."
                self._report(section.line, what, "Write a comment under this heading as well.")

    def _name(self, section: _Section) -> None:
        """Note the marks that the heading of a section names."""
        try:
            section.marks = marks_named(section.text, self._book)
        except Unclear as error:
            cure = "Begin the heading with marks of this book, or write a comment such as <!-- reveals: 0 --> under it."
            doubt = (section.line, f"{error} It hides its text until the end.", cure)
            section.named = Claim(self._end([]), "heading", section.line, doubt)
            return
        if section.marks is None:
            return
        last, doubt_ = section.marks.last, None
        above = next((s.marks for s in reversed(self._open) if s.marks), None)
        if above and last < above.first:
            what = f"The heading names mark {last}, and the one above it begins with mark {above.first}."
            last, doubt_ = above.last, (section.line, what, f"Name marks from {above.first} to {above.last} here.")
        section.named = Claim(Reveals.of({self._book.slug: last}), "heading", section.line, doubt_)

    def _read(self, label: str, line: int) -> Claim:
        try:
            return Claim(parse_reveals(label, self._book, self._others), "comment", line)
        except WrongLabel as error:
            self._report(line, f"“reveals” is wrong, {HIDDEN}", str(error))
            return Claim(error.hides, "comment", line)

    def _end(self, others: list[Reveals]) -> Reveals:
        return self._book.whole().joined(others)
