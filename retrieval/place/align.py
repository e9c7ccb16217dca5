"""Alignment of a text that tells a book's story in order with the book's positioned text.

A single sentence often matches several places, and its neighbours rule most of them out. This is a hidden Markov model,
read forward and backward: the states are marks, and the only rule is that the story never goes back. Steps may be of
any length, because summaries often spend half of their words on a fifth of the book.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

MAX_MOVES = 0.6
"""Share of the sentences, at most, that are expected to move on to another mark."""

LONG_STEPS = 0.3
"""Share of the steps that may be of any length, longer ones less often; the others follow the pace of the text."""

MAX_CONFIDENCE = 0.9
"""Confidence of a match, at most: no sentence decides alone."""

FLATTENING = 0.5
"""Power for the chances of a sentence that matches nothing well: it still fits best near the right place."""

UNIFORM = 0.2
"""Share of such a sentence's chances that is spread evenly over the book."""

SENTENCE_WEIGHT = 0.7
"""Power for each sentence's chances: neighbouring sentences make the same errors."""

MIN_CHANCE = 1e-3
"""Added to every chance before it is raised to a power."""


def posteriors(chances: Sequence[Numbers], confidences: Sequence[float]) -> Numbers:
    """Return how likely each sentence belongs to each mark, shape (sentences, marks); rows sum to 1.

    `chances` are those of each sentence alone, one for each mark; they sum to 1 or less, the rest lies outside.
    """
    seen = np.stack([_likelihoods(*pair) for pair in zip(chances, confidences, strict=True)]) ** SENTENCE_WEIGHT
    count, marks = seen.shape
    steps = _step_chances(marks, count)
    transitions = np.zeros((marks, marks))
    for mark in range(marks):
        transitions[mark, mark:] = steps[: marks - mark]
    transitions /= transitions.sum(axis=1, keepdims=True)
    forward, backward = np.empty_like(seen), np.empty_like(seen)
    prior = steps[1:]  # the first mark is one step after the beginning
    for n in range(count):
        forward[n] = _normalized(prior * seen[n])
        prior = forward[n] @ transitions
    backward[-1] = transitions[:, -1]
    for n in range(count - 1, 0, -1):
        backward[n - 1] = _normalized(transitions @ (seen[n] * backward[n]))
    return np.asarray((both := forward * backward) / both.sum(axis=1, keepdims=True))


def _likelihoods(chances: Numbers, confidence: float) -> Numbers:
    """Return how well one sentence fits each mark."""
    inside = float(chances.sum())
    flat = _normalized((chances + MIN_CHANCE) ** FLATTENING)
    fit = min(MAX_CONFIDENCE, confidence * inside)
    matched = chances / max(inside, MIN_CHANCE)
    return np.asarray(fit * matched + (1 - fit) * ((1 - UNIFORM) * flat + UNIFORM / len(chances)))


def _step_chances(marks: int, count: int) -> Numbers:
    """Return how likely a step of 0, 1, 2 … marks is from one sentence to the next."""
    pace = marks / count
    moves = min(MAX_MOVES, pace)
    length = np.arange(1, marks + 1)
    stays = 1 - min(1.0, moves / pace)
    short = (1 - stays) * stays ** (length - 1)
    long = _normalized(1 / length**2)
    return np.concatenate([[1 - moves], moves * ((1 - LONG_STEPS) * short + LONG_STEPS * long)])


def _normalized(numbers: Numbers) -> Numbers:
    """Return numbers in proportion that sum to 1."""
    return np.asarray(numbers / numbers.sum())
