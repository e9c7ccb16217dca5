"""How good one answer is, on plain values: text is compared word by word, and places by their numbers."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, wraps
from typing import TypeVar

import snowballstemmer

T = TypeVar("T")

KEPT, KEPT_LONG, LONG = 20_000, 8, 2_000
"""Texts of which the words are kept, as passages are compared again and again; few of more characters than `LONG`."""

RUN = 5
"""Words in a row that two texts do not share by chance."""

ARTICLES = frozenset({"a", "an", "the"})

_SAYING_NOTHING = """
    i me my you your he him his she her it its we us our they them their myself yourself himself herself itself
    ourselves yourselves themselves one some any all both each few more most other own same such
    this that these those here there who whom whose which what when where why how
    am is are was were be been being do does did done have has had having
    can could will would shall should may might must just also only very too so not no nor
    and or but if then than because while until as of in on at to for from by with about into onto upon over under
    after before during between through again up down out off said say says
    s t d ll m o re ve
"""

EMPTY = ARTICLES | frozenset(_SAYING_NOTHING.split())
"""Words that say nothing by themselves, and what is left of contractions."""

_stem = snowballstemmer.stemmer("english").stemWord


def _kept(function: Callable[[str], T]) -> Callable[[str], T]:
    """Keep what a function has made of texts, without the memory that hundreds of whole books would take."""
    of_short, of_long = lru_cache(KEPT)(function), lru_cache(KEPT_LONG)(function)
    return wraps(function)(lambda text: of_long(text) if len(text) > LONG else of_short(text))


@_kept
def words(text: str) -> tuple[str, ...]:
    """Return the words in lower case, without accents and without a possessive's s."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower().replace("’", "'")
    return tuple(re.findall(r"[a-z0-9]+", re.sub(r"'s\b", "", plain)))


@_kept
def stems(text: str) -> frozenset[str]:
    """Return the stems of the words that say something."""
    return frozenset(_stem(word) for word in words(text) if word not in EMPTY)


@_kept
def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return all runs of RUN words."""
    told = words(text)
    return frozenset(told[start : start + RUN] for start in range(len(told) - RUN + 1))


def runs_in_sentences(text: str) -> frozenset[tuple[str, ...]]:
    """Return the runs within sentences and up to a colon: two texts set side by side make none of their own."""
    return frozenset().union(*(runs(sentence) for sentence in re.split(r"[.!?…:\n]+", text)))


def holds(text: str, wording: str) -> bool:
    """Return whether a text holds a wording, word for word but for articles. An empty one is held by none."""
    sought = _without_articles(wording)
    return bool(sought) and f" {sought} " in f" {_without_articles(text)} "


@_kept
def _without_articles(text: str) -> str:
    return " ".join(word for word in words(text) if word not in ARTICLES)


READ = 400
"""Characters of an answer that are read: what stands behind them answers nobody."""

DEPTHS = (1, 3, 5)
"""How many different places are looked at."""


def distinct(found: Iterable[T | None]) -> list[T]:
    """Return what was found, best first, each once; None is nowhere."""
    return list(dict.fromkeys(place for place in found if place is not None))


def hit(found: Iterable[T | None], right: Collection[T], depth: int) -> bool:
    """Return whether one of the right places is among the first `depth` different places found."""
    return any(place in right for place in distinct(found)[:depth])


def answers(text: str, references: Sequence[str]) -> bool:
    """Return whether the beginning of an answer holds a reference answer word for word."""
    return any(holds(text[:READ], wording) for wording in references)


def word_recall(text: str, references: Sequence[str]) -> float:
    """Return the share of a reference answer's words that the beginning of an answer holds, at its best reference."""
    said = stems(text[:READ])
    return max((len(stems(wording) & said) / max(1, len(stems(wording))) for wording in references), default=0.0)


def too_early(placed: int, at: int) -> bool:
    """Return whether a message that tells what mark `at` tells was placed before it."""
    return placed < at


def excess(placed: int, at: int, marks: int) -> float:
    """Return by what share of the book it was placed too late."""
    return max(0, placed - at) / marks


def mean(values: Collection[float]) -> float:
    """Return the mean of values or the share of what is true; of nothing, 0."""
    return sum(values) / len(values) if values else 0.0
