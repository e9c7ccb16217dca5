"""Calling a chat model: so many at once, no longer than anybody waits, and never so that the program cannot end."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import copy_context
from threading import Condition, Thread
from typing import Any, TypeVar

T = TypeVar("T")


class HungUp(Exception):
    """The program is leaving, and waits for no model any more."""


class Calls:
    """Makes calls, each in a thread of its own.

    The threads are daemons: Python waits for all others before it ends, and a model may take minutes.
    """

    def __init__(self, most: int) -> None:
        self._most, self._running, self._hung_up = most, 0, False
        self._changed = Condition()
        self._awaited: set[Future[Any]] = set()

    def do(self, call: Callable[[], T], patience: float) -> T:
        """Return what a call returns, or raise what it raises.

        Raises TimeoutError where that takes longer than `patience` seconds, its turn included, and HungUp.
        """
        end = time.monotonic() + patience
        answer: Future[T] = Future()
        with self._changed:
            self._changed.wait_for(lambda: self._hung_up or self._running < self._most, patience)
            if self._hung_up:
                raise HungUp
            if self._running >= self._most:
                raise TimeoutError
            self._running += 1
            self._awaited.add(answer)
        try:
            Thread(target=copy_context().run, args=(self._make, call, answer), name="chat-model", daemon=True).start()
            return answer.result(max(0.0, end - time.monotonic()))
        finally:
            with self._changed:
                self._awaited.discard(answer)

    def _make(self, call: Callable[[], T], answer: Future[T]) -> None:
        try:
            said = call()
        except BaseException as error:  # noqa: BLE001 (it is raised where the answer is awaited)
            with suppress(InvalidStateError):  # nobody waits for it any more
                answer.set_exception(error)
        else:
            with suppress(InvalidStateError):
                answer.set_result(said)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()

    def hang_up(self) -> None:
        """Wait for no answer any more, and make no more calls."""
        with self._changed:
            self._hung_up = True
            for answer in self._awaited:
                with suppress(InvalidStateError):
                    answer.set_exception(HungUp())
            self._changed.notify_all()
