"""Which book a typed title means: the same book has the same key, however it is written."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping

from bot.club.votes.problems import VoteProblem
from bot.club.votes.records import Candidate
from corpus.books import Book, Slug
from corpus.names import UnknownBook, find_book

MAX_TITLE = 100
"""Characters of a title that the library does not have."""

MAX_KEY = 60
"""Characters of a key: a button carries it, with room for its own name (Discord: 100)."""

DIGEST = 12
"""Letters at the end of a key that was cut, which tell two long titles apart."""

_ARTICLES = ("a", "an", "the")


def candidate(typed: str, books: Mapping[Slug, Book]) -> Candidate:
    """Return the book that is meant: one of the library, or any other by its title. Raises VoteProblem."""
    title = " ".join(typed.split())
    try:
        book = find_book(title, books)
    except UnknownBook:
        if not any(map(str.isalnum, title)):
            raise VoteProblem("Which book? Write its title.") from None
        if len(title) > MAX_TITLE:
            raise VoteProblem(f"A title has at most {MAX_TITLE} characters here. Write it more shortly.") from None
        return Candidate(title_key(title), title)
    return Candidate(book.slug, book.title, book.slug)


def title_key(title: str) -> str:
    """Return what two ways of writing one title have in common: no case, accents, signs, or article at the start."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("&", " and ")).replace("’", "").replace("'", "")
    bare = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    words = bare.split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    key = "-".join(words)
    if len(key) <= MAX_KEY:
        return key
    return f"{key[: MAX_KEY - DIGEST - 1]}-{hashlib.sha256(key.encode()).hexdigest()[:DIGEST]}"
