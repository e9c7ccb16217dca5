"""Questions in, answers out: JSON Lines, the same order, one failed line never stopping the rest."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.start import DataFolder, LibraryFolder, app, opened
from bot.logs import failure_number, requested
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import find_book
from corpus.passages import source_line
from retrieval.gate import Audience

if TYPE_CHECKING:
    from bot.answering.engine import Discussion
    from bot.answering.reply import Reply  # at run time it would load the vector store with it

log = logging.getLogger(__name__)

WITH_TEXT = {"ask": "question", "hint": "question", "check": "message", "who": "name"}
KINDS = ("ask", "hint", "recap", "check", "order", "who")
MOST_PASSAGES = 10

MAX_LINE = 1_000_000  # bytes of a line: a question and a position, with a long id


def answer_lines(lines: Iterable[bytes], discussion: Discussion, write: Callable[[bytes], object]) -> bool:
    """Write an answer to every line that is not blank; return whether each of them was answered."""
    all_answered = True
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            with requested("batch"):
                row = answer_line(text, discussion)
            try:
                encoded = _encoded(row)
            except (ValueError, RecursionError):
                row = {"id": None, "error": "The answer to this line cannot be written as JSON. Give it a plain id."}
                encoded = _encoded(row)
            all_answered = all_answered and "error" not in row
            write(encoded)
    return all_answered


def answer_line(line: bytes, discussion: Discussion) -> dict[str, Any]:
    """Return the answer to one line, or its error, as a row to be written."""
    start = time.perf_counter()
    known: dict[str, Any] = {"id": None}
    try:
        asked = _parsed(line)
        known["id"] = asked.get("id")
        return known | _row(*_reply(asked, discussion)) | {"ms": round((time.perf_counter() - start) * 1_000, 3)}
    except DogearError as error:
        return known | {"error": str(error)}
    except Exception as error:
        number = failure_number()
        log.exception("unexpected (%s), in the line with the id %r", number, known["id"])
        return known | {
            "error": f"This is a fault of Dogear ({type(error).__name__}); the log says more under {number}."
        }


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise DogearError(f"This line is longer than {MAX_LINE // 1_000} kB. Write one question on each line.")
    try:
        asked = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        where = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        raise DogearError(f'This line is not JSON{where}. Write one object: {{"id": 1, "do": "ask", …}}.') from error
    if not isinstance(asked, dict):
        raise DogearError('This line is no object. Write one such as {"id": 1, "do": "ask", "text": "…"}.')
    return asked


def _reply(asked: Mapping[str, Any], discussion: Discussion) -> tuple[Reply, Mapping[Slug, Book]]:
    books = discussion.library.books
    do, text = asked.get("do"), asked.get("text")
    if do not in KINDS:
        raise DogearError(f"“do” is {_shown(do)}. Write one of {', '.join(KINDS)}.")
    if do in WITH_TEXT and not isinstance(text, str):
        raise DogearError(f"“text” is {_shown(text)}. Write the {WITH_TEXT[do]} as a string.")
    book = _book(asked.get("book"), books)
    audience = Audience(positions(asked.get("at"), book, books))
    slug = book.slug if book else None
    if do == "order":
        return discussion.order(audience, slug), books
    if do == "recap":
        if slug is None:
            raise DogearError("“book” is missing. A recap needs one: write its slug.")
        return discussion.recap(audience, slug), books
    put = {"ask": discussion.ask, "hint": discussion.hint, "check": discussion.check, "who": discussion.who}[do]
    return put(_whole(text), audience, slug), books


def _whole(text: object) -> str:
    """Return a string in which no half of a letter stands: JSON may hold one, and no model reads it."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _book(typed: object, books: Mapping[Slug, Book]) -> Book | None:
    if typed is None:
        return None
    if not isinstance(typed, str):
        raise DogearError(f"“book” is {_shown(typed)}. Write a book's slug as a string, or leave it out.")
    return books.get(typed) or find_book(typed, books)


def positions(at: object, book: Book | None, books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return the positions that `at` says: of the book asked about, or by slug.

    Slugs that the library does not have are passed over: they open nothing, and one file of questions may serve
    several libraries. Raises DogearError.
    """
    if at is None or (type(at) is int and at == 0):
        return {}
    if isinstance(at, dict):
        return {slug: _marks(marks, books[slug]) for slug, marks in at.items() if slug in books}
    if type(at) is not int:
        raise DogearError(f"“at” is {_shown(at)}. Write the marks finished, or positions by slug.")
    if book is None:
        raise DogearError(f'“at” is {at}, but of which book? Name it in “book”, or write {{"slug": {at}}}.')
    return {book.slug: _marks(at, book)}


def _marks(value: object, book: Book) -> int:
    if type(value) is not int or not 0 <= value <= book.marks:
        raise DogearError(f"“at” is {_shown(value)} for {book.slug}. Write a whole number from 0 to {book.marks}.")
    return value


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _row(reply: Reply, books: Mapping[Slug, Book]) -> dict[str, Any]:
    return {
        "do": reply.do, "book": reply.book, "answer": reply.answer, "answered": reply.answered,
        "withheld": reply.withheld, "passages": list(_passages(reply, books)),
        "quotes": [{"text": quote.text, "source": quote.source} for quote in reply.quotes], "hints": list(reply.hints),
        "reveals": dict(reply.reveals), "books": list(reply.books), "mode": str(reply.mode),
    }  # fmt: skip


def _passages(reply: Reply, books: Mapping[Slug, Book]) -> Iterator[dict[str, Any]]:
    for ranked in reply.passages[:MOST_PASSAGES]:
        passage = ranked.passage
        yield {
            "text": passage.text, "book": passage.book, "kind": passage.kind,
            "source": source_line(passage, books[passage.book]), "reveals": dict(passage.reveals.marks),
            "inferred": passage.inferred, "score": round(float(ranked.score), 6),
        }  # fmt: skip


def _encoded(row: Mapping[str, Any]) -> bytes:
    """Return a row as one line of UTF-8; half letters, which UTF-8 cannot hold, are escaped as JSON has it."""
    return f"{json.dumps(row, ensure_ascii=False, allow_nan=False)}\n".encode(errors="backslashreplace")


@app.command()
def batch(
    context: typer.Context,
    questions: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="QUESTIONS.jsonl", help="JSON Lines; - reads standard input.")
    ],
    library: LibraryFolder = None,
    data: DataFolder = None,
) -> None:
    """Answer questions from a file of JSON Lines.

    The order is kept, logs go to standard error, and the exit status is 1 where a line could not be answered.
    """
    settings, out = context.obj.settings(library, data), sys.stdout.buffer

    def write(row: bytes) -> None:
        out.write(row)
        out.flush()

    with redirect_stdout(sys.stderr), opened(settings) as discussion:  # whatever a library prints is no answer
        answered = answer_lines(questions, discussion, write)
    raise typer.Exit(0 if answered else 1)
