"""Cutting a book into sections: even ones by chapters or by pages, ones of a size, or the organiser's own.

Sections cover the book once, in order and without gaps, and the last one ends with the book. A book that is counted in
percent is cut at multiples of five: nobody stops reading at 37%.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.club.schedules.wishes import NotPossible, Own, plural
from corpus.books import Book, Unit
from corpus.units import NotInBook, mark_finished

MOST = 52
"""Sections of a schedule: one a week for a year."""

_STEP = 5


@dataclass(frozen=True, slots=True)
class Range:
    """A section's first and last mark."""

    first: int
    last: int


def cut_evenly(book: Book, number: int, *, by_pages: bool = False, after: int = 0) -> tuple[Range, ...]:
    """Return what comes after a mark in so many sections, even by marks or by pages. Raises NotPossible."""
    _checked_number(number)
    most = len(_cuts(book, after)) + 1
    if number > most:
        raise NotPossible(f"There is only enough left of “{book.title}” for {plural(most, 'section')}. Ask for fewer.")
    unit = Unit.PAGE if by_pages and book.unit is not Unit.PAGE else book.unit
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    return _ranges(book, unit, after, [start + (end - start) * n / number for n in range(1, number)])


def cut_by_size(book: Book, size: Fraction, unit: Unit, *, after: int = 0) -> tuple[Range, ...]:
    """Return what comes after a mark in sections of so many chapters, pages, parts or percent. Raises NotPossible."""
    if unit is Unit.PART and book.unit is not Unit.PART:
        return _by_parts(book, size, after)
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    if book.unit is Unit.PERCENT and size * book.marks / end < _STEP:
        raise NotPossible(f"“{book.title}” is counted in percent. Read at least {_STEP}% for every meeting.")
    number = math.ceil((end - start) / size)
    if number > MOST:
        raise NotPossible(f"That makes {number} sections, and {MOST} are the most. Read more for every meeting.")
    return _ranges(book, unit, after, [start + size * n for n in range(1, number)])


def cut_as_said(book: Book, own: Sequence[Own], *, after: int = 0) -> tuple[Range, ...]:
    """Return the organiser's own sections. Raises NotPossible where they leave something out or overlap."""
    _checked_number(len(own))
    ranges: list[Range] = []
    said_before: int | None = None
    for each in own:
        begin = ranges[-1].last if ranges else after
        last = book.marks if each.last is None else _mark(book, each.unit, each.last)
        follows = {said_before, said_before + 1} if said_before is not None else None
        loose = each.unit in (Unit.PERCENT, Unit.PAGE) or book.unit is Unit.PERCENT
        started = each.first - 1 if each.first else 0
        if follows is None or not loose:
            fits = {_mark(book, each.unit, started), _mark(book, each.unit, each.first) if loose else -1}
            right = begin in fits
        else:
            right = each.first in follows
        if not right or last <= begin:
            raise NotPossible(_gap(book, begin, each))
        ranges.append(Range(begin + 1, last))
        said_before = each.last
    return checked(book, ranges, after=after)


def checked(book: Book, ranges: Iterable[Range], *, after: int = 0) -> tuple[Range, ...]:
    """Return sections that cover all that comes after a mark, once and in order. Raises NotPossible."""
    done = tuple(ranges)
    _checked_number(len(done))
    begin = after
    for each in done:
        if each.first != begin + 1 or each.last < each.first:
            raise NotPossible(f"The sections have to follow each other: the next one begins after {_at(book, begin)}.")
        if book.unit is Unit.PERCENT and each.last % _STEP and each.last != book.marks:
            raise NotPossible(f"“{book.title}” is counted in percent. End every section at a multiple of {_STEP}%.")
        begin = each.last
    if begin != book.marks:
        raise NotPossible(f"The last section ends at {_at(book, begin)}, before the book does. End it with “end”.")
    return done


def _ranges(book: Book, unit: Unit, after: int, wanted: Sequence[Fraction]) -> tuple[Range, ...]:
    """Return the sections that end nearest to the places wanted, in a book's unit; none of them is empty."""
    cuts = _cuts(book, after)
    ends: list[int] = []
    for n, place in enumerate(wanted):
        free = cuts[len(ends) : len(cuts) - (len(wanted) - n - 1)] or cuts[len(ends) :]
        free = [cut for cut in free if not ends or cut > ends[-1]]
        if free:
            ends.append(min(free, key=lambda cut: (abs(_counted(book, unit, cut) - place), cut)))
    bounds = [after, *ends, book.marks]
    return checked(book, (Range(a + 1, b) for a, b in zip(bounds, bounds[1:], strict=False)), after=after)


def _cuts(book: Book, after: int) -> list[int]:
    """Return the marks at which a section may end before the end of the book."""
    if after >= book.marks:
        raise NotPossible(f"Nothing is left of “{book.title}”.")
    step = _STEP if book.unit is Unit.PERCENT else 1
    return [mark for mark in range(after + 1, book.marks) if mark % step == 0]


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


def _by_parts(book: Book, size: Fraction, after: int) -> tuple[Range, ...]:
    ends = [part.last_mark for part in book.parts if part.last_mark > after]
    if not ends:
        raise NotPossible(f"The parts of “{book.title}” are not known here. Write it as a number of sections.")
    chosen = ends[int(size) - 1 :: max(1, int(size))]
    bounds = [after, *(end for end in chosen if end < book.marks), book.marks]
    return checked(book, (Range(a + 1, b) for a, b in zip(bounds, bounds[1:], strict=False)), after=after)


def _mark(book: Book, unit: Unit | None, number: int) -> int:
    """Return the mark at which a place of the organiser's own ends; a page stands for the nearest end of a mark."""
    try:
        mark = mark_finished(unit, Fraction(number), book)
    except NotInBook as error:
        raise NotPossible(f"{error} Write sections that the book has.") from error
    if unit is not Unit.PAGE or not book.mark_ends or not 0 < number:
        return mark
    return min(range(book.marks + 1), key=lambda each: abs(_counted(book, unit, each) - number))


def _checked_number(number: int) -> None:
    if not 1 <= number <= MOST:
        raise NotPossible(f"A schedule has 1 to {MOST} sections, and this would be {number}.")


def _gap(book: Book, begin: int, own: Own) -> str:
    ends = "end" if own.last is None else own.last
    return f"{own.first}–{ends} does not go on where the section before ended. Begin it after {_at(book, begin)}."


def _at(book: Book, mark: int) -> str:
    return book.reading_name(mark)
