"""Rows that belong together in runs: the sentences of a passage, or of a stretch of the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Runs:
    """For each row the number of its run, from 0 and rising, and for each run where it starts and how long it is."""

    of: Ints
    starts: Ints
    sizes: Floats

    @classmethod
    def numbered(cls, numbers: Ints) -> Self:
        """Return the runs of rows that bear these numbers."""
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        return cls(numbers, starts, np.diff(starts, append=len(numbers)).astype(np.float32))

    def combined(self, combine: np.ufunc, rows: Floats) -> Floats:
        """Combine the columns of each run, shape (rows, columns) to (rows, runs); there has to be a column."""
        return np.asarray(combine.reduceat(rows, self.starts, axis=-1), np.float32)
