"""What a text is about: its book, and the other books that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from corpus.books import Book, Unit
from corpus.naming import names_in
from corpus.reveals import Slug

_ARTICLES = ("a", "an", "the")
_PLAIN = frozenset({
    "a", "an", "the", "of", "in", "on", "at", "to", "and", "or", "from", "for", "with", "by", "my", "his", "her", "is",
})  # fmt: skip
WINDOW = 12
"""Words within which the distinctive words of a title must stand together to count as the title."""


def words(text: str) -> list[str]:
    """Return the words of `text` as they are compared: without case, accents, apostrophes and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘ʼ`")
    return re.findall(r"[^\W_]+", plain)


def fold(text: str) -> str:
    """Return the words of `text` with a space on both sides of each, for finding one phrase in another."""
    return f" {' '.join(words(text))} "


def names_of(book: Book) -> list[str]:
    """Return title and aliases of a book, longest first."""
    return sorted({book.title, *book.aliases}, key=len, reverse=True)


def bare_title(title: str) -> str:
    """Return a page's title without what the site adds: “(George Smiley, #9)”, “(novel)”, “by John le Carré”."""
    title = re.sub(r"\s*\([^()]{1,80}\)\s*$", "", title.strip())
    title = re.sub(r"\s+(?:\||[–—-])\s+[^|–—]{1,60}$", "", title)
    title = re.sub(r"\s+(?:Study Guide|Plot Summary|Summary)\b.{0,60}$", "", title)
    title = re.sub(r"^(?:Summary of|Study Guide:?|Novel:|Book:)\s+", "", title)
    return re.sub(r"\s+by\s+[^\d]{3,60}$", "", title).strip(" ,;:–—-")


def same_title(one: str, other: str) -> bool:
    """Return whether two titles name one book; a subtitle that only one of them has does not matter."""
    first, second = (_without_article(words(title)) for title in (one, other))
    short, long = sorted((first, second), key=len)
    return bool(short) and (short == long or (len(short) > 1 and long[: len(short)] == short))


def is_about(text: str, names: Sequence[str], author: str) -> bool:
    """Return whether a text names the book: a title, or the author and most of a title's own words together."""
    said = words(text)
    phrase = f" {' '.join(said)} "
    by_author = _surname(author) in said
    for name in names:
        title = _without_article(words(name))
        if title and f" {' '.join(title)} " in phrase and (by_author or _is_distinctive(title)):
            return True
    return by_author and any(_stand_together(words(name), said) for name in names)


def named(text: str, books: Mapping[Slug, Book], apart_from: Sequence[str] = ()) -> list[Slug]:
    """Return the books that a text names, leaving out what is part of the names `apart_from`."""
    if apart_from:
        books = {**books, "": Book("", apart_from[0], "", Unit.PERCENT, 100, aliases=tuple(apart_from))}
    return [slug for slug in names_in(text, books) if slug]


def slug_words(slug: Slug) -> list[str]:
    """Return the words that a slug is made of, without articles and the like."""
    return [word for word in slug.split("-") if word not in _PLAIN] or slug.split("-")


def _without_article(title: list[str]) -> list[str]:
    return title[1:] if len(title) > 1 and title[0] in _ARTICLES else title


def _is_distinctive(title: Sequence[str]) -> bool:
    """Whether a title cannot well be a mere word of a text: “Emma” and “It” can, “Smiley's People” cannot."""
    return sum(word not in _PLAIN for word in title) >= 2 or max(map(len, title)) >= 8


def _surname(author: str) -> str:
    return next(iter(reversed(words(author))), "")


def _stand_together(title: Sequence[str], said: Sequence[str]) -> bool:
    own = {word for word in title if word not in _PLAIN and len(word) > 2}
    needed = max(2, -(-2 * len(own) // 3))
    places = [(n, word) for n, word in enumerate(said) if word in own]
    return any(
        len({word for place, word in places[n : n + 2 * WINDOW] if place - start < WINDOW}) >= needed
        for n, (start, _) in enumerate(places)
    )
