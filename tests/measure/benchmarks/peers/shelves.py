"""Libraries of a size with the stores of all contenders, built once and kept in a work folder.

The shipped library is always there, with its real vectors; made-up books fill it up to the size. Up to REAL passages
they are embedded like real ones, above they get made-up vectors.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.library import SHIPPED, Library
from retrieval.store import LAYOUT
from tests.fakes.bookshelf import write_book
from tests.measure.benchmarks.peers.filling import REAL, fill_dogear, fill_peers, stretches
from tests.measure.benchmarks.peers.made_up_books import CHAPTERS, books_for, made_up


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library of a size on disk, with the folders of the stores."""

    folder: Path
    size: int

    @property
    def library(self) -> Path:
        """Its books."""
        return self.folder / "library"

    @property
    def dogear(self) -> Path:
        """Dogear's data folder."""
        return self.folder / "dogear"

    @property
    def peers(self) -> Path:
        """The Chroma folder of the peers."""
        return self.folder / "peers"


def shelf(work: Path, size: int, model: Path, say: Callable[[str], None]) -> Shelf:
    """Return a library of a size with its stores; whatever is not there yet is built."""
    found, shipped = Shelf(work / str(size), size), Library.load(SHIPPED)
    books = books_for(size, len(stretches(shipped)))
    text = _digest(path.read_bytes() for path in sorted(SHIPPED.rglob("*.*")))
    read = _digest(shipped.fingerprint(slug).encode() for slug in shipped.books)
    real = size <= REAL

    def peers() -> None:
        fill_peers(found.peers, books, model, real=real, say=say)

    def dogear() -> None:
        fill_dogear(found.dogear, Library.load(found.library), books, real=real, say=say)

    _once(found.library, text, books, lambda: write_library(found.library, books), say)
    _once(found.peers, text, books, peers, say)
    _once(found.dogear, f"{read}, layout {LAYOUT}", books, dogear, say)
    return found


def write_library(folder: Path, books: int) -> None:
    """Write the shipped library and so many made-up books."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SHIPPED, folder)
    for book in made_up(books):
        write_book(folder, book.slug, {"summary.md": book.summary}, marks=CHAPTERS)


def _digest(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def _stamp(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _noted(folder: Path) -> tuple[str, int]:
    """Return of what a folder was built to its end, and with how many made-up books."""
    if not (folder.exists() and _stamp(folder).exists()):
        return "", 0
    told = json.loads(_stamp(folder).read_text(encoding="utf-8"))
    return told["of"], told["books"]


def _once(folder: Path, key: str, books: int, build: Callable[[], object], say: Callable[[str], None]) -> None:
    """Build a folder, unless it was built to its end of the same."""
    if _noted(folder) == (key, books):
        return
    shutil.rmtree(folder, ignore_errors=True)
    _stamp(folder).unlink(missing_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    build()
    seconds = round(time.perf_counter() - start, 1)
    _stamp(folder).write_text(json.dumps({"of": key, "books": books, "seconds": seconds}), encoding="utf-8")
    say(f"{folder}: built in {seconds} s")
