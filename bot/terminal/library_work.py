"""What an organiser does with a library on the command line: index it, import pages, look at the reading order."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bot.order_text import order_text
from bot.reading_order import reading_orders
from bot.settings import Settings
from bot.terminal.positions_file import PositionsFile
from bot.terminal.screen import Screen, opening, problem_line
from corpus.errors import DogearError
from corpus.library import Library
from corpus.naming import find_book


class OrderRefused(DogearError):
    """No reading order can be told or drawn."""


def index_library(settings: Settings) -> None:
    """Build the vector store of a library or bring it up to date, and say what was done."""
    library = Library.load(settings.library)
    for problem in library.problems:
        problem_line(str(problem))
    start = time.monotonic()
    with ExitStack() as stack:
        report = stack.enter_context(opening(sys.stderr))
        from retrieval.door import open_retriever

        retriever = stack.enter_context(open_retriever(library, settings.data, settings.embedding_model, problem_line))
        done = retriever.refresh(report)
    count = len(library.books)
    Screen(sys.stdout).line(
        f"{count} book{'s' * (count != 1)}, {done.kept + done.embedded:,} passages in {settings.data}: "
        f"{done.books} brought up to date, {done.embedded:,} passages embedded, {done.removed:,} removed "
        f"({time.monotonic() - start:.1f} s)."
    )


def import_pages(files: Sequence[Path], book: str, settings: Settings) -> None:
    """Import pages into a book of a library, and show the report and the next step."""
    from corpus.importing import import_files

    report = import_files(files, book, settings.library)
    screen = Screen(sys.stdout)
    for line in report.lines():
        screen.line(line)
    if report.changed:
        screen.line("Read these files and correct them as you like. The next start takes them in; so does “index”.")


def show_order(settings: Settings, book: str | None, series: str | None, picture: Path | None) -> None:
    """Show in which order to read, and draw it where a picture is wanted. Raises OrderRefused."""
    books = Library.load(settings.library).books
    positions = PositionsFile(settings.data).read()[0].positions(books)
    advice = reading_orders(books, positions, book=find_book(book, books).slug if book else None, series=series)
    if not advice.recommended.steps:
        raise OrderRefused(" ".join(advice.notes))
    screen = Screen(sys.stdout)
    screen.line(order_text(advice))
    if picture is None:
        return
    if picture.suffix.lower() != ".png":
        raise OrderRefused(f"The picture is a PNG: write a name such as {picture.with_suffix('.png').name}.")
    from bot.pictures.series import draw_series

    try:
        draw_series(advice, books, picture)
    except OSError as error:
        raise OrderRefused(f"{picture} cannot be written ({error.strerror}).") from error
    screen.line(f"\nThe picture is in {picture}.")
