"""Where the lines of a conversation come from: a keyboard, or a pipe."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import TextIO

PROMPT = "› "


def lines_from(source: TextIO | None, out: TextIO) -> Iterator[str]:
    """Yield lines until the input ends. A person gets a prompt and can edit the line; a pipe is read as it comes."""
    if source is None:  # a process may be started with its input closed
        return
    if source.isatty() and out.isatty():
        yield from _typed()
        return
    if isinstance(source, io.TextIOWrapper):
        source.reconfigure(encoding="utf-8-sig", errors="replace")
    yield from iter(source.readline, "")


def _typed() -> Iterator[str]:
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 (its presence lets `input` edit lines and remember them)
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            print()
            return
