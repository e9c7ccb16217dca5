"""Where text from outside enters, each as one function of bytes: it returns where the rule holds, and raises where not.

The rule: a value, or one of the project's own errors with a sentence that helps; and nothing is written elsewhere.
"""

import atexit
import datetime as dt
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

from bot.answering.model_reply import plain
from bot.cli.batch import answer_lines
from bot.discord.cards import one_line, safe
from bot.features.schedules.words import read_wish
from bot.features.votes.rules import LATEST, SOONEST, candidate
from bot.ops.backup import DATABASE, MANIFEST, unpack
from bot.times import find_zone, read_moment, search_zones
from corpus.books import Unit
from corpus.errors import DogearError
from corpus.importing import import_files
from corpus.library import Library
from corpus.names import find_book, names_in
from corpus.positions import parse_part, parse_position
from tests.corpus.shelf import PEOPLE, TINKER, Shelf, novel
from tests.fakes.discussion import NotedDiscussion, small_discussion

Target = Callable[[bytes], None]

NOW = dt.datetime(2027, 3, 5, 19, tzinfo=dt.UTC)
LONGEST_SENTENCE = 2_000
"""Characters of an error: it repeats a little of what was typed, and never all of it."""


def held(work: Callable[[], object]) -> None:
    """Do something that is not false; one of our own errors is as good as a value, if it is a sentence that helps."""
    try:
        assert work() is not False, "a value that nothing may have"
    except DogearError as error:
        told = str(error)
        assert told.strip(), "an error that says nothing"
        assert len(told) <= LONGEST_SENTENCE, "an error that repeats all that was typed"
        assert "Traceback" not in told


def typed(data: bytes) -> str:
    """Return what somebody may have typed: any letters, halves of letters included, as JSON can bring them."""
    return data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace") if _is_text(data) else repr(data)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def page(name: str) -> Target:
    """Return a target that imports the bytes as a page of this name; a refusal leaves the library as it was."""

    def read(data: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            shelf = Shelf(Path(folder) / "library")
            (Path(folder) / name).write_bytes(data)
            held(lambda: import_files([Path(folder) / name], PEOPLE, shelf.folder))
            assert {path.name for path in Path(folder).iterdir()} == {"library", name}
            assert {path.name for path in shelf.folder.iterdir()} == {PEOPLE}
            assert shelf.load().problems == ()

    return read


def book_file(data: bytes) -> None:
    """Read the bytes as a book.toml beside a book that is whole."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        shelf.book(TINKER)
        (shelf.folder / TINKER / "book.toml").write_bytes(data)
        _loaded(shelf)


def document(data: bytes) -> None:
    """Read the bytes as a document of a book."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        (shelf.folder / PEOPLE / "notes.md").write_bytes(data)
        library, lines = _loaded(shelf), data.count(b"\n") + data.count(b"\r") + 1
        assert all(1 <= problem.line <= lines for problem in library.problems if not problem.fatal)
        for read in library.documents[PEOPLE]:
            for block in read.blocks:
                assert 1 <= block.line <= lines
                assert all(0 <= mark <= 27 for mark in block.reveals.marks.values()) if block.reveals else True


def _loaded(shelf: Shelf) -> Library:
    library = shelf.load()
    assert PEOPLE in library.books
    assert all(str(problem).isprintable() or problem.cure for problem in library.problems)
    library.fingerprint(PEOPLE)
    return library


def position(data: bytes) -> None:
    """Read the bytes as where somebody is."""
    for book in (novel(), novel(marks=1), novel(marks=100, unit=Unit.PERCENT)):
        held(lambda: 0 <= parse_position(typed(data), book) <= book.marks)  # noqa: B023 (called at once)
        held(lambda: all(0 <= mark <= book.marks + 1 for mark in parse_part(typed(data), book)))  # noqa: B023


def phrase(data: bytes) -> None:
    """Read the bytes as an organiser's words, as a moment, and as when a vote closes."""
    words = typed(data)
    held(lambda: read_wish(words, NOW))
    held(lambda: read_moment(words, NOW))
    held(lambda: read_moment(words, NOW, "UTC", SOONEST, LATEST))
    held(lambda: (find_zone(words), search_zones(words)))


def name(data: bytes) -> None:
    """Read the bytes as the name of a book, and look for names in them."""
    words, books = typed(data), {book.slug: book for book in (novel(), novel(TINKER, 38))}
    held(lambda: find_book(words, books).slug in books)
    held(lambda: set(names_in(words, books)) <= books.keys())
    held(lambda: candidate(words, books))


def shown(data: bytes) -> None:
    """Show the bytes in Discord, and take a model's mark-up out of them."""
    words = typed(data)
    assert "@everyone" not in safe(words)
    assert len(one_line(words, 100)) <= 100
    plain(words)


def batch(data: bytes) -> None:
    """Answer the bytes as lines of questions: a line for each that is not blank, and never a fault of ours."""
    written: list[bytes] = []
    lines = io.BytesIO(data).readlines()
    answer_lines(lines, _discussion(), written.append)
    assert len(written) == sum(
        bool(line.removeprefix(b"\xef\xbb\xbf" * (n == 0)).strip()) for n, line in enumerate(lines)
    )
    for line in written:
        assert "a fault of Dogear" not in json.loads(line).get("error", "")


@lru_cache(maxsize=1)
def _discussion() -> NotedDiscussion:
    """Open a discussion once, until the process ends."""
    opened = ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(small_discussion(Path(opened.enter_context(tempfile.TemporaryDirectory()))))


def archive(data: bytes) -> None:
    """Unpack the bytes as a backup: whole or refused, and nothing beside the folder."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "into"
        into.mkdir()
        (Path(folder) / "a.zip").write_bytes(data)
        held(lambda: unpack(Path(folder) / "a.zip", into))
        assert {path.name for path in Path(folder).iterdir()} == {"a.zip", "into"}


def _packed() -> bytes:
    """Return a small archive with one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(MANIFEST, json.dumps({"format": 2, "made": "", "database": "7", "rows": {}}))
        packed.writestr(DATABASE, "x")
    return made.getvalue()


TARGETS: Mapping[str, tuple[Target, tuple[bytes, ...]]] = {
    "page-text": (page("page.txt"), ("Smiley's People by John le Carré, a note.\n\n==Plot== It begins.\n".encode(),)),
    "page-markdown": (page("page.md"), ("---\nreveals: 0\n---\n# Smiley's People\n\n- by John le Carré\n".encode(),)),
    "page-html": (
        page("page.html"), ("<title>Smiley's People</title><body><h1>Smiley's People</h1><p>by John le Carré".encode(),)
    ),
    "book-file": (book_file, (
        b'title = "T"\nauthor = "A"\nunit = "part"\nmarks = 3\n[[parts]]\nlast_mark = 3\n',
        b"[[requires]]\nbook = 'x'\n",
    )),
    "document": (document, (
        b"---\nkind: review\nreveals: {smileys-people: 3}\n---\n# A\n<!-- reveals: 7 -->\n- b (2 likes)\n",
        b"## Part 2\n\nx",
    )),
    "position": (position, (b"in chapter 7 of 27", b"pages 12-20", b"twenty-one %", b"since part two")),
    "phrase": (
        phrase, (b"Fridays at 8pm, 5 chapters a week, from next week", b"in 3 hours", b"48 hours Europe/London")
    ),
    "name": (name, (b"Smiley's People", b"tinker, tailor")),
    "shown": (shown, (b"<@1> ||a|| [b](https://c.d) @everyone", b"\x1b[31m `c`")),
    "batch": (batch, (b'{"id": 1, "do": "ask", "book": "the-moonstone", "at": 2, "text": "Who?"}\n',)),
    "archive": (archive, (_packed(),)),
}  # fmt: skip
"""Every target by its name, with what to begin from."""
