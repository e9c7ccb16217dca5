"""Rules between books: finding contradictions, sorting the books, and counting the possible orders."""

import heapq
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from corpus.books import Book, Slug

COUNTED_STATES = 2_048
"""Sets of books that are looked at before the number of orders counts as unknown."""

COUNTED_ORDERS = 1_000_000
"""Numbers of orders above this one are just “many”."""


@dataclass(frozen=True, slots=True)
class OrderRule:
    """One book comes before another: always (`firm`), or unless a firm rule contradicts."""

    before: Slug
    after: Slug
    firm: bool


class Precedence:
    """The books before and after each book according to the added rules; a rule that closes a circle is refused."""

    def __init__(self, books: Iterable[Slug]) -> None:
        self._before: dict[Slug, set[Slug]] = {book: set() for book in books}
        self._after: dict[Slug, set[Slug]] = {book: set() for book in self._before}

    def add(self, rule: OrderRule) -> bool:
        """Add a rule and return True, or return False if the opposite already holds."""
        first, last = rule.before, rule.after
        if first == last or last in self._before[first]:
            return False
        if first not in self._before[last]:
            earlier, later = self._before[first] | {first}, self._after[last] | {last}
            for book in earlier:
                self._after[book] |= later
            for book in later:
                self._before[book] |= earlier
        return True

    def before(self, book: Slug) -> AbstractSet[Slug]:
        """Return every book that comes before `book`, directly or through others."""
        return self._before[book]

    def after(self, book: Slug) -> AbstractSet[Slug]:
        """Return every book that comes after `book`, directly or through others."""
        return self._after[book]


@dataclass(frozen=True, slots=True)
class KeptRules:
    """The rules that hold together, the firm rules that do not, and the precedence they imply."""

    rules: tuple[OrderRule, ...]
    broken: tuple[OrderRule, ...]
    firm: Precedence
    all: Precedence


def keep(books: Sequence[Slug], rules: Iterable[OrderRule]) -> KeptRules:
    """Keep as many rules as can hold together; `books` are in their order without rules.

    Firm rules have priority, and among them those that agree with the order of `books`, so that a circle is always
    broken at the same place.
    """
    rank = {book: n for n, book in enumerate(books)}
    inside = {rule for rule in rules if rule.before in rank and rule.after in rank}
    ordered = sorted(inside, key=lambda r: (not r.firm, rank[r.before] >= rank[r.after], rank[r.before], rank[r.after]))
    firm, both = Precedence(books), Precedence(books)
    kept, broken, pairs = [], [], set()
    for rule in ordered:
        if (rule.before, rule.after) in pairs:
            continue
        pairs.add((rule.before, rule.after))
        if both.add(rule):
            kept.append(rule)
            if rule.firm:
                firm.add(rule)
        elif rule.firm:
            broken.append(rule)
    return KeptRules(tuple(kept), tuple(broken), firm, both)


def arrange(books: Iterable[Slug], rules: Iterable[OrderRule], key: Mapping[Slug, Any]) -> list[Slug]:
    """Return the books in an order that keeps every rule, preferring the least `key`.

    The rules must be free of circles, as returned by `keep`.
    """
    sorter = TopologicalSorter(dict.fromkeys(books, ()))
    for rule in rules:
        sorter.add(rule.after, rule.before)
    sorter.prepare()
    ready: list[tuple[Any, Slug]] = []
    arranged: list[Slug] = []
    while sorter.is_active():
        for book in sorter.get_ready():
            heapq.heappush(ready, (key[book], book))
        arranged.append(heapq.heappop(ready)[1])
        sorter.done(arranged[-1])
    return arranged


def broken_by(order: Sequence[Slug], rules: Iterable[OrderRule]) -> list[OrderRule]:
    """Return the firm rules that an order breaks."""
    rank = {book: n for n, book in enumerate(order)}
    return [rule for rule in rules if rule.firm and rank[rule.before] > rank[rule.after]]


def drawn(rules: Iterable[OrderRule]) -> list[OrderRule]:
    """Return the rules without those implied by others, which need no arrow in a picture.

    A firm rule is left out only if other firm rules imply it.
    """
    rules = list(rules)
    books = {book for rule in rules for book in (rule.before, rule.after)}
    firm, both = Precedence(books), Precedence(books)
    for rule in rules:
        both.add(rule)
        if rule.firm:
            firm.add(rule)

    def follows(rule: OrderRule) -> bool:
        known = firm if rule.firm else both
        return any(rule.after in known.after(between) for between in known.after(rule.before))

    return [rule for rule in rules if not follows(rule)]


def count_orders(books: Collection[Slug], precedence: Precedence) -> int | None:
    """Return the number of orders in which `books` can be read, or None if there are too many."""
    total, placed = 1, 0
    left, budget = set(books), COUNTED_STATES
    while left:
        part = _connected(next(iter(left)), left, precedence)
        left -= part
        count, budget = _count_part(part, precedence, budget)
        if budget < 0:
            return None
        placed += len(part)
        total *= count * math.comb(placed, len(part))
        if total > COUNTED_ORDERS:
            return None
    return total


def _connected(start: Slug, books: Collection[Slug], precedence: Precedence) -> set[Slug]:
    part, ahead = {start}, [start]
    while ahead:
        book = ahead.pop()
        fresh = {other for other in (*precedence.before(book), *precedence.after(book)) if other in books} - part
        part |= fresh
        ahead += fresh
    return part


def _count_part(part: Collection[Slug], precedence: Precedence, budget: int) -> tuple[int, int]:
    """Count the orders of connected books by dynamic programming over sets (as bits); return the rest of the budget."""
    bit = {book: 1 << n for n, book in enumerate(sorted(part))}
    needs = {bit[b]: sum(bit[other] for other in precedence.before(b) if other in bit) for b in bit}
    ways = {0: 1}
    for _ in part:
        longer: dict[int, int] = {}
        for done, count in ways.items():
            for one, needed in needs.items():
                if not done & one and needed & done == needed:
                    longer[done | one] = longer.get(done | one, 0) + count
            if len(longer) > budget:
                return 0, -1
        budget -= len(longer)
        ways = longer
    return next(iter(ways.values())), budget


Key = tuple[float, float, str, Slug]
"""Year, number in the series, title, slug."""


def leading_to(book: Slug, books: Mapping[Slug, Book]) -> set[Slug]:
    """Return the book and all books that it requires, directly or indirectly."""
    found, ahead = {book}, [book]
    while ahead:
        here = ahead.pop()
        fresh = {r.book for r in books[here].requires} - found if here in books else set()
        found |= fresh
        ahead += fresh
    return found


def in_series(typed: str, books: Mapping[Slug, Book]) -> tuple[str, set[Slug]]:
    """Return the library's name of a series and its books; all typed words must match, or only one series."""
    names = {_folded(book.series): book.series for book in books.values() if _folded(book.series)}
    wanted = _folded(typed)
    near = [words for words in names if wanted and set(wanted.split()) <= set(words.split())]
    if wanted not in names and len(near) != 1:
        return typed, set()
    found = wanted if wanted in names else near[0]
    return names[found], {slug for slug, book in books.items() if _folded(book.series) == found}


def _folded(series: str) -> str:
    words = re.findall(r"\w+", series.casefold())
    return " ".join(word for word in words if word not in ("the", "series", "books", "novels"))


def rules_among(members: Collection[Slug], books: Mapping[Slug, Book]) -> list[OrderRule]:
    """Return the requirements between books as rules."""
    inside = [books[slug] for slug in sorted(members) if slug in books]
    return [
        OrderRule(need.book, book.slug, need.need == "first")
        for book in inside
        for need in book.requires
        if need.book in members
    ]


def by_publication(book: Book) -> Key:
    """Return the sort key for publication order: year, number in the series, title; unknown values last."""
    year = math.inf if book.year is None else book.year
    number = math.inf if book.series_number is None else book.series_number
    return year, number, book.title.casefold(), book.slug


def by_story(book: Book) -> tuple[float, Key]:
    """Return the sort key for story time; books without one come last, in publication order."""
    return math.inf if book.story_time is None else book.story_time, by_publication(book)


def placed(members: Iterable[Slug], books: Mapping[Slug, Book], key: Callable[[Book], Any]) -> list[Slug]:
    """Return the books by `key`; a book that is not in the library comes before the first one that requires it."""
    shelf = sorted((books[slug] for slug in members if slug in books), key=key)
    place: dict[Slug, tuple[float, Slug]] = {book.slug: (n, "") for n, book in enumerate(shelf)}
    for n, book in enumerate(shelf):
        for need in book.requires:
            if need.book not in books:
                place.setdefault(need.book, (n - 0.5, need.book))
    return sorted(members, key=place.__getitem__)


def grouped(plain: Iterable[Slug], rules: Iterable[OrderRule], books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return for each book the place of its series among the series; books of none come last, each by itself.

    `plain` is the order of the books without rules. A series that asks for another one comes after it.
    """
    first_of: dict[str, Slug] = {}
    group: dict[Slug, Slug] = {}
    plain = sorted(plain, key=lambda slug: slug not in books or not _folded(books[slug].series))
    for slug in plain:
        name = _folded(books[slug].series) if slug in books else ""
        group[slug] = first_of.setdefault(name, slug) if name else slug
    groups = list(dict.fromkeys(group.values()))
    between = {OrderRule(group[r.before], group[r.after], r.firm) for r in rules if group[r.before] != group[r.after]}
    place = {slug: n for n, slug in enumerate(groups)}
    ranked = arrange(groups, keep(groups, between).rules, place)
    rank = {slug: n for n, slug in enumerate(ranked)}
    return {slug: rank[group[slug]] for slug in plain}
