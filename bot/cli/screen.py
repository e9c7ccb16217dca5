"""What is seen in the terminal: Rich where a person looks, plain lines where a pipe reads."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

_KEPT = {"\n", "\u200c", "\u200d"}
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode: controls, invisible formatting (right-to-left overrides among them), halves of letters, other line ends."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told: a heading, the text, a tip what to do next; `over` where the conversation ends with it."""

    text: str = ""
    heading: str = ""
    tip: str = ""
    wrong: bool = False
    over: bool = False

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.heading, self.text, self.tip)))


def problem(error: Exception | str) -> Told:
    """Return what an error tells."""
    return Told(str(error), wrong=True)


def printable(text: str) -> str:
    """Return text that a terminal shows as it is: no control characters, nothing invisible, tabs as spaces.

    Passages, titles and typed words come from anywhere; an escape sequence among them would be obeyed.
    """
    spaced = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(c for c in spaced if c in _KEPT or unicodedata.category(c) not in _UNSEEN)


WIDTH = 100  # columns that text takes at most: longer lines are hard to read

WRONG = "yellow"
SOURCES = "— "  # how a line begins that names where an answer comes from


class Screen:
    """Shows what is told, a blank line after each; no mark-up of Rich's is read in it."""

    def __init__(self, out: TextIO) -> None:
        self._person = out.isatty()
        self._console = Console(file=out, highlight=False, markup=False, emoji=False, soft_wrap=not self._person)
        if self._person:
            self._console.width = min(self._console.width, WIDTH)

    def show(self, told: Told) -> None:
        """Show what is told."""
        shown = Text()
        for part, style in ((told.heading, "bold"), (told.text, WRONG if told.wrong else ""), (told.tip, "dim")):
            for line in printable(part).splitlines() if part else ():
                shown.append(f"{line}\n", "dim" if line.startswith(SOURCES) else style)
        self._console.print(shown)

    def line(self, text: str, style: str = "") -> None:
        """Show one line or more, without a blank one after it."""
        self._console.print(Text(printable(text), style))


def problem_line(text: str) -> None:
    """Show on standard error what went wrong."""
    Screen(sys.stderr).line(text, WRONG)


@contextmanager
def opening(err: TextIO) -> Iterator[Callable[[int, int], None] | None]:
    """Show that a library is being opened, with a bar while passages are embedded; nothing where nobody looks.

    Yields what is to be called with the passages done and the passages to do.
    """
    if not err.isatty():
        yield None
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(WIDTH // 3), MofNCompleteColumn()
    with Progress(*columns, console=Console(file=err), transient=True) as progress:
        task = progress.add_task("Opening the library", total=None)

        def report(done: int, total: int) -> None:
            progress.update(task, description="Building the store", completed=done, total=total)

        yield report
