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
    request = Request(_new_id(), what, club)
    _NOW.set(request)
    return request


@contextmanager
def requested(what: str) -> Iterator[Request]:
    """Let what is done within the block belong to a request of its own."""
    request = Request(_new_id(), what)
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
    return request.id if request else _new_id()


def _new_id() -> str:
    return secrets.token_hex(4)


HIDDEN = "[hidden]"
"""What stands in a log where a secret would."""

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


class RedactingFormatter(logging.Formatter):
    """Writes records with the secrets hidden: in the message, its arguments, the traceback and the stack.

    It works on the finished text, so it does not matter which library logged a secret, or in which pieces.
    """

    def __init__(self, secrets: Iterable[SecretStr], shards: str = "") -> None:
        whose = f" {shards}" if shards else ""
        super().__init__(f"%(asctime)s{whose} %(levelname)s %(name)s: %(of_request)s%(message)s", datefmt="%H:%M:%S")
        self._shards = shards
        values = {secret.get_secret_value() for secret in secrets}
        # The longest first: a secret may hold another one.
        self._values = sorted((v for v in values if len(v) >= SHORTEST_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record without secrets."""
        request = request_now()
        record.of_request = f"[{request.id}] " if request else ""
        try:
            text = super().format(record)
        except (TypeError, ValueError, KeyError):
            # Wrong arguments. Left to logging, they would be printed as they are.
            text = f"{record.levelname} {record.name}: {record.msg}"
        return self.without_secrets(text)

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
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = str(record.msg)
        row: dict[str, str | int] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
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

ACKNOWLEDGEMENTS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Discord waits for three."""

LATE = (1.0, 5.0, 30.0, 60.0, 300.0, 3_600.0, 86_400.0)
"""Seconds: what is a day late is no longer done without being asked."""


class Meter:
    """Counts what happened, from any thread, for Prometheus to collect from `registry`. Times are in seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        count, times = self._counter, self._times
        self._answers = count("answers", "Questions answered, by what was asked for and how", "do", "how")
        self._answering = times("answer_seconds", "Time until an answer was made", ANSWERS, "how")
        self._stopped = count("guard_stopped_sentences", "Sentences that the guard kept from members")
        self._model = count("model_calls", "Calls of the chat model, by how they ended", "outcome")
        self._asking_model = times("model_seconds", "Time that calls of the chat model took", ANSWERS)
        self._waits = times("wait_seconds", "Time for which work waited for a thread", ANSWERS)
        self._refused = count("refused", "Questions not taken: whose limit was reached, or leaving", "why")
        acknowledging = "Time until Discord knew that an interaction was heard"
        self._acknowledging = times("acknowledgement_seconds", acknowledging, ACKNOWLEDGEMENTS)
        self._called = count("discord_calls", "Calls of Discord’s API, by the status of the answer", "status")
        self._reconnects = count("gateway_reconnects", "Shards that were connected again")
        self._timed = count("timed_work", "Times that timed work was due, by its kind and outcome", "kind", "outcome")
        self._late = times("timed_work_late_seconds", "Time from when timed work was due until it began", LATE)
        self._logged = count("log_records", "Warnings and errors in the log", "level")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"dogear_{name}", what, labels, registry=self.registry)

    def _times(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"dogear_{name}", what, labels, buckets=buckets, registry=self.registry)

    def answered(self, do: str, how: str, seconds: float) -> None:
        """Count an answer; `how` is “quote”, “model”, “fallback”, or “neutral” where nothing visible answered."""
        self._answers.labels(do, how).inc()
        self._answering.labels(how).observe(seconds)

    def stopped(self, sentences: int) -> None:
        """Count sentences of a chat model that the guard stopped."""
        self._stopped.inc(sentences)

    def asked_model(self, outcome: str, seconds: float) -> None:
        """Count a call of the chat model: “answered”, “refused”, “failed”, “late”, “busy”, “paused” or “given up”."""
        self._model.labels(outcome).inc()
        self._asking_model.observe(seconds)

    def waited(self, seconds: float) -> None:
        """Note how long a piece of work waited for a thread."""
        self._waits.observe(seconds)

    def refused(self, why: str) -> None:
        """Count a question not taken: the limit of the “member” or of the “club”, or the bot is “leaving”."""
        self._refused.labels(why).inc()

    def acknowledged(self, seconds: float) -> None:
        """Note how long it took until Discord had heard that we heard."""
        self._acknowledging.observe(seconds)

    def called(self, status: str) -> None:
        """Count a call of Discord's API: “2xx”, “429”, “5xx”, or “none” where it did not answer."""
        self._called.labels(status).inc()

    def reconnected(self) -> None:
        """Count a shard that came back."""
        self._reconnects.inc()

    def timed(self, kind: str, outcome: str, late: float) -> None:
        """Count timed work of a kind that was “done” or “failed”, and how long after its time it began."""
        self._timed.labels(kind, outcome).inc()
        self._late.observe(late)

    def logged(self, level: str) -> None:
        """Count a warning or an error in the log."""
        self._logged.labels(level).inc()
