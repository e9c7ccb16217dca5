"""What nobody expected: one line for the reader, and the whole of it in the log under a number."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from pydantic import SecretStr

from bot.logs import RedactingFormatter
from bot.requests import failure_number

log = logging.getLogger(__name__)

LOG = "dogear.log"
"""In the data folder: a conversation shows no tracebacks."""


def write_down(error: BaseException, folder: Path, hidden: Iterable[SecretStr]) -> str:
    """Write an error with its traceback into the log of a data folder; return one line that says where it is.

    Where the file cannot be written, standard error gets it.
    """
    number = failure_number()
    where = f"{folder / LOG} under {number}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{_text(error, number, hidden)}\n")
    except OSError:
        log.error("unexpected (%s)", number, exc_info=error)
        where = f"the lines above, under {number}"
    return f"Dogear did not expect this ({type(error).__name__}). It is written down in {where}; please report it."


def _text(error: BaseException, number: str, hidden: Iterable[SecretStr]) -> str:
    formatter = RedactingFormatter(hidden)
    formatter.datefmt = "%Y-%m-%d %H:%M:%S"
    trace = (type(error), error, error.__traceback__)
    return formatter.format(log.makeRecord(log.name, logging.ERROR, __file__, 0, "unexpected (%s)", (number,), trace))
