"""Looking at what others change: never twice at once, now and then, and nobody waits long for it."""

from __future__ import annotations

import time
from threading import Event

from retrieval.watching import Watch

LONG = 60.0


def test_one_look_serves_all_who_ask_for_a_while() -> None:
    looks: list[int] = []
    watch = Watch(lambda: looks.append(1), every=LONG, patience=LONG)
    for _ in range(100):
        watch.glance()
    assert looks == [1]
    watch.close()


def test_after_a_while_it_is_looked_again() -> None:
    looks: list[int] = []
    watch = Watch(lambda: looks.append(1), every=0.0, patience=LONG)
    for _ in range(3):
        watch.glance()
    assert looks == [1, 1, 1]
    watch.close()


def test_a_look_that_hangs_keeps_who_asks_a_moment_and_those_after_them_not_at_all() -> None:
    may_go_on, looks = Event(), []

    def look() -> None:
        looks.append(1)
        assert may_go_on.wait(LONG)

    watch = Watch(look, every=0.0, patience=0.1)
    begun = time.monotonic()
    watch.glance()
    assert 0.09 < time.monotonic() - begun < LONG / 2
    begun = time.monotonic()
    for _ in range(1_000):
        watch.glance()
    assert time.monotonic() - begun < LONG / 2
    assert looks == [1]
    may_go_on.set()
    watch.close()


def test_a_look_that_fails_is_no_reason_not_to_look_again() -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        raise ZeroDivisionError

    watch = Watch(look, every=0.0, patience=LONG)
    watch.glance()
    watch.glance()
    assert looks == [1, 1]
    watch.close()
