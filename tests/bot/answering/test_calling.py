"""Calls of a chat model: how many at once, how long they are waited for, and that the program can leave."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.answering.model import Calls, HungUp

LONG = 30.0


def test_a_call_returns_what_it_returns_and_raises_what_it_raises() -> None:
    calls = Calls(1)
    assert calls.do(lambda: "yes", LONG) == "yes"
    with pytest.raises(ZeroDivisionError):
        calls.do(lambda: 1 // 0, LONG)
    assert calls.do(lambda: "again", LONG) == "again"


def test_a_call_that_takes_too_long_is_waited_for_no_longer() -> None:
    calls, end = Calls(2), threading.Event()
    with pytest.raises(TimeoutError):
        calls.do(end.wait, 0.01)
    end.set()


def test_what_waits_for_its_turn_waits_no_longer_than_its_patience() -> None:
    calls, begun, end = Calls(1), threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return end.wait(LONG)

    with ThreadPoolExecutor(1) as other:
        holding = other.submit(calls.do, hold, LONG)
        begun.wait(LONG)
        with pytest.raises(TimeoutError):
            calls.do(lambda: "never", 0.01)
        end.set()
        assert holding.result() is True
    assert calls.do(lambda: "now", LONG) == "now"


def test_no_more_are_made_at_once_than_may_be() -> None:
    calls, lock, running, most = Calls(3), threading.Lock(), [0], [0]

    def count() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002)
        with lock:
            running[0] -= 1

    with ThreadPoolExecutor(12) as members:
        list(members.map(lambda _: calls.do(count, LONG), range(24)))
    assert most[0] <= 3


def test_hanging_up_frees_who_waits_and_makes_no_more_calls() -> None:
    calls, begun, end = Calls(1), threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return end.wait(LONG)

    with ThreadPoolExecutor(2) as others:
        holding = others.submit(calls.do, hold, LONG)
        begun.wait(LONG)
        queued = others.submit(calls.do, lambda: "never", LONG)
        calls.hang_up()
        assert isinstance(holding.exception(LONG), HungUp)
        assert isinstance(queued.exception(LONG), HungUp)
    with pytest.raises(HungUp):
        calls.do(lambda: "never", LONG)
    end.set()
    calls.hang_up()


def test_a_model_that_never_answers_keeps_no_program_from_ending() -> None:
    program = (
        "import threading, sys; from bot.answering.model import Calls\n"
        "try:\n    Calls(1).do(threading.Event().wait, 0.01)\nexcept TimeoutError:\n    print('left')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120,
        check=True,
    )  # fmt: skip
    assert done.stdout == "left\n"
