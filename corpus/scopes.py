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

    def names_marks(self, heading: str) -> bool:
        """Return whether a heading speaks of marks."""
        return any(self._name(heading, 0))

    def is_named_by(self, line: str) -> bool:
        """Return whether a line would name marks plainly, were it a heading."""
        return bool(self._name(line, 0)[0])

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
        around = self._joined(self._holding()) if inside else None
        stranded: Claim | None = None
        while self._open[-1].level >= level:
            left = self._open.pop()
            stranded = left.comment if left.comment and not left.comment.used else stranded
        section = _Section(level, text, line)
        section.marks, section.named = self._name(text, line)
        if around:
            doubt = section.named.doubt if section.named else None
            named = [section.named.reveals] if section.named else []
            section.named = Claim(around.joined(named), "heading", line, doubt)
        if stranded:
            what = f"The comment in line {stranded.line} ends at this heading, {HIDDEN}"
            doubt = (line, what, "Write the comment under the heading, not above it.")
            section.comment = Claim(self._book.whole().joined([stranded.reveals]), "comment", line, doubt)
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
        """Hide what follows in the section until the end; where a `label` is given, until it and what held before."""
        held = self._joined(self._holding())
        reveals = self._book.whole() if held is None or label is None else held
        others = [held] if held else []
        if label is not None:
            others.append(self._read(label, line).reveals)
        self._report(line, what, cure)
        self._open[-1].comment = Claim(reveals.joined(others), "comment", line, used=True)

    def place(self) -> tuple[Reveals | None, str]:
        """Return what holds for a text here (None where nothing does), and what says so."""
        claims = self._holding()
        for claim in claims:
            if claim.doubt and not claim.used:
                self._report(*claim.doubt)
            claim.used = True
        self._together = False
        reveals = self._joined(claims)
        if self._fresh:
            self._fresh = False
            section = self._open[-1]
            own = [section.named.reveals] if section.named else []
            section.shown_to = reveals.joined(own) if reveals else None
        return reveals, claims[0].by if claims else ""

    def _holding(self) -> list[Claim]:
        """Return the claims that hold here: one as a rule, none, or two where it is in doubt which was meant."""
        named = next((section.named for section in reversed(self._open) if section.named), None)
        rest = [claim for claim in (named or self._front,) if claim]
        for depth, section in reversed(list(enumerate(self._open))):
            if section.comment and depth == 0 and len(self._open) > 1:
                # A comment above all headings may have been meant for the whole document or for its opening only.
                return [section.comment, *rest]
            if section.comment:
                self._compare(section.comment, self._open[depth + 1 :])
                return [section.comment]
        return rest

    def _joined(self, claims: list[Claim]) -> Reveals | None:
        return claims[0].reveals.joined(claim.reveals for claim in claims[1:]) if claims else None

    def _compare(self, comment: Claim, below: list[_Section]) -> None:
        """Report headings below a comment that name marks beyond it: the comment comes first, but was it meant to?"""
        for section in below:
            if section.named and not section.named.used and not comment.reveals.covers(section.named.reveals):
                section.named.used = True
                what = f"The comment in line {comment.line} holds here too, and reveals less than this heading names."
                self._report(section.line, what, "Write a comment under this heading as well.")

    def _name(self, text: str, line: int) -> tuple[Marks | None, Claim | None]:
        """Return the marks that a heading names, and the claim that it makes by them."""
        try:
            marks = marks_named(text, self._book)
        except Unclear as error:
            cure = "Begin it with marks of this book, or write a comment such as <!-- reveals: 0 --> under it."
            doubt = (line, f"{error} It hides its text until the end.", cure)
            return None, Claim(self._book.whole(), "heading", line, doubt)
        if marks is None:
            return None, None
        last, contradiction = marks.last, None
        above = next((section.marks for section in reversed(self._open) if section.marks), None)
        if above and last < above.first:
            what = f"The heading names mark {last}, and the one above it begins with mark {above.first}."
            contradiction = (line, what, f"Name marks from {above.first} to {above.last} here.")
            last = above.last
        return marks, Claim(Reveals.of({self._book.slug: last}), "heading", line, contradiction)

    def _read(self, label: str, line: int) -> Claim:
        try:
            return Claim(parse_reveals(label, self._book, self._others), "comment", line)
        except WrongLabel as error:
            self._report(line, f"“reveals” is wrong, {HIDDEN}", str(error))
            return Claim(error.hides, "comment", line)
