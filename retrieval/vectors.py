"""The arrays that vectors come in: NumPy, 32-bit floats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""Shape (dimensions,)."""
Matrix = npt.NDArray[np.float32]
"""Shape (rows, dimensions)."""
Read = tuple[Matrix, npt.NDArray[np.int64]]
"""What a model made of a text: its tokens' vectors, and where each token begins and ends in it, shape (tokens, 2)."""
