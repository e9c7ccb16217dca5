"""No pattern that sees text from outside takes a time that explodes with its length.

Each is given long runs of what patterns repeat, with an end that lets them fail: one whose time grows with the cube of
the length, or faster, does not get through. What grows with the square is let through here: it sees bounded text alone
(docs/security.md has the bounds), and takes a tenth of a second for a thousand letters at most.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import bot
import corpus
import prompts
import retrieval

LENGTH = 300
SECONDS = 1.0  # of the processor's time, so that a busy machine is no mistake in a pattern; most take a thousandth

UNITS = (
    "a", "a ", "A", "A ", "1", "1,", "1 ", "1.", "-", "_", " ", "\n", ".", ",", ":", "'", "“", "(", "[", "<", "<a ",
    "<!--", "&", "#", "*", "|", "\\", "//", "@", "the ", "chapter ", "i", "x", "★", "0:", "§", "%", "one ", "jan ",
)  # fmt: skip
NOT_FED = ("training", "migrations", "trial")  # parts that see nothing from outside


def patterns() -> dict[tuple[Any, int], str]:
    """Return every pattern that a module holds, with where it is."""
    found: dict[tuple[Any, int], str] = {}
    for package in (bot, corpus, prompts, retrieval):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in NOT_FED):
                for name, value in vars(importlib.import_module(module.name)).items():
                    for pattern in _patterns_in(value):
                        found.setdefault((pattern.pattern, pattern.flags), f"{module.name}.{name}")
    return found


def _patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list) and depth < 3:
        for each in value:
            yield from _patterns_in(each, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        yield from _patterns_in([*value.keys(), *value.values()], depth + 1)


def slow(pattern: re.Pattern[Any], seconds: float = SECONDS) -> str | None:
    """Return what a pattern takes too long for, or None."""
    for unit in UNITS:
        text: Any = (unit * LENGTH)[:LENGTH] + "\x01!"
        text = text.encode() if isinstance(pattern.pattern, bytes) else text
        started = time.thread_time()
        pattern.fullmatch(text)
        for _ in pattern.finditer(text):
            pass
        if time.thread_time() - started > seconds:
            return unit
    return None


def test_no_pattern_explodes() -> None:
    found = patterns()
    assert len(found) > 200
    assert {where: unit for (text, flags), where in found.items() if (unit := slow(re.compile(text, flags)))} == {}


def test_one_that_does_is_found() -> None:
    assert slow(re.compile(r"\w+\w+="), seconds=0.02) is not None
