"""What can be wrong with a library, a position or an imported file.

DogearError
├── LibraryProblem      a file of a library: where it is wrong, and what to write instead
├── PositionError       a report of progress that cannot be understood
├── UnknownBook         a name that no book answers to (corpus/names.py)
└── ImportRefused       a file that cannot be imported; nothing was changed
"""

from __future__ import annotations

from pathlib import Path


class DogearError(Exception):
    """An error whose message a person can act on."""


def shown_path(path: Path) -> str:
    """Return a path as an error names it: on one line, in letters that every log and terminal can show."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))


class LibraryProblem(DogearError):
    """Something wrong in a library: the file, the line (from 1, 0 for the file as a whole) and the cure."""

    def __init__(self, path: Path, line: int, what: str, cure: str, *, fatal: bool = True) -> None:
        self.path, self.line, self.what, self.cure, self.fatal = path, line, what, cure, fatal
        name = shown_path(path)
        where = f"{name}:{line}" if line else name
        super().__init__(f"{where}: {what} {cure}")


class PositionError(DogearError):
    """A report of progress that is none; its message shows what is understood."""


class ImportRefused(DogearError):
    """A file that was not imported; nothing was changed."""
