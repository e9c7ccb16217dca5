"""What a sentence looks like, whatever is asked: a reason, a number, a time, a place, a feeling, speech."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

_RUN = re.compile(r"\w+")
_SIGNS = re.compile(r"[\"“]")
_PLACES = re.compile(
    r"\b(?:in|at|near|on|into|under|inside|outside|beneath|behind|from|to) (?:the|an?|his|her|their|[A-Z])"
)
_PHRASES = re.compile(r"\b(?:so that|in order|for fear)\b", re.IGNORECASE)
_NAMES = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_ASKED = re.compile(r"\?[\"”]?$")
_REASONS, _NUMBERS, _TIMES, _FEELINGS, _AIMS = range(5)
_WORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"because|therefore|lest|since",
        r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|once|twice|many|half",
        (r"days?|nights?|morning|evening|years?|weeks?|months?|hours?|summer|winter|spring|autumn|time|when|after"
         r"|before|soon|later|\d{4}|next|midnight|noon"),
        (r"sad|happy|glad|angry|afraid|joy\w*|delight\w*|sorrow\w*|fear\w*|wonder\w*|surpris\w*|asham\w*|proud"
         r"|lonely|pleas\w+|grie\w+|wept|weep\w*|cry|cried|laugh\w*|unhapp\w*|miserable|troubled|terrified|frighten\w*"
         r"|lov\w+|hat[er]\w*|anxious|worri\w+|jealous|rage|fur\w+|melancholy|content\w*|curious|astonish\w*|despair\w*"
         r"|relie\w+|excited|hurt|upset|eager"),
        r"so|for|to|that",
    )
)  # fmt: skip
SENTENCE_TRAITS = 10
"""Numbers that describe a sentence whatever is asked."""

_COUNTED = 3.0
"""A trait counts up to three times."""


def sentence_traits(sentence: str) -> list[float]:
    """Return what a sentence looks like: its length, and how often each trait shows (0 to 1)."""
    shown = [trait for word in _RUN.findall(sentence) for trait in _of_word(word)]
    counts = [
        len(_SIGNS.findall(sentence)),
        shown.count(_REASONS) + len(_PHRASES.findall(sentence)),
        shown.count(_NUMBERS),
        shown.count(_TIMES),
        len(_PLACES.findall(sentence)),
        shown.count(_FEELINGS),
        len(_NAMES.findall(sentence)),
        shown.count(_AIMS),
        len(_ASKED.findall(sentence)),
    ]
    return [float(np.log1p(len(sentence) / 6)), *(min(_COUNTED, count) / _COUNTED for count in counts)]


@lru_cache(maxsize=200_000)
def _of_word(word: str) -> tuple[int, ...]:
    """Return the traits that a word shows; a book has few words, so to remember them takes half of opening it away."""
    return tuple(n for n, trait in enumerate(_WORDS) if trait.fullmatch(word))
