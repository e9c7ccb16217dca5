"""A member's shelf as text, and what is said of a book that was moved on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.club.reading_records import ShelfName, Shelved
from bot.club.shelves import ShelfChange
from corpus.books import Book, Slug

PARTS = (ShelfName.READING, ShelfName.WANT, ShelfName.FINISHED, ShelfName.ASIDE)
"""The parts of a shelf as they are shown: what is being read comes first."""

EMPTY = (
    "Your shelf is empty. Put a book on it with /shelf add. What you say you have begun or finished, with "
    "/progress set, goes there by itself."
)


def by_part(shelved: Sequence[Shelved]) -> dict[ShelfName, list[Shelved]]:
    """Return the books of each part that has any, as they are given."""
    parts = {part: [book for book in shelved if book.shelf is part] for part in PARTS}
    return {part: books for part, books in parts.items() if books}


def author_of(shelved: Shelved, books: Mapping[Slug, Book]) -> str:
    """Return who wrote a book on a shelf, where the library knows."""
    return books[shelved.book].author if shelved.book is not None and shelved.book in books else ""


def shelf_list(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> list[str]:
    """Return a shelf, one text for each part: its name, and a line for each book."""
    return [
        "\n".join([f"{part.value.capitalize()} ({len(its)})", *(f"• {_line(book, books)}" for book in its)])
        for part, its in by_part(shelved).items()
    ]


def _line(shelved: Shelved, books: Mapping[Slug, Book]) -> str:
    return ", ".join(filter(None, (shelved.title, author_of(shelved, books))))


def change_sentence(change: ShelfChange) -> str:
    """Say what happened to a book on a shelf."""
    before, after = change.before, change.after
    if after is None:
        return f"“{before.title}” is off your shelf." if before else "Your shelf is as it was."
    if before is None:
        added = f"“{after.title}” is on your shelf: {after.shelf.value}."
        return added if after.book else f"{added} The library does not have it, so it stands there as you typed it."
    if before.shelf is after.shelf:
        return f"“{after.title}” was there already: {after.shelf.value}."
    return f"“{after.title}” is moved from “{before.shelf.value}” to “{after.shelf.value}”."
