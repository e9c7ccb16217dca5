"""Rules between books: finding contradictions, and sorting the books."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from corpus.books import Book, Slug


class OrderRule(NamedTuple):
    """One book comes before another: always (`firm`), or unless a firm rule contradicts."""

    before: Slug
    after: Slug
    firm: bool


def reached(start: Slug, pairs: Iterable[OrderRule | tuple[Slug, Slug]]) -> set[Slug]:
    """Return every book to which rules, or other pairs, lead from a book, directly or through others."""
    leads: dict[Slug, set[Slug]] = {}
    for pair in pairs:
        leads.setdefault(pair[0], set()).add(pair[1])
    found: set[Slug] = set()
    ahead = [start]
    while ahead:
        fresh = leads.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return found


def keep(books: Sequence[Slug], rules: Iterable[OrderRule]) -> tuple[tuple[OrderRule, ...], tuple[OrderRule, ...]]:
    """Return as many rules as can hold together, and the firm ones that do not; `books` are in their plain order.

    Firm rules have priority, and among them those that agree with the order of `books`, so that a circle is always
    broken at the same place.
    """
    rank = {book: n for n, book in enumerate(books)}
    ordered = sorted(rules, key=lambda r: (not r.firm, rank[r.before] >= rank[r.after], rank[r.before], rank[r.after]))
    pairs: dict[tuple[Slug, Slug], OrderRule] = {}
    for rule in ordered:
        pairs.setdefault((rule.before, rule.after), rule)
    kept: list[OrderRule] = []
    broken: list[OrderRule] = []
    for rule in pairs.values():
        if rule.before != rule.after and rule.before not in reached(rule.after, kept):
            kept.append(rule)
        elif rule.firm:
            broken.append(rule)
    return tuple(kept), tuple(broken)


def arrange(books: Iterable[Slug], rules: Iterable[OrderRule], key: Callable[[Slug], Any]) -> list[Slug]:
    """Return the books in an order that keeps every rule, preferring the least `key`.

    The rules must be free of circles, as returned by `keep`.
    """
    left = dict.fromkeys(sorted(books, key=key))
    arranged: list[Slug] = []
    while left:
        waiting = {rule.after for rule in rules if rule.before in left}
        arranged.append(next(book for book in left if book not in waiting))
        del left[arranged[-1]]
    return arranged


def drawn(rules: Sequence[OrderRule]) -> list[OrderRule]:
    """Return the rules without those implied by others, which need no arrow in a picture.

    A firm rule is left out only if other firm rules imply it.
    """

    def others(rule: OrderRule) -> Iterable[OrderRule]:
        return (other for other in rules if other is not rule and (other.firm or not rule.firm))

    return [rule for rule in rules if rule.after not in reached(rule.before, others(rule))]


def leading_to(book: Slug, books: Mapping[Slug, Book]) -> set[Slug]:
    """Return the book and all books that it requires, directly or indirectly."""
    return {book} | reached(book, ((one.slug, need.book) for one in books.values() for need in one.requires))


def in_series(typed: str, books: Mapping[Slug, Book]) -> tuple[str, set[Slug]]:
    """Return the library's name of a series and its books; all typed words must match, or only one series."""
    names = {_folded(book.series): book.series for book in books.values() if book.series}
    wanted = _folded(typed)
    near = [words for words in names if wanted and set(wanted.split()) <= set(words.split())]
    found = wanted if wanted in names else near[0] if len(near) == 1 else ""
    if not found:
        return typed, set()
    return names[found], {slug for slug, book in books.items() if _folded(book.series) == found}


def _folded(series: str) -> str:
    words = re.findall(r"\w+", series.casefold())
    return " ".join(word for word in words if word not in ("the", "series", "books", "novels"))


def rules_among(members: Collection[Slug], books: Mapping[Slug, Book]) -> set[OrderRule]:
    """Return the requirements between books as rules."""
    inside = (books[slug] for slug in members if slug in books)
    needs = ((need, book.slug) for book in inside for need in book.requires if need.book in members)
    return {OrderRule(need.book, slug, need.need == "first") for need, slug in needs}


def by_publication(book: Book) -> tuple[float, float, str, Slug]:
    """Return the sort key for publication order: year, number in the series, title; unknown values last."""
    year = math.inf if book.year is None else book.year
    number = math.inf if book.series_number is None else book.series_number
    return year, number, book.title.casefold(), book.slug


def by_story(book: Book) -> tuple[Any, ...]:
    """Return the sort key for story time; books without one come last, in publication order."""
    return math.inf if book.story_time is None else book.story_time, by_publication(book)


def placed(members: Iterable[Slug], books: Mapping[Slug, Book], key: Callable[[Book], Any]) -> list[Slug]:
    """Return the books by `key`; a book that is not in the library comes before the first one that requires it."""
    shelf = sorted((books[slug] for slug in members if slug in books), key=key)
    place: dict[Slug, tuple[float, Slug]] = {book.slug: (n, "") for n, book in enumerate(shelf)}
    for n, book in enumerate(shelf):
        for need in book.requires:
            place.setdefault(need.book, (n - 0.5, need.book))
    return sorted(members, key=place.__getitem__)


def grouped(plain: Sequence[Slug], books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return for each book the place of its series among the series; books of none come last, each by itself."""
    series = {slug: _folded(books[slug].series) if slug in books else "" for slug in plain}
    rank: dict[str, int] = {}
    for slug in sorted(plain, key=lambda slug: not series[slug]):
        rank.setdefault(series[slug] or f"/{slug}", len(rank))
    return {slug: rank[series[slug] or f"/{slug}"] for slug in plain}
