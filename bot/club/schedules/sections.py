"""Cutting a book into sections: even ones by chapters or by pages, ones of a size, or the organiser's own.

Sections cover the book once, in order and without gaps, and the last one ends with the book. A book that is counted in
percent is cut at multiples of five: nobody stops reading at 37%.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from bot.club.schedules.wishes import NotPossible, Own
from corpus.books import Book, NotInBook, Unit, mark_finished
from corpus.text import plural

MOST = 52
"""Sections of a schedule: one a week for a year."""

PERCENT_STEP = 5
"""A section of a book that is counted in percent ends at a multiple of this."""


@dataclass(frozen=True, slots=True)
class Range:
    """A section's first and last mark."""

    first: int
    last: int


def cut_evenly(book: Book, number: int, *, by_pages: bool = False, after: int = 0) -> tuple[Range, ...]:
    """Return what comes after a mark in so many sections, even by marks or by pages. Raises NotPossible."""
    _checked_number(number)
    unit = Unit.PAGE if by_pages else book.unit
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    cuts = _cuts(book, after)
    if number > len(cuts) + 1:
        raise NotPossible(f"What is left of “{book.title}” makes {plural(len(cuts) + 1, 'section')} at most.")
    places = (start + (end - start) * n / number for n in range(1, number))
    ends: list[int] = []
    for n, place in enumerate(places):
        free = cuts[: len(cuts) - (number - 2 - n)]  # the sections after this one need an end each
        ends.append(_nearest(book, unit, [cut for cut in free if not ends or cut > ends[-1]], place))
    return _between(book, after, ends)


def cut_by_size(book: Book, size: Fraction, unit: Unit, *, after: int = 0) -> tuple[Range, ...]:
    """Return what comes after a mark in sections of so many chapters, pages, parts or percent. Raises NotPossible.

    A section ends at the end of a mark that is nearest, and two that would end at the same one are one section.
    """
    if unit is Unit.PART and book.unit is not Unit.PART:
        return _by_parts(book, size, after)
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    cuts = _cuts(book, after)
    if book.unit is Unit.PERCENT and size * book.marks / end < PERCENT_STEP:
        raise NotPossible(f"“{book.title}” is counted in percent. Read at least {PERCENT_STEP}% for every meeting.")
    number = math.ceil((end - start) / size)
    if number > MOST:
        raise NotPossible(f"That makes {number} sections, and {MOST} are the most. Read more for every meeting.")
    near = {_nearest(book, unit, (after, *cuts, book.marks), start + size * n) for n in range(1, number)}
    return _between(book, after, sorted(near - {after, book.marks}))


def cut_as_said(book: Book, own: Sequence[Own], *, after: int = 0) -> tuple[Range, ...]:
    """Return the organiser's own sections. Raises NotPossible where they leave something out or overlap."""
    ranges: list[Range] = []
    for n, each in enumerate(own):
        begin = ranges[-1].last if ranges else after
        last = book.marks if each.last is None else _mark(book, each.unit, each.last)
        if last <= begin or not _follows(book, begin, each, own[n - 1] if n else None):
            said = f"{each.first}–{'end' if each.last is None else each.last}"
            raise NotPossible(f"{said} does not go on where the book is then. Begin it after {_at(book, begin)}.")
        ranges.append(Range(begin + 1, last))
    return checked(book, ranges, after=after)


def checked(book: Book, ranges: Iterable[Range], *, after: int = 0) -> tuple[Range, ...]:
    """Return sections that cover all that comes after a mark, once and in order. Raises NotPossible."""
    done = tuple(ranges)
    _checked_number(len(done))
    begin = after
    for each in done:
        if each.first != begin + 1 or each.last < each.first:
            raise NotPossible(f"Sections have to follow each other. Begin the next one after {_at(book, begin)}.")
        if book.unit is Unit.PERCENT and each.last % PERCENT_STEP and each.last != book.marks:
            raise NotPossible(f"“{book.title}” is counted in percent. End every section at a multiple of 5%.")
        begin = each.last
    if begin != book.marks:
        raise NotPossible(f"The last section ends at {_at(book, begin)}, before the book does. End it with “end”.")
    return done


def _cuts(book: Book, after: int) -> list[int]:
    """Return the marks at which a section may end before the end of the book."""
    if after >= book.marks:
        raise NotPossible(f"Nothing is left of “{book.title}”.")
    step = PERCENT_STEP if book.unit is Unit.PERCENT else 1
    return [mark for mark in range(after + 1, book.marks) if mark % step == 0]


def _between(book: Book, after: int, ends: Sequence[int]) -> tuple[Range, ...]:
    return checked(book, (Range(a + 1, b) for a, b in pairwise((after, *ends, book.marks))), after=after)


def _counted(book: Book, unit: Unit, mark: int) -> Fraction:
    """Return how many chapters, pages or percent end with a mark. Raises NotPossible where that is not known."""
    if unit is book.unit:
        return Fraction(mark)
    if unit is Unit.PERCENT:
        return Fraction(100 * mark, book.marks)
    if unit is Unit.PAGE and book.mark_ends:
        return Fraction(book.mark_ends[mark - 1] if mark else 0)
    if unit is Unit.PAGE and book.pages and book.unit is Unit.PERCENT:
        return Fraction(mark * book.pages, book.marks)
    what = "percent" if book.unit is Unit.PERCENT else f"{book.unit.value}s"
    known = f"Which {unit.value}s end where in “{book.title}” is not known here."
    raise NotPossible(f"{known} Write it in {what}, or as a number of sections.")


def _nearest(book: Book, unit: Unit, cuts: Sequence[int], place: Fraction) -> int:
    """Return the mark that ends nearest to a place in the book; of two, the later."""
    return min(cuts, key=lambda cut: (abs(_counted(book, unit, cut) - place), -cut))


def _by_parts(book: Book, size: Fraction, after: int) -> tuple[Range, ...]:
    ends = [part.last_mark for part in book.parts if part.last_mark > after]
    if not ends:
        raise NotPossible(f"The parts of “{book.title}” are not known here. Write it as a number of sections.")
    many = max(1, math.floor(size))
    return _between(book, after, [end for end in ends[many - 1 :: many] if end < book.marks])


def _follows(book: Book, begin: int, own: Own, before: Own | None) -> bool:
    """Return whether a section begins where it has to; percent and pages may name the end of the one before again."""
    starts = {_mark(book, own.unit, max(0, own.first - 1))}
    if own.unit in (Unit.PERCENT, Unit.PAGE) or book.unit is Unit.PERCENT:
        if before is not None and before.last is not None and before.unit is own.unit:
            return own.first in (before.last, before.last + 1)
        starts.add(_mark(book, own.unit, own.first))
    return begin in starts


def _mark(book: Book, unit: Unit | None, number: int) -> int:
    """Return the mark at which a place of the organiser's own ends; a page stands for the nearest end of a mark."""
    try:
        mark = mark_finished(unit, Fraction(number), book)
    except NotInBook as error:
        raise NotPossible(f"{error} Write sections that the book has.") from error
    if unit is not Unit.PAGE or not book.mark_ends or not number:
        return mark
    return min(range(book.marks + 1), key=lambda each: abs(_counted(book, unit, each) - number))


def _checked_number(number: int) -> None:
    if not 1 <= number <= MOST:
        raise NotPossible(f"A schedule has 1 to {MOST} sections, and this would be {number}.")


def _at(book: Book, mark: int) -> str:
    return book.reading_name(mark)
