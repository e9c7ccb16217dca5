"""Aligning: where the sentences of a text stand that tells a book's story in order, judged by all of them together.

What one sentence matches is often several places. In order, the sentences before and after it rule most of them out.
A summary spends half of its words on a fifth of its book as often as not, so the steps from sentence to sentence may
be of any length; only that they never go back is taken for granted (a hidden Markov model, read forward and backward).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

MOVES = 0.6
"""Share of the sentences, at most, that are taken to go on to another landing."""

FAR = 0.3
"""Share of the steps that may be of any length, longer ones less often; the others are as long as the text is fast."""

SURE = 0.9
"""Confidence of a match, at most: no sentence decides alone."""

LEVELLED = 0.5
"""Power to which the chances of a sentence that matches nothing well are raised: near the right place it fits best."""

ANYWHERE = 0.2
"""Share of its chances that are spread evenly over the book."""

WEIGHT = 0.7
"""Power to which each sentence counts: neighbours err together."""

LEAST = 1e-3
"""A chance that no landing goes below before it is raised to a power."""


def whereabouts(chances: Sequence[Numbers], confidences: Sequence[float]) -> Numbers:
    """Return for each sentence how likely it stands at each landing, shape (sentences, landings); rows sum to 1.

    `chances` are those of each sentence alone, one a landing, 1 together at most; what is missing fits elsewhere.
    """
    seen = np.stack([_seen(*pair) for pair in zip(chances, confidences, strict=True)]) ** WEIGHT
    count, landings = seen.shape
    steps = _steps(landings, count)
    onward = np.zeros((landings, landings))
    for landing in range(landings):
        onward[landing, landing:] = steps[: landings - landing]
    onward /= onward.sum(axis=1, keepdims=True)
    forward, backward = np.empty_like(seen), np.empty_like(seen)
    reached = steps[1:]  # the first landing lies one step behind the beginning
    for n in range(count):
        forward[n] = _even(reached * seen[n])
        reached = forward[n] @ onward
    backward[-1] = onward[:, -1]
    for n in range(count - 1, 0, -1):
        backward[n - 1] = _even(onward @ (seen[n] * backward[n]))
    return np.asarray((together := forward * backward) / together.sum(axis=1, keepdims=True))


def _seen(chances: Numbers, confidence: float) -> Numbers:
    """Return how well one sentence speaks for each landing."""
    inside = float(chances.sum())
    levelled = _even((chances + LEAST) ** LEVELLED)
    fit = min(SURE, confidence * inside)
    matched = chances / max(inside, LEAST)
    return np.asarray(fit * matched + (1 - fit) * ((1 - ANYWHERE) * levelled + ANYWHERE / len(chances)))


def _steps(landings: int, count: int) -> Numbers:
    """Return how likely a step over 0, 1, 2 … landings is from one sentence to the next."""
    pace = landings / count
    moves = min(MOVES, pace)
    length = np.arange(1, landings + 1)
    stays = 1 - min(1.0, moves / pace)
    near = (1 - stays) * stays ** (length - 1)
    far = _even(1 / length**2)
    return np.concatenate([[1 - moves], moves * ((1 - FAR) * near + FAR * far)])


def _even(numbers: Numbers) -> Numbers:
    """Return numbers in proportion that sum to 1."""
    return np.asarray(numbers / numbers.sum())
