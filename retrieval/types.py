"""Types that all of retrieval shares: vectors, the embedding model, and errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.errors import DogearError

Vector = npt.NDArray[np.float32]  # shape (dimensions,)
Matrix = npt.NDArray[np.float32]  # shape (rows, dimensions)
TokenVectors = tuple[Matrix, npt.NDArray[np.int64]]  # vectors; where each token begins and ends


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown, and how likely (0 to 1) it gives away what is hidden.

    `gate` is which one stopped it (docs/guard.md): “names”, “support” or “hidden”.
    """

    shown: bool
    risk: float
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of one passage: its own (dimensions,) and its sentences' (sentences, dimensions)."""

    passage: Vector
    sentences: Matrix


@dataclass(frozen=True, slots=True)
class QuestionVectors:
    """A question as passages are read and as the adapted model reads it, and short texts `beside` it."""

    plain: Vector
    adapted: Vector
    beside: tuple[Vector, ...] = ()


class Embedder(Protocol):
    """Turns text into vectors; `name` changes whenever vectors of old and new would not fit together."""

    name: str
    adapted: bool

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences."""

    def question(self, text: str, beside: Sequence[str] = ()) -> QuestionVectors:
        """Embed a question or any other short text of a member, and others beside it, which takes hardly longer."""

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""


class WeightsRefused(DogearError):
    """The embedding model is missing, or its weights are not the published ones."""


class StoreHeld(DogearError):
    """Another process holds the vector store."""


class StoreUnavailable(DogearError):
    """The vector store cannot be opened, read or written."""


class LibraryDiffers(DogearError):
    """A shared vector store holds another library, which this process was not told to replace."""


class BookInWork(DogearError):
    """A book of the library is not in the store as it now is: an index run has it in hand, or has not come to it."""

    def __init__(self, title: str) -> None:
        super().__init__(f"I’m still reading {title} into the library. Please ask again in a minute.")
