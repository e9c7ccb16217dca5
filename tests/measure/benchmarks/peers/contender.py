"""What every contender is asked, what it finds, and what they are called in the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DOGEAR = "Dogear"
SEARCH = "Dogear, search alone"
STOCK = "LangChain"
ENSEMBLE = "LangChain, ensemble"
LLAMA = "LlamaIndex"
PEERS = (STOCK, ENSEMBLE, LLAMA)
CONTENDERS = (DOGEAR, *PEERS)

TOP = 10
"""Passages that each contender returns for a question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a book, by a reader who has finished `at` marks of it; None leaves the position out."""

    text: str
    book: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader would be shown, and the passages found, best first."""

    answer: str
    texts: tuple[str, ...]

    @classmethod
    def passages(cls, texts: list[str]) -> Found:
        """Return what a chain without a model shows: the passages, one after another."""
        return cls(" ".join(texts), tuple(texts))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A text as a peer is given it, with the two values that its filter asks for."""

    text: str
    book: str
    mark: int


Way = Callable[[Asked], Found]
