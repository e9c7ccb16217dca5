"""What a log line belongs to: each thing that is asked of Dogear has an id of its own, wherever its work goes.

The id is in every log line of that work, and in what a member reads where it goes wrong. It says nothing of who asked
or what.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


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
