"""A conversation in the terminal: a line in, what is told out. No input or output happens here."""

from __future__ import annotations

import contextlib
import difflib
import io
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from bot.answering import texts as book_text
from bot.cli import asking as cards
from bot.cli.asking import Asked, Asking, PositionsFile, Reader, Seat, told_place
from bot.cli.screen import Screen, Told, problem
from bot.cli.start import opened, write_down
from bot.settings import Settings
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.library import Library
from corpus.names import find_book


class Shelf:
    """Keeps one reader's books and places; `premise` returns what may be told of a book to anyone."""

    def __init__(self, seat: Seat, premise: Callable[[Slug], str]) -> None:
        self._seat, self._premise = seat, premise

    def book(self, typed: str) -> Told:
        """Turn to a book, or show the card of the one at hand."""
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "list" if not rest:
                return self.books("")
            case "none" if not rest:
                failed = self._seat.change(self._seat.reader.turned(None))
                return Told("No book is at hand. Each question finds its own.", tip=failed)
            case "similar":
                book = self._seat.named(rest, "/book similar BOOK names books like it.")
                return Told(book_text.similar_list(book), heading=f"Like {book.title}" if book.similar else "")
            case "show":
                return self._card(self._seat.named(rest, "/book show BOOK shows its card."))
        book = self._seat.named(typed, "/book BOOK turns to one, /books lists them.")
        failed = self._seat.change(self._seat.reader.turned(book)) if typed else ""
        return self._card(book, failed)

    def _card(self, book: Book, failed: str = "") -> Told:
        place = self._seat.positions.get(book.slug)
        tip = f"For example: {cards.how_to_say(book, self._seat.here)}" if place is None else ""
        return Told(book_text.book_card(book, place, self._premise(book.slug)), heading=book.title, tip=failed or tip)

    def books(self, _: str) -> Told:
        """List the books that are here."""
        return Told(cards.book_list(self._seat.books, self._seat.positions))

    def progress(self, typed: str) -> Told:
        """Take down where the reader is, or tell it."""
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "undo" if not rest:
                return self._undo()
            case "clear":
                return self._clear(rest)
            case "show" | "":
                return self._places()
            case "set" if rest:
                return self._moved(rest)
        return self._moved(typed)

    def _moved(self, typed: str) -> Told:
        book, marks = told_place(typed, self._seat.books, self._seat.here)
        if marks is None:
            return Told(book_text.place_sentence(book, self._seat.positions.get(book.slug)), heading=book.title)
        before = self._seat.here
        failed = self._seat.change(self._seat.reader.moved(book, marks))
        turned = " Questions are about this book now." if self._seat.here == book != before else ""
        return Told(f"{book_text.place_sentence(book, marks)}{turned}", heading=book.title, tip=failed)

    def _places(self) -> Told:
        if told := book_text.place_list(self._seat.books, self._seat.positions):
            return Told(told)
        book = self._seat.here or next(iter(book_text.in_order(self._seat.books.values())), None)
        tip = f"For example: {cards.how_to_say(book, self._seat.here)}" if book else ""
        return Told("You have not said yet where you are in any book.", tip=tip)

    def _undo(self) -> Told:
        before = self._seat.positions
        reader = self._seat.reader.undone()
        if reader is None:
            return Told("There is nothing to undo.")
        failed = self._seat.change(reader)
        now = self._seat.positions
        moved = [book for slug, book in self._seat.books.items() if before.get(slug) != now.get(slug)]
        lines = (book_text.place_line(book, now.get(book.slug)) for book in book_text.in_order(moved))
        return Told("\n".join(lines), heading="As it was before", tip=failed)

    def _clear(self, typed: str) -> Told:
        book = find_book(typed, self._seat.books) if typed else None
        failed = self._seat.change(self._seat.reader.cleared(book))
        what = f"where you are in {book.title}" if book else "where you are, in every book"
        return Told(f"Forgotten: {what}.", tip=failed or "/progress undo brings it back.")


MAX_LINE = 4_000
"""Characters; Discord's longest message."""

WORDS = {"help": "help", "?": "help", "quit": "quit", "exit": "quit", "bye": "quit", "q": "quit"}
"""Lines and commands that people try, and the command that they mean."""


class Conversation:
    """Talks with one reader; `keep` is given the reader after every change, to be there next time."""

    def __init__(
        self, discussion: Asked, reader: Reader, keep: Callable[[Reader], None], *, adults: bool = False
    ) -> None:
        self._seat = Seat(discussion.library.books, reader, keep, adults=adults)
        asking = Asking(discussion, self._seat)
        shelf = Shelf(self._seat, asking.premise)
        self._ask = asking.ask
        self._commands: dict[str, Callable[[str], Told]] = {
            "ask": asking.ask,
            "book": shelf.book,
            "books": shelf.books,
            "check": asking.check,
            "help": lambda _: Told(cards.HELP),
            "hint": asking.hint,
            "order": asking.order,
            "progress": shelf.progress,
            "quit": lambda _: Told("Until next time.", over=True),
            "recap": asking.recap,
            "who": asking.who,
        }

    @property
    def reader(self) -> Reader:
        """The reader as they are now."""
        return self._seat.reader

    def say(self, line: str) -> Told | None:
        """Return what is told to a line, or None to one that says nothing."""
        line = line.strip()
        if not line:
            return None
        if len(line) > MAX_LINE:
            return problem(f"That is longer than the {MAX_LINE:,} characters that I read at once. Please shorten it.")
        try:
            return self._told(line)
        except DogearError as error:
            return problem(error)

    def _told(self, line: str) -> Told:
        if line.lower() in WORDS:
            return self._commands[WORDS[line.lower()]]("")
        if not line.startswith("/"):
            return self._ask(line)
        name, *rest = line[1:].split(maxsplit=1) or [""]
        command = self._commands.get(WORDS.get(name.lower(), name.lower()))
        return command(rest[0].strip() if rest else "") if command else self._unknown(name)

    def _unknown(self, name: str) -> Told:
        near = difflib.get_close_matches(name.lower(), self._commands, n=1, cutoff=0.5)
        cure = f"Did you mean /{near[0]}?" if near else "/help lists what I know."
        return problem(f"I don't know /{name[:40]}. {cure}")


PROMPT = "› "


def lines_from(source: TextIO | None, out: TextIO) -> Iterator[str]:
    """Yield lines until the input ends. A person gets a prompt and can edit the line; a pipe is read as it comes."""
    if source is None:  # a process may be started with its input closed
        return
    if source.isatty() and out.isatty():
        yield from _typed()
        return
    if isinstance(source, io.TextIOWrapper):
        source.reconfigure(encoding="utf-8-sig", errors="replace")
    yield from iter(source.readline, "")


def _typed() -> Iterator[str]:
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 (its presence lets `input` edit lines and remember them)
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            print()
            return


def talk(settings: Settings, *, adults: bool) -> None:
    """Talk with a reader at the keyboard or through a pipe. Ctrl-C leaves, as the end of input does."""
    screen = Screen(sys.stdout)
    file = PositionsFile(settings.data)
    reader, trouble = file.read()
    try:
        screen.show(Told(cards.greeting(Library.load(settings.library).books, reader)))
        if trouble:
            screen.show(problem(trouble))
        with opened(settings) as discussion:
            conversation = Conversation(discussion, reader, file.write, adults=adults)
            for line in lines_from(sys.stdin, sys.stdout):
                told = _told(conversation, line, settings)
                if told is not None:
                    screen.show(told)
                    if told.over:
                        return
    except KeyboardInterrupt:
        screen.line("")


def _told(conversation: Conversation, line: str, settings: Settings) -> Told | None:
    """Return what is told to a line; a fault of ours costs that line, not the conversation."""
    try:
        return conversation.say(line)
    except Exception as error:  # noqa: BLE001 (it is written down)
        return problem(write_down(error, settings.data, settings.secrets))
