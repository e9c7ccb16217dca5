"""How far from a reader's position a book tells what somebody says: just now, long ago, next, or far ahead.

What hidden text tells next goes on with what is known, so a harmless sentence often comes near to it; what a sentence
shares with text far ahead alone is another matter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from retrieval.opened import VisibleBook
from retrieval.ranking import Ranking
from retrieval.vectors import Vector

BEHIND, AHEAD = (0, 2), (1, 3)
"""Steps up to which seen text is the last or a recent part, and hidden text the next or a near part of the book."""

NEAREST = 3
"""Passages of each side whose nearness is averaged."""

DISTANCES = 11
"""Numbers that say how far from the reader a sentence is told."""


class Distances:
    """A book from a reader's position. A step is a mark at which anything is told: so books of any unit compare."""

    def __init__(self, whole: VisibleBook, hidden: npt.NDArray[np.bool_], position: int) -> None:
        steps = np.unique(whole.marks)
        here = int(np.searchsorted(steps, position, side="right")) - 1
        self._whole, self._hidden = whole, hidden
        self._ahead = np.searchsorted(steps, whole.marks) - here
        self._steps = max(1, len(steps))
        away = np.where(hidden, self._ahead, -self._ahead)
        near, far = (np.where(hidden, of_hidden, of_seen) for of_seen, of_hidden in zip(BEHIND, AHEAD, strict=True))
        zones = np.where(hidden, 3, 0) + (away > near) + (away > far)
        self._zone_of_sentence = zones[whole.passage_of]

    def of(self, ranking: Ranking, statement: Vector) -> list[float]:
        """Return where a statement is told, all numbers from -1 to 1.

        The chances that it is told in the last step, in a recent and in an earlier one, next, soon, and far ahead; how
        likely it is told at all; how much of the book lies between the reader and the nearest passage behind, and the
        nearest one ahead; and how near the nearest few of either side are.
        """
        near = self._whole.passage_vectors @ statement
        seen, kept_back = np.where(self._hidden, -1.0, near), np.where(self._hidden, near, -1.0)
        return [
            *np.bincount(self._zone_of_sentence, ranking.chances, minlength=6).tolist(),
            ranking.confidence,
            -float(self._ahead[seen.argmax()]) / self._steps,
            float(self._ahead[kept_back.argmax()]) / self._steps,
            float(np.sort(seen)[-NEAREST:].mean()),
            float(np.sort(kept_back)[-NEAREST:].mean()),
        ]
