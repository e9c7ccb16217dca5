"""Putting imported files into a library: all of them, or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from corpus.errors import ImportRefused
from corpus.reveals import Slug


def store(library: Path, slug: Slug, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files into the folder of a book and return their paths. On an error the library is as it was.

    Everything is written beside the book first. A new book then appears by one renaming; in a book that is there,
    every file is moved into place, and what was moved is taken back if one of them cannot be.
    """
    home = library / slug
    try:
        library.mkdir(exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".importing-", dir=library))
    except OSError as error:
        raise ImportRefused(f"{library} cannot be written ({error.strerror}). Check the folder.") from error
    try:
        stage.chmod(0o755)
        for name, text in files.items():
            (stage / name).write_text(text, encoding="utf-8", newline="")
        if home.exists():
            _move_all(stage, home, sorted(files, key=lambda name: name == "book.toml"))
        else:
            stage.rename(home)
    except OSError as error:
        raise ImportRefused(f"{home} cannot be written ({error.strerror}); nothing was changed.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return tuple(home / name for name in files)


def _move_all(stage: Path, home: Path, names: list[str]) -> None:
    """Move files into place; what was there before is put back where one of them fails."""
    old = {name: (home / name).read_bytes() if (home / name).exists() else None for name in names}
    moved: list[str] = []
    try:
        for name in names:
            (stage / name).replace(home / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            before = old[name]
            if before is None:
                (home / name).unlink()
            else:
                (home / name).write_bytes(before)
        raise
