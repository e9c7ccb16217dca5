"""A reader's positions between runs: one small file in the data folder, for its owner alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.club.reached import Reached
from bot.terminal.reader import UNDOABLE, Places, Reader
from corpus.books import Unit
from corpus.errors import DogearError
from corpus.text import write_whole

NAME = "reader.json"
VERSION = 1
MAX_BYTES = 5_000_000


class PositionsNotKept(DogearError):
    """The positions could not be written; they hold for this conversation only."""


class PositionsFile:
    """Reads and writes a reader. A file that cannot be understood is set aside under another name, never lost."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME

    def read(self) -> tuple[Reader, str]:
        """Return the reader, and a sentence about what was wrong with the file, or nothing."""
        try:
            if self._path.stat().st_size > MAX_BYTES:
                raise ValueError("far too large")
            return _reader(json.loads(self._path.read_bytes())), ""
        except FileNotFoundError:
            return Reader(), ""
        except OSError as error:
            return (
                Reader(),
                f"Your positions in {self._path} cannot be read ({error.strerror}); this begins without them.",
            )
        except (ValueError, RecursionError):
            return Reader(), self._set_aside()

    def write(self, reader: Reader) -> None:
        """Keep a reader: the old file or the new one is there whatever happens. Raises PositionsNotKept."""
        text = json.dumps(_fields(reader), indent=1, ensure_ascii=False)
        try:
            write_whole(self._path, text)
        except OSError as error:
            why = f"{self._path} cannot be written ({error.strerror})"
            raise PositionsNotKept(f"Your positions hold for this conversation only: {why}.") from error

    def _set_aside(self) -> str:
        taken = (self._path.with_name(f"{NAME}.broken-{n}") for n in range(1, 1_000))
        aside = next((path for path in taken if not path.exists()), self._path.with_name(f"{NAME}.broken"))
        try:
            self._path.replace(aside)
        except OSError as error:
            return f"Your positions in {self._path} are not readable, and the file cannot be moved ({error.strerror})."
        return f"Your positions could not be read. The file is kept as {aside}; tell once more where you are."


def _fields(reader: Reader) -> dict[str, Any]:
    def told(places: Places) -> dict[str, Any]:
        return {slug: asdict(place) for slug, place in places.items()}

    return {
        "version": VERSION,
        "book": reader.book,
        "chosen": reader.chosen,
        "places": told(reader.places),
        "before": [told(places) for places in reader.before],
    }


def _reader(fields: object) -> Reader:
    """Return the reader that a file holds. Raises ValueError where it holds anything else."""
    if not isinstance(fields, dict) or fields.get("version") != VERSION:
        raise ValueError("not a file of positions")
    book, before = fields.get("book"), fields.get("before")
    if not isinstance(book, str | None) or not isinstance(before, list):
        raise ValueError("not a file of positions")
    stack = tuple(map(_places, before))[-UNDOABLE:]
    return Reader(book, fields.get("chosen") is True and book is not None, _places(fields.get("places")), stack)


def _places(fields: object) -> Places:
    if not isinstance(fields, dict):
        raise ValueError("not places")
    return {slug: _place(place) for slug, place in fields.items()}


def _place(fields: object) -> Reached:
    if not isinstance(fields, dict) or fields.keys() != {"marks", "of", "unit"} or fields["unit"] not in list(Unit):
        raise ValueError("not a place")
    marks, of = fields["marks"], fields["of"]
    if type(marks) is not int or type(of) is not int or not 0 <= marks <= of or of < 1:
        raise ValueError("not a place")
    return Reached(marks, of, fields["unit"])
