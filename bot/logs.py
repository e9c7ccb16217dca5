"""Logging: to standard error, one line a record, and never with a secret in it."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sys
from collections.abc import Iterable

from pydantic import SecretStr

HIDDEN = "[hidden]"
"""What stands in a log where a secret would."""

SHORTEST_SECRET = 5
"""Letters. Servers that need no key are given words such as "none", which must stay readable everywhere else."""

CHATTY = (
    "alembic",
    "chromadb",
    "filelock",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "matplotlib",
    "openai",
    "sentence_transformers",
    "urllib3",
)
"""Libraries that tell of every request and every file; they are heard from `DEBUG` on, and where they warn."""


def log_id() -> str:
    """Return a short word that finds one failure in a log."""
    return secrets.token_hex(3)


class RedactingFormatter(logging.Formatter):
    """Writes records with the secrets hidden: in the message, its arguments, the traceback and the stack.

    It works on the finished text, so it does not matter which library logged a secret, or in which pieces.
    """

    def __init__(self, secrets: Iterable[SecretStr]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%H:%M:%S")
        values = {secret.get_secret_value() for secret in secrets}
        # The longest first: a secret may hold another one.
        self._values = sorted((v for v in values if len(v) >= SHORTEST_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record without secrets."""
        try:
            text = super().format(record)
        except (TypeError, ValueError, KeyError):
            # Wrong arguments. Left to logging, they would be printed as they are.
            text = f"{record.levelname} {record.name}: {record.msg}"
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return text


class StandardError(logging.Handler):
    """Writes to what standard error is at that moment: a progress bar puts itself in its place and keeps its line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. One that cannot be written is no reason to stop."""
        with contextlib.suppress(OSError, ValueError):
            print(self.format(record), file=sys.stderr, flush=True)


def set_up_logs(level: int, secrets: Iterable[SecretStr] = ()) -> None:
    """Send all logs from `level` on to standard error, without secrets, in place of an earlier set-up."""
    handler = StandardError()
    handler.setFormatter(RedactingFormatter(secrets))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.captureWarnings(capture=True)
