"""Which books a question about the reading order is about, and how they go without any rule."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from bot.reading_order.graph import Rule, arrange, keep
from corpus.books import Book, Slug

Key = tuple[float, float, str, Slug]
"""Year, number in the series, title, slug."""


def leading_to(book: Slug, books: Mapping[Slug, Book]) -> set[Slug]:
    """Return the book and everything that it asks for, directly or through others, in the library or not."""
    found, ahead = {book}, [book]
    while ahead:
        here = ahead.pop()
        fresh = {r.book for r in books[here].requires} - found if here in books else set()
        found |= fresh
        ahead += fresh
    return found


def in_series(typed: str, books: Mapping[Slug, Book]) -> tuple[str, set[Slug]]:
    """Return the library's name of a series and its books: the same words, or the only one with all words typed."""
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


def rules_among(members: Collection[Slug], books: Mapping[Slug, Book]) -> list[Rule]:
    """Return what the books ask for, as rules between them; where a pair has two, the firm one."""
    inside = [books[slug] for slug in sorted(members) if slug in books]
    return [
        Rule(need.book, book.slug, need.need == "first")
        for book in inside
        for need in book.requires
        if need.book in members
    ]


def by_publication(book: Book) -> Key:
    """Return the key of publication order: year, number in the series, title; what is not known goes last."""
    year = math.inf if book.year is None else book.year
    number = math.inf if book.series_number is None else book.series_number
    return year, number, book.title.casefold(), book.slug


def by_story(book: Book) -> tuple[float, Key]:
    """Return the key of story time; books of which it is not known go last, as they were published."""
    return math.inf if book.story_time is None else book.story_time, by_publication(book)


def placed(members: Iterable[Slug], books: Mapping[Slug, Book], key: Callable[[Book], Any]) -> list[Slug]:
    """Return the books by `key`; one that is not in the library stands before the first book that asks for it."""
    shelf = sorted((books[slug] for slug in members if slug in books), key=key)
    place: dict[Slug, tuple[float, Slug]] = {book.slug: (n, "") for n, book in enumerate(shelf)}
    for n, book in enumerate(shelf):
        for need in book.requires:
            if need.book not in books:
                place.setdefault(need.book, (n - 0.5, need.book))
    return sorted(members, key=place.__getitem__)


def grouped(plain: Iterable[Slug], rules: Iterable[Rule], books: Mapping[Slug, Book]) -> dict[Slug, int]:
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
    between = {Rule(group[r.before], group[r.after], r.firm) for r in rules if group[r.before] != group[r.after]}
    place = {slug: n for n, slug in enumerate(groups)}
    ranked = arrange(groups, keep(groups, between).rules, place)
    rank = {slug: n for n, slug in enumerate(ranked)}
    return {slug: rank[group[slug]] for slug in plain}
