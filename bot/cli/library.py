"""What an organiser does with a library on the command line: index and import, see what was placed, and the order."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.reader import PositionsFile
from bot.cli.screen import Screen, opening, problem_line
from bot.cli.start import DataFolder, LibraryFolder, app
from bot.reading_order.advice import order_text, reading_orders
from bot.settings import Settings
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.library import Library
from corpus.names import find_book
from corpus.passages import Passage
from corpus.text import plural

LEAST_CERTAIN = 5  # passages that are shown one by one
FIRST_LETTERS = 80  # letters of a passage by which it is found again in its file


def placed_lines(book: Book, passages: Iterable[Passage], documents: Collection[str] = ()) -> list[str]:
    """Return how the text of a book was placed, document by document; of these documents, if any are named."""
    looked_at = [p for p in passages if not documents or p.document in documents]
    guessed = [p for p in looked_at if p.inferred]
    if not guessed:
        return [f"{book.title}: all of it is labelled."] if looked_at else []
    by_document = groupby(sorted(looked_at, key=lambda p: p.document), lambda p: p.document)
    lines = [f"{book.title}: where the text without labels was placed"]
    lines += [f"  {name}: {_summed(list(found), book)}" for name, found in by_document]
    lines.append("Least certain; look at these first:")
    for passage in sorted(guessed, key=lambda p: (_waits(p, book), p.certainty, p.order))[:LEAST_CERTAIN]:
        sure = "" if _waits(passage, book) else f", {_sureness(passage.certainty)}"
        beginning = shorten(passage.text, FIRST_LETTERS, placeholder="…")
        marks = passage.reveals.marks
        label = ", ".join(f"{slug}={mark}" for slug, mark in marks.items())
        label = str(passage.mark) if marks.keys() <= {book.slug} else label
        lines.append(f"  {passage.document}, {book.reading_name(passage.mark)}{sure}: “{beginning}”")
        lines.append(f"      <!-- reveals: {label} -->")
    cure = "Write such a line above a paragraph with the mark that you know to be right; it always wins."
    return [*lines, f"{cure} 0 gives nothing away, {book.marks} is the end."]


def _summed(passages: Sequence[Passage], book: Book) -> str:
    """Return how many passages of a document are labelled, placed, and left for the end, and where they landed."""
    guessed = [p for p in passages if p.inferred]
    before = [p for p in guessed if not _waits(p, book)]
    told = [plural(len(passages), "passage"), f"{len(passages) - len(guessed)} labelled"]
    if before:
        marks, sure = [p.mark for p in before], sum(p.certainty for p in before) / len(before)
        span = " to ".join(dict.fromkeys(map(book.reading_name, (min(marks), max(marks)))))
        told.append(f"{len(before)} placed at {span}, {_sureness(sure)}")
    told.append(f"{len(guessed) - len(before)} waiting for the end of the book")
    return "; ".join(told)


def _sureness(certainty: float) -> str:
    return f"{100 * certainty:.0f}% sure" if certainty else "by its share of the text alone"


def _waits(passage: Passage, book: Book) -> bool:
    return passage.mark >= book.marks


if TYPE_CHECKING:
    from retrieval.retriever import Retriever  # at run time it would load the models with it

Progress = Callable[[int, int], None]  # called with passages embedded so far and passages to embed


@app.command()
def index(context: typer.Context, library: LibraryFolder = None, data: DataFolder = None) -> None:
    """Build the vector store, or bring it up to date."""
    settings = context.obj.settings(library, data)
    read, start = _read(settings), time.monotonic()
    with _opened(read, settings, replacing=True) as (retriever, progress):
        done = retriever.refresh(progress)
    where = settings.chroma.name if settings.chroma else settings.data
    Screen(sys.stdout).line(
        f"{plural(len(read.books), 'book')}, {done.kept + done.embedded:,} passages in {where}: "
        f"{done.books} brought up to date, {done.embedded:,} passages embedded, {done.removed:,} removed "
        f"({time.monotonic() - start:.1f} s)."
    )


@app.command("import")
def import_(
    context: typer.Context,
    book: Annotated[str, typer.Option("--book", help="The slug of the book that they are about.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="E-books (EPUB), saved pages, guides (also .docx, PDF), notes, texts."),
    ] = None,
    library: LibraryFolder = None,
    data: DataFolder = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Of an e-book, take the table of contents alone, not its words.")
    ] = False,
    chapters: Annotated[int | None, typer.Option(min=1, max=1_000, help="How many chapters the book has.")] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="The files are about this book, I know it.")] = False,
    look_up: Annotated[
        bool, typer.Option("--look-up", help="Take what open catalogues have about the book, too (docs/sources.md).")
    ] = False,
) -> None:
    """Import files about a book into a library, with a report."""
    from corpus.importing import import_files

    settings = context.obj.settings(library, data, quiet=True)
    screen = Screen(sys.stdout)
    with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
        paths = [*(files or []), *(_looked_up(book, settings, Path(folder)) if look_up else [])]
        taken = {"text": not no_text, "unchecked": unchecked, "waits": look_up}
        report = import_files(paths, book, settings.library, chapters=chapters, **taken)
    screen.line("\n".join(report.lines()))
    if not report.changed:
        return
    screen.line("Look through these files and correct them. The next start reads them, and so does “index”.")
    try:
        screen.line(_placed(_read(settings), settings, [book], {path.name for path in report.written}))
    except DogearError as error:
        problem_line(f"The files are written, but where their text is placed cannot be told now: {error}")
    screen.line(f"This shows it again: python run_bot.py placed {book}")


def _looked_up(slug: Slug, settings: Settings, folder: Path) -> list[Path]:
    """Return what open catalogues have about a book of the library, as files, and say what could not be had."""
    from bot.catalogues import CatalogueProblem, Catalogues

    book, catalogues, paths = find_book(slug, Library.load(settings.library).books), Catalogues(settings), []
    asking = {"facts.json": catalogues.facts, "cast.json": catalogues.cast, "wikipedia.wiki": catalogues.article}
    for name, ask in asking.items():
        try:
            (folder / name).write_bytes(asyncio.run(ask(book.title, book.author)))
            paths.append(folder / name)
        except CatalogueProblem as problem:
            problem_line(str(problem))
    return paths


@app.command()
def placed(
    context: typer.Context,
    book: Annotated[str | None, typer.Argument(metavar="BOOK", help="Slug or title; otherwise all books.")] = None,
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Show where unlabelled text was placed, least certain first."""
    settings = context.obj.settings(library, data, quiet=True)
    read = _read(settings)
    wanted = [find_book(book, read.books).slug] if book else list(read.books)
    Screen(sys.stdout).line(_placed(read, settings, wanted))


def _read(settings: Settings) -> Library:
    """Read a library, and say what is wrong with its files."""
    library = Library.load(settings.library)
    for problem in library.problems:
        problem_line(str(problem))
    return library


def _placed(library: Library, settings: Settings, slugs: Iterable[Slug], documents: Collection[str] = ()) -> str:
    """Bring the store of a library up to date, and return where the text of some of its books was placed."""
    with _opened(library, settings) as (retriever, progress):
        retriever.refresh(progress)
        placed = [placed_lines(library.books[slug], retriever.placed_for_the_owner(slug), documents) for slug in slugs]
        return "\n".join(line for lines in placed for line in lines)


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
        with open_retriever(library, settings.data, *where, replacing=replacing, at_once=False) as retriever:
            yield retriever, progress


@app.command()
def order(
    context: typer.Context,
    book: Annotated[str | None, typer.Option("--book", help="What to read on the way to this book.")] = None,
    series: Annotated[str | None, typer.Option("--series", help="In which order to read this series.")] = None,
    picture: Annotated[Path | None, typer.Option("--picture", help="Draw it, too: a PNG file.", dir_okay=False)] = None,
    library: LibraryFolder = None, data: DataFolder = None,
) -> None:  # fmt: skip
    """Show in which order to read a book’s series, or all books."""
    settings = context.obj.settings(library, data, quiet=True)
    books = Library.load(settings.library).books
    positions = PositionsFile(settings.data).read()[0].positions(books)
    advice = reading_orders(books, positions, book=find_book(book, books).slug if book else None, series=series)
    if not advice.recommended.steps:
        raise DogearError(" ".join(advice.notes))
    screen = Screen(sys.stdout)
    screen.line(order_text(advice))
    if picture is None:
        return
    if picture.suffix.lower() != ".png":
        raise DogearError(f"The picture is a PNG: write a name such as {picture.with_suffix('.png').name}.")
    from bot.features.order.picture import series_page

    try:
        picture.write_bytes(series_page(advice, books).png())
    except OSError as error:
        raise DogearError(f"{picture} cannot be written ({error.strerror}).") from error
    screen.line(f"\nThe picture is in {picture}.")
