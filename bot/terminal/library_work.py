"""What an organiser does with a library on the command line: index and import, see what was placed, and the order."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.order_text import order_text
from bot.reading_order import reading_orders
from bot.settings import Settings
from bot.terminal.placed_text import placed_lines
from bot.terminal.positions_file import PositionsFile
from bot.terminal.screen import Screen, opening, problem_line
from corpus.books import Slug
from corpus.errors import DogearError
from corpus.library import Library
from corpus.names import find_book
from corpus.text import plural

if TYPE_CHECKING:
    from retrieval.retriever import Retriever  # at run time it would load the models with it

Progress = Callable[[int, int], None]
"""Called with passages embedded so far and passages to embed."""


class OrderRefused(DogearError):
    """No reading order can be told or drawn."""


def index_library(settings: Settings) -> None:
    """Build the vector store of a library or bring it up to date, and say what was done."""
    library = _read(settings)
    start = time.monotonic()
    with _opened(library, settings, replacing=True) as (retriever, progress):
        done = retriever.refresh(progress)
    where = settings.chroma.name if settings.chroma else settings.data
    count = len(library.books)
    Screen(sys.stdout).line(
        f"{plural(count, 'book')}, {done.kept + done.embedded:,} passages in {where}: "
        f"{done.books} brought up to date, {done.embedded:,} passages embedded, {done.removed:,} removed "
        f"({time.monotonic() - start:.1f} s)."
    )


def import_pages(files: Sequence[Path], book: str, settings: Settings, *, files_only: bool = False) -> None:
    """Import pages into a book of a library, take them in, and show what was done and where the text was placed."""
    from corpus.importing import import_files

    report = import_files(files, book, settings.library)
    screen = Screen(sys.stdout)
    for line in report.lines():
        screen.line(line)
    if not report.changed:
        return
    screen.line("Read these files and correct them as you like. The next start takes them in; so does “index”.")
    if files_only:
        return
    try:
        lines = _placed(_read(settings), settings, [book], {path.name for path in report.written})
    except DogearError as error:
        problem_line(f"The files are written, but where their text is placed cannot be told now: {error}")
    else:
        for line in lines:
            screen.line(line)
    screen.line(f"This shows it again: python run_bot.py placed {book}")


def show_placed(settings: Settings, book: str | None) -> None:
    """Show where the unlabelled text of a book or of all books was placed, and what to look at. Raises UnknownBook."""
    library = _read(settings)
    wanted = [find_book(book, library.books).slug] if book else list(library.books)
    screen = Screen(sys.stdout)
    for line in _placed(library, settings, wanted):
        screen.line(line)


def _read(settings: Settings) -> Library:
    """Read a library, and say what is wrong with its files."""
    library = Library.load(settings.library)
    for problem in library.problems:
        problem_line(str(problem))
    return library


def _placed(library: Library, settings: Settings, slugs: Iterable[Slug], documents: Collection[str] = ()) -> list[str]:
    """Bring the store of a library up to date, and return where the text of some of its books was placed."""
    with _opened(library, settings) as (retriever, progress):
        retriever.refresh(progress)
        return [
            line
            for slug in slugs
            for line in placed_lines(library.books[slug], retriever.placed_for_the_owner(slug), documents)
        ]


@contextmanager
def _opened(
    library: Library, settings: Settings, *, replacing: bool = False
) -> Iterator[tuple[Retriever, Progress | None]]:
    """Open a library's store, and yield with it what shows the progress of bringing it up to date.

    On a Chroma server, the passages of another library are left alone unless these are `replacing` them.
    """
    with opening(sys.stderr) as progress:
        from retrieval.retriever import open_retriever

        where = settings.embedding_model, problem_line, settings.chroma
        with open_retriever(library, settings.data, *where, replacing=replacing) as retriever:
            yield retriever, progress


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
