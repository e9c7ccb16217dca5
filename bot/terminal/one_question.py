"""One question on the command line: which book, for a reader how far in it, and the reply."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.terminal.asking import Asked
from bot.terminal.positions_file import PositionsFile
from bot.terminal.reader import Reader
from bot.terminal.screen import Screen
from bot.terminal.seat import BookMissing
from bot.terminal.starting import opened
from bot.terminal.telling import Told, Tone
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.library import Library
from corpus.names import find_book
from corpus.positions import describe_position, parse_position
from retrieval.gate import Audience

if TYPE_CHECKING:
    from bot.reply import Reply  # at run time it would load the vector store with it

Books = Mapping[Slug, Book]
Put = Callable[[Asked, Audience, Slug | None], "Reply"]
"""Puts one question to a discussion, for an audience, about a book or any."""


class PlaceWithoutBook(DogearError):
    """A place was given, and no book that it is in."""


def placed(reader: Reader, books: Books, book: str | None, at: str | None) -> tuple[dict[Slug, int], Slug | None]:
    """Return the positions and the book that the options of a command say; each may be left out.

    Without a place the reader is where they said in a conversation, if they did. Raises UnknownBook, PositionError
    or PlaceWithoutBook.
    """
    known = find_book(book, books) if book else None
    positions = reader.positions(books)
    if at is not None:
        if known is None:
            raise PlaceWithoutBook(f"--at {at}, but in which book? Name it: --book SLUG.")
        positions[known.slug] = parse_position(at, known)
    return positions, known.slug if known else None


def ask_once(settings: Settings, book: str | None, at: str | None, put: Put, *, adults: bool = False) -> Reply:
    """Put one question, show the reply and return it; what is wrong with the options is said before anything opens."""
    reader, _ = PositionsFile(settings.data).read()
    positions, slug = placed(reader, Library.load(settings.library).books, book, at)
    with opened(settings) as discussion:
        reply = put(discussion, Audience(positions, adults), slug)
        show_reply(reply, discussion.library.books)
    return reply


def check_once(settings: Settings, book: str | None, at: str | None, text: str, *, reach: bool) -> None:
    """Say whether a text goes further than its readers, and how far where that is wanted."""
    reply = ask_once(settings, book, at, lambda discussion, audience, slug: discussion.check(text, audience, slug))
    screen = Screen(sys.stdout)
    if not reply.answer:
        screen.line("It goes no further than its readers are.")
    if reach:
        screen.line(reach_lines(reply.reveals, Library.load(settings.library).books))


def at_level(reply: Reply, level: int) -> Reply:
    """Return a hint's reply with one of its levels as the answer."""
    return replace(reply, body=reply.hints[level - 1], sources=()) if len(reply.hints) >= level else reply


def show_reply(reply: Reply, books: Books) -> None:
    """Show a reply on standard output, under the book's title."""
    book = books.get(reply.book or "")
    text = str(Told(reply.answer, Tone.ANSWER, book.title if book else ""))
    if text:
        Screen(sys.stdout).line(text)


def book_at_hand(settings: Settings) -> Slug:
    """Return the book at hand in the reader's conversation. Raises BookMissing."""
    reader, _ = PositionsFile(settings.data).read()
    if reader.book is None:
        raise BookMissing("Which book? Name it: --book SLUG.")
    return reader.book


def reach_lines(reveals: Mapping[Slug, int], books: Books) -> str:
    """Return how far readers must be for a message to be no spoiler, a line a book."""
    told = [(books[slug], marks) for slug, marks in reveals.items() if marks and slug in books]
    return "\n".join(f"{b.title}: {describe_position(marks, b)}" for b, marks in told) or "It gives nothing away."
