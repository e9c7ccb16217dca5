"""What a sentence looks like, whatever is asked: a reason, a number, a time, a place, a feeling, speech."""

from __future__ import annotations

import re

import numpy as np

_TRAITS = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"[\"“]", 0),
        (r"\b(?:because|so that|in order|for fear|therefore|lest|since)\b", re.IGNORECASE),
        (r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|once|twice|many|half)\b",
         re.IGNORECASE),
        ((r"\b(?:days?|nights?|morning|evening|years?|weeks?|months?|hours?|summer|winter|spring|autumn|time|when|after"
         r"|before|soon|later|\d{4}|next|midnight|noon)\b"), re.IGNORECASE),
        (r"\b(?:in|at|near|on|into|under|inside|outside|beneath|behind|from|to) (?:the|an?|his|her|their|[A-Z])", 0),
        ((r"\b(?:sad|happy|glad|angry|afraid|joy\w*|delight\w*|sorrow\w*|fear\w*|wonder\w*|surpris\w*|asham\w*|proud"
         r"|lonely|pleas\w+|grie\w+|wept|weep\w*|cry|cried|laugh\w*|unhapp\w*|miserable|troubled|terrified|frighten\w*"
         r"|lov\w+|hat[er]\w*|anxious|worri\w+|jealous|rage|fur\w+|melancholy|content\w*|curious|astonish\w*|despair\w*"
         r"|relie\w+|excited|hurt|upset|eager)\b"), re.IGNORECASE),
        (r"(?<=[a-z,;] )[A-Z][a-z]+", 0),
        (r"\b(?:so|for|to|that)\b", re.IGNORECASE),
        (r"\?[\"”]?$", 0),
    )
]  # fmt: skip
SENTENCE_TRAITS = len(_TRAITS) + 1
"""Numbers that describe a sentence whatever is asked."""

_COUNTED = 3.0
"""A trait counts up to three times."""


def sentence_traits(sentence: str) -> list[float]:
    """Return what a sentence looks like: its length, and how often each trait shows (0 to 1)."""
    counts = [min(_COUNTED, sum(1 for _ in trait.finditer(sentence))) / _COUNTED for trait in _TRAITS]
    return [float(np.log1p(len(sentence) / 6)), *counts]
