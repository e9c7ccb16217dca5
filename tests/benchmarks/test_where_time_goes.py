"""Parts of a call are timed each without the others, and nothing is left behind."""

from __future__ import annotations

import pytest

from tests.benchmarks.one_start import Laps
from tests.benchmarks.spans import REST, Part, Spans, quickest, spans_of
from tests.benchmarks.where_time_goes import ANSWER, table


class Work:
    """Something that takes steps."""

    @classmethod
    def named(cls, name: str) -> str:
        """Return a name with a title."""
        return f"Mr {name}"

    def inner(self) -> int:
        """Return a number."""
        return 2

    def outer(self) -> int:
        """Return twice the number."""
        return 2 * self.inner()

    def fails(self) -> None:
        """Fail."""
        raise ValueError("no")


PARTS = (
    Part("in", Work, "inner"),
    Part("out", Work, "outer"),
    Part("name", Work, "named"),
    Part("failure", Work, "fails"),
)


def test_what_is_timed_inside_a_part_is_not_counted_twice() -> None:
    ticks = iter([0.0, 1.0, 3.0, 10.0])  # the outer part begins, the inner one begins and ends, the outer one ends
    spans = Spans(lambda: next(ticks))
    spans.timed("out", lambda: spans.timed("in", lambda: None))
    assert spans.seconds == {"in": 2.0, "out": 8.0}


def test_functions_do_as_before_while_they_are_timed_and_are_their_own_after() -> None:
    before = dict(vars(Work))
    told: list[object] = []
    found = spans_of(PARTS, lambda: told.extend([Work().outer(), Work.named("Guillam")]))
    assert told == [4, "Mr Guillam"]
    assert set(found) == {"in", "out", "name", REST}
    assert dict(vars(Work)) == before


def test_a_failure_leaves_no_timer_behind() -> None:
    before = dict(vars(Work))
    with pytest.raises(ValueError, match="no"):
        spans_of(PARTS, Work().fails)
    assert dict(vars(Work)) == before


def test_the_quickest_of_some_calls_counts() -> None:
    calls: list[int] = []
    assert set(quickest(PARTS, lambda: calls.append(Work().inner()), 3)) == {"in", REST}
    assert calls == [2, 2, 2]


def test_every_part_of_an_answer_is_there_to_be_timed() -> None:
    for part in ANSWER:
        assert part.function in vars(part.owner), part.name


def test_a_table_tells_shares_and_the_floor() -> None:
    told = table("one answer", {"tokens": 0.001, "readings": 0.002, "all else": 0.001}, ["tokens", "readings"])
    assert told.splitlines() == [
        "| one answer | ms | share |", "|---|---|---|", "| tokens | 1.00 | 25% |", "| readings | 2.00 | 50% |",
        "| all else | 1.00 | 25% |", "| together | 4.00 | |", "| the floor: embedding the question | 3.00 | 75% |",
    ]  # fmt: skip


def test_laps_follow_one_another() -> None:
    laps = Laps()
    laps.end("first")
    laps.end("second")
    assert list(laps.seconds) == ["first", "second"]
    assert all(seconds >= 0 for seconds in laps.seconds.values())
