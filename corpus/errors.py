"""Errors of libraries, positions and imports; other packages' errors build on DogearError too."""

from pathlib import Path


class DogearError(Exception):
    """An error whose message tells people what to do."""


class LibraryProblem(DogearError):
    """A mistake in a library: the file, the line (0 for the whole file), what is wrong, and the cure."""

    def __init__(self, path: Path, line: int, what: str, cure: str, *, fatal: bool = True) -> None:
        self.path, self.line, self.what, self.cure, self.fatal = path, line, what, cure, fatal
        name = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))
        where = f"{name}:{line}" if line else name
        super().__init__(f"{where}: {what} {cure}")


class PositionError(DogearError):
    """A reported position that cannot be understood; the message shows examples."""


class ImportRefused(DogearError):
    """A file that cannot be imported; nothing was changed."""
