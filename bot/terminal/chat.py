"""A conversation in the terminal: a line in, what is told out. No input or output happens here."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from bot.terminal import cards
from bot.terminal.asking import Asked, Asking
from bot.terminal.reader import Reader
from bot.terminal.seat import Seat
from bot.terminal.shelf import Shelf
from bot.terminal.telling import Told, problem
from corpus.errors import DogearError

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
            return problem(f"That is longer than the {MAX_LINE:,} characters that I read at once. Say it more shortly.")
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
