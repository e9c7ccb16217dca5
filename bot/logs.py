"""Logging: to standard error, one line a record, and never with a secret in it."""

import contextlib
import datetime as dt
import json
import logging
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that is asked for: its id, what it is, such as a command's name, and the club that it is asked in."""

    id: str
    what: str = ""
    club: int | None = None


_NOW: ContextVar[Request | None] = ContextVar("request", default=None)


def begin_request(what: str, club: int | None = None) -> Request:
    """Let all that this task does from now on belong to a request of its own."""
    request = Request(secrets.token_hex(4), what, club)
    _NOW.set(request)
    return request


@contextmanager
def requested(what: str) -> Iterator[Request]:
    """Let what is done within the block belong to a request of its own."""
    request = Request(secrets.token_hex(4), what)
    before = _NOW.set(request)
    try:
        yield request
    finally:
        _NOW.reset(before)


def request_now() -> Request | None:
    """Return the request that this task works for, if there is one."""
    return _NOW.get()


def failure_number() -> str:
    """Return the word under which the log has more: the id of the request, or one for this failure alone."""
    request = _NOW.get()
    return request.id if request else secrets.token_hex(4)


HIDDEN = "[hidden]"  # what stands in a log where a secret would

SHORTEST_SECRET = 5
"""Letters. Servers that need no key are given words such as "none", which must stay readable everywhere else."""

CHATTY = (
    "aiohttp.access", "alembic", "chromadb", "filelock", "httpcore", "httpcore2", "httpx", "httpx2", "matplotlib",
    "openai", "sentence_transformers", "urllib3",
)  # fmt: skip
"""Libraries that tell of every request and every file; they are heard from `DEBUG` on, and where they warn."""


class LogFormat(StrEnum):
    """For whom the log is: for people, or for programs that collect logs."""

    TEXT = "text"
    JSON = "json"


def _message(record: logging.LogRecord) -> str:
    """Return the message of a record. With wrong arguments it goes without: left to logging, they would be printed."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


class RedactingFormatter(logging.Formatter):
    """Writes records with the secrets hidden: in the message, its arguments, the traceback and the stack.

    It works on the finished text, so it does not matter which library logged a secret, or in which pieces.
    """

    def __init__(self, secrets: Iterable[SecretStr], shards: str = "") -> None:
        whose = f" {shards}" if shards else ""
        super().__init__(f"%(asctime)s{whose} %(levelname)s %(name)s: %(of_request)s%(message)s")
        self._shards = shards
        values = {secret.get_secret_value() for secret in secrets}
        # The longest first: a secret may hold another one.
        self._values = sorted((v for v in values if len(v) >= SHORTEST_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record without secrets."""
        request = request_now()
        record.of_request = f"[{request.id}] " if request else ""
        record.msg, record.args = _message(record), None
        return self.without_secrets(super().format(record))

    def without_secrets(self, text: str) -> str:
        """Return a text in which every secret is hidden."""
        for value in self._values:
            text = text.replace(value, HIDDEN)
        return text


class JsonFormatter(RedactingFormatter):
    """Writes each record as one object on one line.

    It holds these fields and no others: what a library puts into a record besides its message stays out of the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the object of a record without secrets, as one line."""
        row: dict[str, str | int] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if self._shards:
            row["shards"] = self._shards
        if request := request_now():
            row |= {"request": request.id, "what": request.what}
            if request.club is not None:
                row["club"] = request.club
        if record.exc_info:
            row["trace"] = self.formatException(record.exc_info)
        if record.stack_info:
            row["stack"] = record.stack_info
        # Hidden before it becomes JSON, which may write a letter of a secret in another way.
        return json.dumps({k: self.without_secrets(v) if isinstance(v, str) else v for k, v in row.items()})


class StandardError(logging.Handler):
    """Writes to what standard error is at that moment: a progress bar puts itself in its place and keeps its line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. One that cannot be written is no reason to stop."""
        with contextlib.suppress(OSError, ValueError):
            print(self.format(record), file=sys.stderr, flush=True)


FORMATTERS = {LogFormat.TEXT: RedactingFormatter, LogFormat.JSON: JsonFormatter}


def set_up_logs(
    level: int, secrets: Iterable[SecretStr] = (), form: LogFormat = LogFormat.TEXT, shards: str = ""
) -> None:
    """Send all logs from `level` on to standard error, without secrets, in place of an earlier set-up.

    `shards` are those of this process, where others have the rest: then every record says so.
    """
    handler = StandardError()
    handler.setFormatter(FORMATTERS[form](secrets, shards))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


ANSWERS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
"""Seconds: a quote takes some hundredths, a chat model some seconds."""

LATE = (1.0, 5.0, 30.0, 60.0, 300.0, 3_600.0, 86_400.0)
"""Seconds: what is a day late is no longer done without being asked."""


COUNTERS: dict[str, tuple[str, ...]] = {
    "answers": ("Questions answered, by what was asked for and how: a mode, or “neutral”", "do", "how"),
    "guard_stopped_sentences": ("Sentences that the guard kept from members",),
    "model_calls": ("Calls of the chat model, by how they ended", "outcome"),
    "refused": ("Questions not taken: whose limit was reached, or leaving", "why"),
    "gateway_reconnects": ("Shards that were connected again",),
    "timed_work": ("Times that timed work was due, by its kind and outcome", "kind", "outcome"),
    "log_records": ("Warnings and errors in the log", "level"),
}
"""What is counted: what each figure means, and its labels."""

TIMES: dict[str, tuple[tuple[float, ...], str, *tuple[str, ...]]] = {
    "answer_seconds": (ANSWERS, "Time until an answer was made", "how"),
    "model_seconds": (ANSWERS, "Time that calls of the chat model took"),
    "wait_seconds": (ANSWERS, "Time for which work waited for a thread"),
    "timed_work_late_seconds": (LATE, "Time from when timed work was due until it began"),
}
"""What is timed: its buckets, what each figure means, and its labels."""


class Meter:
    """Counts and times what happened, from any thread, for Prometheus to collect from `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        self._counters = {
            name: Counter(f"dogear_{name}", what, labels, registry=self.registry)
            for name, (what, *labels) in COUNTERS.items()
        }
        self._times = {
            name: Histogram(f"dogear_{name}", what, labels, buckets=buckets, registry=self.registry)
            for name, (buckets, what, *labels) in TIMES.items()
        }

    def count(self, name: str, *labels: str, number: int = 1) -> None:
        """Count something that happened, with the values of its labels."""
        counter = self._counters[name]
        (counter.labels(*labels) if labels else counter).inc(number)

    def time(self, name: str, seconds: float, *labels: str) -> None:
        """Note how long something took, with the values of its labels."""
        times = self._times[name]
        (times.labels(*labels) if labels else times).observe(seconds)
