"""The marks that a heading names: “Chapter 7”, “Chapters 5–7: The hunt”, “Part Two”, “40%”.

A heading that names marks places the text beneath it, so it is believed only where it says plainly what is meant.
One that speaks of marks in another way (“What chapter 20 meant”, “Chapter 3 of another book”, “Part 4” of a book
with three) is refused, and its text is hidden until the end: too late rather than too early.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from corpus.books import Book, Unit
from corpus.numerals import DIGITS, ROMAN, WORDS, value
from corpus.units import PERCENT_WORDS, UNIT_WORDS, NotInBook, mark_finished, mark_reached

MAX_LENGTH = 1_000
"""Characters of a heading that are searched for marks."""

MOST_NUMBERS = 20
"""Numbers in a heading; one that holds more is a list, and says of no text where it belongs."""

_NUMBER = rf"(?:(?P<digits>{DIGITS})(?:st|nd|rd|th)?|(?<=[\W_])(?:(?P<words>{WORDS})|(?P<roman>{ROMAN})))"
_JOIN = r"\s*(?:,\s*(?:and\b|&)?|and\b|&|\+|/|to\b|thr(?:ough|u)\b|until\b|till\b|[‐‑–—−-]|\.{2,3})\s*"
_NAMED = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{unit}>{words})" for unit, words in UNIT_WORDS.items()) + r")"
    rf"(?P<gap>\W{{0,3}}(?:(?:no\b\.?|number\b|the\b)\s*)?){_NUMBER}",
    re.IGNORECASE,
)
# After one “chapter”, words that go on are a title (“Chapter One – Two Friends”); after “chapters”, they are numbers.
_NEXT_OF_ONE = re.compile(rf"{_JOIN}{_NUMBER}(?(digits)|(?=\s*(?:$|[^\w\s’'])))", re.IGNORECASE)
_NEXT_OF_MANY = re.compile(rf"(?:{_JOIN}{_NUMBER}|\s+(?P<more>{DIGITS}))", re.IGNORECASE)
_PERCENT = re.compile(
    rf"(?<![\w.])(?:(?P<first>{DIGITS})\s*%?{_JOIN})?(?P<last>{DIGITS})\s*{PERCENT_WORDS}", re.IGNORECASE
)
_OPEN = re.compile(
    r"\s*(?:\+|ff?\b|onwards?\b|[‐‑–—−-]\s*$"
    r"|(?:and|&)\s+(?:after|beyond|onwards?|later|on)\b|(?:to|until|till|through|[‐‑–—−-])\s*(?:the\s+)?(?:end|last)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:[^\w]|[0-9]+[.)]\s|\b(?:the|in|at|up|to|until|through|end|of|by|summary|spoilers?|for|first)\s)*",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(rf"\s+of\s+(?!{DIGITS}|{WORDS}|(?:the|this)\s+(?:book|novel|story|way)\b)", re.IGNORECASE)
_PRONOUN = re.compile(r"[Ii](?:[’']|\s+(?!and\b|to\b)[a-z])")


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks that a heading names, from `first` to `last`, in the book's own marks."""

    first: int
    last: int


class Unclear(ValueError):
    """A heading that speaks of marks, but not so that a text can be placed by it; the message says why."""


def marks_named(heading: str, book: Book) -> Marks | None:
    """Return the marks that a heading names, or None where it speaks of none. Raises Unclear.

    A unit other than the book's own is converted and rounded up. Where several marks are named, the furthest counts.
    """
    text = "".join(c for c in unicodedata.normalize("NFKC", heading[:MAX_LENGTH]) if unicodedata.category(c) != "Cf")
    found = sorted(_mentions(text), key=lambda mention: mention.start)
    if not found:
        return None
    if not _BEFORE.fullmatch(text, 0, found[0].start):
        raise Unclear("The heading speaks of marks, but does not begin with them.")
    if any(_OF_ANOTHER.match(text, mention.end) for mention in found):
        raise Unclear("The heading names marks of something else than the book.")
    try:
        last = max(book.marks if _OPEN.match(text, m.end) else mark_reached(m.unit, m.last, book) for m in found)
        return Marks(min(last, *(_beginning(m, book) for m in found)), last)
    except NotInBook as error:
        raise Unclear(str(error)) from error


def heading_mark(heading: str, book: Book) -> int | None:
    """Return the last mark that a heading names, in the book's own marks, or None where it names none.

    A heading that cannot be believed counts as naming the end.
    """
    try:
        named = marks_named(heading, book)
    except Unclear:
        return book.marks
    return named.last if named else None


@dataclass(frozen=True, slots=True)
class _Mention:
    unit: Unit
    first: Fraction
    last: Fraction
    start: int
    end: int


def _mentions(text: str) -> Iterator[_Mention]:
    left = MOST_NUMBERS
    for found in _NAMED.finditer(text):
        unit = next(unit for unit in UNIT_WORDS if found[unit])
        if found["roman"] and (unit is Unit.PAGE or _PRONOUN.match(text, found.start("roman"))):
            continue
        if re.search(r"\s[−-]$", found["gap"]):
            raise Unclear(f"There is no {unit.value} below 1.")
        numbers, end = [_number(found)], found.end()
        following = _NEXT_OF_MANY if found[unit].lower().endswith("s") else _NEXT_OF_ONE
        while more := following.match(text, end):
            numbers.append(_number(more))
            end = more.end()
            left = _one_less(left)
        left = _one_less(left)
        yield _Mention(unit, min(numbers), max(numbers), found.start(), end)
    for found in _PERCENT.finditer(text):
        numbers = [value(number) for number in (found["first"], found["last"]) if number]
        left = _one_less(left)
        yield _Mention(Unit.PERCENT, min(numbers), max(numbers), found.start(), found.end())


def _one_less(left: int) -> int:
    if not left:
        raise Unclear(f"The heading holds more than {MOST_NUMBERS} numbers.")
    return left - 1


def _number(found: re.Match[str]) -> Fraction:
    return value(next(filter(None, (found.groupdict().get(name) for name in ("digits", "words", "roman", "more")))))


def _beginning(mention: _Mention, book: Book) -> int:
    """Return the first mark that a mention covers; a percentage may mean all that is before it."""
    if mention.unit is Unit.PERCENT:
        return 0
    if mention.unit is Unit.PART:
        return mark_finished(Unit.PART, mention.first - 1, book) + 1
    return mark_reached(mention.unit, mention.first, book)
