"""Where time goes: functions are timed in place, each without what is timed inside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

REST = "all else"


@dataclass(frozen=True, slots=True)
class Part:
    """A function to time, where it is found, and the name of its line in the table."""

    name: str
    owner: Any
    function: str


class Spans:
    """Seconds by part; what no part takes is all else."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._inside: list[float] = []

    def timed(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 (whatever the call returns)
        """Call something, and add what it takes to a part."""
        self._inside.append(0.0)
        start = self._clock()
        try:
            return call()
        finally:
            taken = self._clock() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + taken - self._inside.pop()
            if self._inside:
                self._inside[-1] += taken


def spans_of(parts: Sequence[Part], call: Callable[[], object]) -> dict[str, float]:
    """Return the seconds that each part of a call takes, each without the parts inside it."""
    spans = Spans()
    with _watched(parts, spans):
        spans.timed(REST, call)
    return spans.seconds


def quickest(parts: Sequence[Part], call: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return the parts of the quickest of some calls: other work on the machine only ever adds time."""
    return min((spans_of(parts, call) for _ in range(rounds)), key=lambda seconds: sum(seconds.values()))


@contextmanager
def _watched(parts: Sequence[Part], spans: Spans) -> Iterator[None]:
    """Put a timer around the functions of all parts, and take it away at the end."""
    kept = [(part, vars(part.owner)[part.function]) for part in parts]
    try:
        for part, function in kept:
            setattr(part.owner, part.function, _timer(part.name, function, spans))
        yield
    finally:
        for part, function in kept:
            setattr(part.owner, part.function, function)


def _timer(name: str, function: Any, spans: Spans) -> Any:  # noqa: ANN401 (functions, methods and class methods)
    if isinstance(function, classmethod):
        return classmethod(_timer(name, function.__func__, spans))

    def timed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return spans.timed(name, lambda: function(*args, **kwargs))

    return timed
