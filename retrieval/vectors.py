"""The arrays that vectors come in: NumPy, 32-bit floats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""Shape (dimensions,)."""
Matrix = npt.NDArray[np.float32]
"""Shape (rows, dimensions)."""
