"""Turning chapters, parts, pages and percent into a book's own marks: down for readers, up for texts.

A reader's report rounds down and a text's place rounds up, so that whatever is not exact is shown too late
rather than too early.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from fractions import Fraction

from corpus.books import Book, Unit

UNIT_WORDS = {
    Unit.CHAPTER: r"chapters?|chaps?\b\.?|chs?\b\.?|chs?(?=[0-9])",
    Unit.PART: r"parts?|pts?\b\.?|pts?(?=[0-9])",
    Unit.SECTION: r"sections?|secs?\b\.?|§{1,2}",
    Unit.PAGE: r"pages?|pgs?\b\.?|pp?\b\.?|pp?(?=[0-9])",
}
"""Patterns for what people write for each unit before its number; percent stands behind its number."""

PERCENT_WORDS = r"(?:%|per ?cent\b)"
"""What people write behind a number of percent."""


class NotInBook(ValueError):
    """A place that the book does not have, or that it cannot tell; the message is a sentence that says why."""


def how_many(unit: Unit | None, book: Book) -> int | None:
    """Return how many chapters, parts, sections or pages (or marks: None) the book has, None if it does not say."""
    if unit is Unit.PERCENT:
        return 100
    if unit in (book.unit, None):
        return book.marks
    if unit is Unit.PART:
        return len(book.parts) or None
    if unit is Unit.PAGE:
        return book.pages or (book.mark_ends[-1] if book.mark_ends else None)
    return None


def mark_finished(unit: Unit | None, number: Fraction, book: Book, total: Fraction | None = None) -> int:
    """Return the marks finished by a reader who has finished `number` units (None: the book's marks), rounded down.

    `total` is how many the reader's own copy has: pages differ from edition to edition. Raises NotInBook.
    """
    count = _checked(unit, number, book, total)
    if total is not None:
        number = number * count / total
    if unit is Unit.PERCENT:
        return math.floor(number * book.marks / 100)
    if unit in (book.unit, None):
        return math.floor(number)
    if unit is Unit.PART:
        return book.parts[math.floor(number) - 1].last_mark if number >= 1 else 0
    if book.mark_ends:
        return bisect_right(book.mark_ends, number)
    return math.floor(number * book.marks / count)


def mark_reached(unit: Unit, number: Fraction, book: Book) -> int:
    """Return the mark that holds the end of a text about `number` (chapter 7, page 120), rounded up.

    Raises NotInBook.
    """
    count = _checked(unit, number, book, None)
    if number == 0 and unit is not Unit.PERCENT:
        raise NotInBook(f"There is no {unit.value} 0.")
    if unit is Unit.PERCENT:
        return math.ceil(number * book.marks / 100)
    if unit is book.unit:
        return math.ceil(number)
    if unit is Unit.PART:
        return book.parts[math.ceil(number) - 1].last_mark
    if book.mark_ends:
        return min(book.marks, bisect_left(book.mark_ends, number) + 1)
    return math.ceil(number * book.marks / count)


def _checked(unit: Unit | None, number: Fraction, book: Book, total: Fraction | None) -> int:
    """Return how many units there are, once it is sure that `number` is one of them."""
    name = "mark" if unit is None and book.unit is Unit.PERCENT else (unit or book.unit).value
    count = how_many(unit, book)
    if count is None and (total is None or unit is not Unit.PAGE):
        raise NotInBook(f"The {name}s of “{book.title}” are not known here.")
    has = f"“{book.title}” has {count} {name}{'' if count == 1 else 's'}"
    if total is not None and unit is not Unit.PAGE and total != count:
        raise NotInBook(f"{has}, not {float(total):g}.")
    limit = count or 0 if total is None else total
    if number <= limit and limit:
        return count or int(limit)
    if unit is Unit.PERCENT:
        raise NotInBook("A book ends at 100%.")
    if total is not None:
        raise NotInBook(f"There is no {name} {float(number):g} of {float(total):g}.")
    raise NotInBook(f"{has}, and this is past the end.")
