"""Books of shuffled sentences that fill a library up to a size, with made-up vectors where embedding would take hours.

Each book is told by its number alone, so every contender gets the same.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.books import Reveals
from corpus.library import SHIPPED
from corpus.passages import SENTENCES, Passage
from corpus.text import sentences
from retrieval.types import Embedded

CHAPTERS, IN_CHAPTER = 20, 10
"""Chapters of a made-up book, and passages of a chapter."""

PASSAGES = CHAPTERS * IN_CHAPTER
DIMENSIONS = 384
SPREAD, SPREAD_IN_PASSAGE = 0.8, 0.5
"""How far passages lie from their book's centre, and sentences from their passage, each of length 1."""


def known_sentences(folder: Path = SHIPPED) -> tuple[str, ...]:
    """Return the sentences of all summaries of a library."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/summary.md"))]
    lines = [line for text in texts for line in text.splitlines() if line and line[0] not in "#<-"]
    return tuple(sentence for line in lines for sentence in sentences(line) if len(sentence) > 20)


def books_for(size: int, real: int) -> int:
    """Return how many made-up books bring a library of so many real passages to a size."""
    return max(0, -(-(size - real) // PASSAGES))


@dataclass(frozen=True)
class MadeUpBook:
    """A book of shuffled sentences, and what stores are given of it."""

    number: int
    told: Sequence[str]

    @property
    def slug(self) -> str:
        """Its name in commands."""
        return f"made-up-{self.number}"

    @cached_property
    def passages(self) -> list[Passage]:
        """Its passages, each of the mark of its chapter."""
        chance = random.Random(self.number)  # noqa: S311 (the same text each time)
        return [self._passage(n, tuple(chance.choices(self.told, k=SENTENCES))) for n in range(PASSAGES)]

    def _passage(self, n: int, told: tuple[str, ...]) -> Passage:
        chapter = n // IN_CHAPTER + 1
        return Passage(
            id=f"{self.slug}/{n:020x}", book=self.slug, kind="summary", document="summary.md", sentences=told,
            reveals=Reveals.of({self.slug: chapter}), inferred=False, order=n, group=chapter,
            heading=f"Chapter {chapter}",
        )  # fmt: skip

    @property
    def summary(self) -> str:
        """Its passages as a document of a library."""
        chapters = [self.passages[n : n + IN_CHAPTER] for n in range(0, PASSAGES, IN_CHAPTER)]
        return "\n".join(f"## {part[0].heading}\n\n{' '.join(p.text for p in part)}\n" for part in chapters)

    def embedded(self) -> list[Embedded]:
        """Return made-up vectors of its passages and their sentences, around a centre of its own."""
        chance = np.random.default_rng(self.number)
        centre = _unit(chance.standard_normal(DIMENSIONS))
        passages = _around(centre, (PASSAGES, DIMENSIONS), SPREAD, chance)
        told = _around(passages[:, None], (PASSAGES, SENTENCES, DIMENSIONS), SPREAD_IN_PASSAGE, chance)
        return [Embedded(vector, rows) for vector, rows in zip(passages, told, strict=True)]


def made_up(count: int) -> Iterator[MadeUpBook]:
    """Yield so many made-up books, always the same."""
    told = known_sentences()
    return (MadeUpBook(number, told) for number in range(1, count + 1))


def _around(
    centre: npt.NDArray[np.float32], shape: tuple[int, ...], spread: float, chance: np.random.Generator
) -> npt.NDArray[np.float32]:
    return _unit(centre + spread * _unit(chance.standard_normal(shape)))


def _unit(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)
