"""Ranking: how likely each visible sentence is to hold the answer, and so each passage.

The scores are those of a small network over `retrieval.rank.features`, learned from public stories with questions
(`python -m retrieval.training`); with another embedding model than the packaged one, equal parts of similarity and
BM25 stand in for it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.book import VisibleBook
from retrieval.rank.features import COMPARED, FINISHED, KINDS, Floats, Question, features

WEIGHTS = Path(__file__).parents[1] / "weights"
HIDDEN = (48, 24)
FITTING = (0, 1, 2, 3, 7, 8, 9, 11, 12)
"""Comparisons that tell whether anything fits: those of sentences and passages, which know nothing of stretches."""

LEAN = 0.15
"""How much equal parts add to the learned scores where nothing is recent: a story unlike those learned from gains."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A network with two hidden layers, a low-rank comparison of vectors and a straight path, as arrays."""

    question: npt.NDArray[np.float32]
    sentence: npt.NDArray[np.float32]
    first: npt.NDArray[np.float32]
    first_bias: npt.NDArray[np.float32]
    second: npt.NDArray[np.float32]
    second_bias: npt.NDArray[np.float32]
    last: npt.NDArray[np.float32]
    straight: npt.NDArray[np.float32]

    @classmethod
    def load(cls, path: Path) -> Weights:
        """Read weights from a file of arrays."""
        with np.load(path) as arrays:
            return cls(**{f.name: arrays[f.name].astype(np.float32) for f in fields(cls)})

    def save(self, path: Path) -> None:
        """Write the weights."""
        arrays = {f.name: getattr(self, f.name).astype(np.float32) for f in fields(self)}
        np.savez_compressed(path, **arrays)

    def scores(self, rows: Floats, view: VisibleBook, question: Question) -> Floats:
        """Return one score a sentence; only differences between them mean anything."""
        compared = (question.vectors.adapted @ self.question) * (view.sentence_vectors @ self.sentence)
        width = rows.shape[1]
        hidden = rows @ self.first[:width] + compared @ self.first[width:] + self.first_bias
        hidden = np.maximum(np.maximum(hidden, 0) @ self.second + self.second_bias, 0)
        return np.asarray(hidden @ self.last + rows @ self.straight, np.float32)


@dataclass(frozen=True, slots=True)
class Fit:
    """A logistic rule for whether a book's visible text holds what was asked or stated at all."""

    weights: npt.NDArray[np.float32]
    bias: float

    def confidence(self, traits: Floats) -> float:
        """Return the probability (0 to 1) that the text holds it."""
        return float(1 / (1 + np.exp(-(traits @ self.weights + self.bias))))


@dataclass(frozen=True, slots=True)
class Ranker:
    """How one kind of text is matched against sentences: learned weights, or None for equal parts."""

    weights: Weights | None
    fit: Fit

    @classmethod
    def load(cls, name: str, *, adapted: bool, folder: Path = WEIGHTS) -> Ranker:
        """Return the reader for "question" or "statement"; its weights fit the packaged model (`adapted`) alone."""
        with np.load(folder / f"{name}_fit.npz") as arrays:
            fit = Fit(arrays["weights"].astype(np.float32), float(arrays["bias"]))
        return cls(Weights.load(folder / f"{name}.npz") if adapted else None, fit)

    def rank(self, view: VisibleBook, question: Question, recent: Floats) -> Ranking:
        """Rank the sentences of a book for one audience; the view must not be empty."""
        rows = features(view, question, recent)
        scores = _equal_parts(rows)
        if self.weights is not None:
            lean = LEAN if recent[:, FINISHED].any() else 0.0
            scores = self.weights.scores(rows, view, question) + lean * scores
        powers = np.exp(scores - scores.max())
        chances = np.asarray(powers / powers.sum(), np.float32)
        return Ranking(chances, self.fit.confidence(fit_traits(rows, chances, question)))


@dataclass(frozen=True, slots=True)
class Ranking:
    """For each visible sentence how likely it holds the answer, given that one does (they sum to 1).

    `confidence` is how likely any does; it is decided from visible text alone.
    """

    chances: Floats
    confidence: float


def fit_traits(rows: Floats, chances: Floats, question: Question) -> Floats:
    """Return what tells whether anything fits: the best of each comparison, and how sharp the ranking is."""
    compared = rows[:, FITTING]
    leading = np.sort(chances)[::-1]
    kind = np.zeros(KINDS, np.float32)
    kind[question.kind] = 1
    sharp = np.array([leading[0], leading[:3].sum(), len(question.words) / 8], np.float32)
    return np.concatenate([compared.max(axis=0), compared[int(chances.argmax())], sharp, kind])


def _equal_parts(rows: Floats) -> Floats:
    """Mix similarity and words, of sentence and of passage or window, in standard deviations."""
    deviations = rows[:, 2 * COMPARED : 3 * COMPARED]
    sentence = deviations[:, 0] + deviations[:, 1] + deviations[:, 7] + deviations[:, 11]
    return np.asarray(sentence + (deviations[:, 8] + deviations[:, 12]) / 2, np.float32)
