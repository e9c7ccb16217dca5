"""What ranking looks at: for each visible sentence, how well it, its neighbours, its passage and its stretch fit."""

import re
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.book import Floats, VisibleBook
from retrieval.types import QuestionVectors, Vector
from retrieval.words import stems

BM25_K1, BM25_B = 1.2, 0.5  # as Robertson has them. How rare a word is counts over visible sentences only.

_KINDS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\W*(?:who|whose|whom)\b",
        r"\bhow (?:did|does|do|was|were|would|is|will)\b.*\bfeel",
        r"\bhow (?:many|much|long|old|far|often|big|tall|large)\b",
        r"\bwhat (?:happened|will happen|would happen|happens)\b",
        r"\bwhy\b|\bwhat (?:caused|made)\b|\bfor what reason\b",
        r"\bwhen\b|\bwhat (?:time|day|year)\b",
        r"\bwhere\b|\bwhat (?:place|city|town|country)\b",
        r"^\W*how\b",
        r"\bwhat (?:did|does|do|was|were|is)\b.*\b(?:do|doing|say|said|tell|ask)\b",
        r"\b(?:what|which)\b",
        r"\b(?:who|whose|whom)\b",
    )
]
KINDS = len(_KINDS) + 1  # kinds of question, by how it is worded; the last is any other
COMPARED = 14  # comparisons of question and text, each given three ways: seven of vectors, seven of words


@dataclass(frozen=True, slots=True)
class Question:
    """A question, or any text to be matched, made ready: its words, vectors and kind."""

    text: str
    words: tuple[str, ...]
    vectors: QuestionVectors
    kind: int

    @classmethod
    def of(cls, text: str, vectors: QuestionVectors) -> "Question":
        """Make a question ready."""
        kind = next((n for n, pattern in enumerate(_KINDS) if pattern.search(text)), len(_KINDS))
        return cls(text, tuple(dict.fromkeys(stems(text))), vectors, kind)

    @classmethod
    def stated(cls, text: str, vector: Vector) -> "Question":
        """Make a statement ready, which is read as the passages are."""
        return cls.of(text, QuestionVectors(vector, vector))


def features(view: VisibleBook, question: Question, recency: Floats | None = None) -> Floats:
    """Return the features of each visible sentence, shape (sentences, features); without `recency`, none is recent."""
    if recency is None:
        recency = np.zeros((len(view), RECENCY), np.float32)
    dense = _dense(view, question)
    lexical, extra = _lexical(view, question)
    count = len(view)
    around = dense[0]
    beside = [np.append(around[1:], around[-1]) - around.max(), np.append(around[0], around[:-1]) - around.max()]
    kinds = np.zeros((KINDS, count), np.float32)
    kinds[question.kind] = 1
    whole = np.empty((3, count), np.float32)
    whole[0] = np.arange(count) / max(1, count - 1)
    whole[1] = np.log(count) / 6
    whole[2] = len(question.words) / 8
    rows, others = np.stack([*dense, *lexical]), np.stack([*beside, *extra])
    below = rows - rows.max(axis=1, keepdims=True)
    deviations = (rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 1e-3)
    parts = [rows, below, deviations, others, view.traits.T, recency.T, kinds, whole]
    return np.concatenate(parts).T.astype(np.float32)


RECENCY, FINISHED = 5, 4  # numbers that say how recent a sentence is; the last says that the reader has finished


def recency(view: VisibleBook, position: int, marks: int) -> Floats:
    """Return how recent each sentence is to a reader at `position`: they mostly ask about what was just read."""
    found = np.zeros((len(view), RECENCY), np.float32)
    if position >= marks:
        found[:, FINISHED] = 1
        return found
    ago = position - view.marks[view.passage_of]
    for near in range(3):
        found[:, near] = ago == near
    found[:, 3] = np.minimum(ago, 20) / 20
    return found


def _dense(view: VisibleBook, question: Question) -> list[Floats]:
    """Return similarities: sentence (both readings of the question), passage, and the stretch's best and mean."""
    adapted, plain = question.vectors.adapted, question.vectors.plain
    sentence = view.sentence_vectors @ adapted
    passage = view.passage_vectors @ adapted
    stretches = view.passages_by_group
    best = view.by_group.combined(np.maximum, sentence)
    furthest = stretches.combined(np.maximum, passage)
    mean = stretches.combined(np.add, passage) / stretches.sizes
    return [
        sentence,
        view.sentence_vectors @ plain,
        passage[view.passage_of],
        (view.passage_vectors @ plain)[view.passage_of],
        best[view.group_of],
        furthest[view.group_of],
        mean[view.group_of],
    ]


def _lexical(view: VisibleBook, question: Question) -> tuple[list[Floats], list[Floats]]:
    """Return coverage and BM25 of sentence, window, passage and stretch; then what is not compared three ways."""
    counts = np.zeros((max(1, len(question.words)), len(view)), np.float32)  # shape (words, sentences)
    for row, word in enumerate(question.words):
        rows, times = view.found(word)
        counts[row, rows] = times
    held = (counts > 0).astype(np.float32)
    frequency = held.sum(axis=1)
    rare = np.log1p((len(view) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    weight = rare / (rare.sum() + 1e-6)
    after = np.zeros_like(held)
    after[:, :-1] = held[:, 1:]
    before = np.zeros_like(held)
    before[:, 1:] = held[:, :-1]
    passages, stretches = view.by_passage, view.by_group
    compared = [
        weight @ held,
        weight @ np.maximum(held, np.maximum(after, before)),
        (weight @ passages.combined(np.maximum, held))[view.passage_of],
        (weight @ stretches.combined(np.maximum, held))[view.group_of],
        _bm25(weight, counts, view.lengths),
        _bm25(weight, passages.combined(np.add, counts), view.passage_lengths)[view.passage_of],
        _bm25(weight, stretches.combined(np.add, counts), view.group_lengths)[view.group_of],
    ]
    pairs = (held[:-1] * held[1:]).sum(axis=0) / max(1, len(held) - 1)
    rarest = (weight[:, None] * held).max(axis=0) / (weight.max() + 1e-6)
    return compared, [weight @ before, weight @ after, rarest, pairs, view.lengths / 20]


def _bm25(weight: Floats, counts: Floats, lengths: Floats) -> Floats:
    scale = BM25_K1 * (1 - BM25_B + BM25_B * lengths / (lengths.mean() + 1e-6))
    return np.asarray(weight @ (counts * (BM25_K1 + 1) / (counts + scale)), np.float32)


WEIGHTS = Path(__file__).parent / "weights"
HIDDEN = (48, 24)
FITTING = (0, 1, 2, 3, 7, 8, 9, 11, 12)  # comparisons of sentences and passages: do any fit?
LEAN = 0.15  # what equal parts add to the learned scores where nothing is recent: new stories gain by it


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
    def load(cls, path: Path) -> "Weights":
        """Read weights from a file of arrays."""
        with np.load(path) as arrays:
            return cls(**{f.name: arrays[f.name].astype(np.float32) for f in fields(cls)})

    def towards(self, other: "Weights", share: float) -> "Weights":
        """Return weights on the way to others of the same shape: 0 is these, 1 is the others."""
        pairs = ((f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Weights(**{name: (1 - share) * one + share * two for name, one, two in pairs})

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
    """A logistic rule, over comparisons and the question's vector, for whether a book's visible text answers."""

    weights: npt.NDArray[np.float32]
    bias: float

    @classmethod
    def load(cls, path: Path) -> "Fit":
        """Read a rule from a file of arrays."""
        with np.load(path) as arrays:
            return cls(arrays["weights"].astype(np.float32), float(arrays["bias"]))

    def confidence(self, traits: Floats) -> float:
        """Return the probability (0 to 1) that the text holds it."""
        traits = traits[: len(self.weights)]
        return float(1 / (1 + np.exp(-(traits @ self.weights + self.bias))))


@dataclass(frozen=True, slots=True)
class Ranker:
    """How one kind of text is matched against sentences: learned weights, or None for equal parts."""

    weights: Weights | None
    fit: Fit

    @classmethod
    def load(cls, name: str, *, adapted: bool, folder: Path = WEIGHTS) -> "Ranker":
        """Return the reader for "question" or "statement"; its weights fit the packaged model (`adapted`) alone."""
        asked = folder / f"{name}_asked_fit.npz"
        fit = Fit.load(asked if adapted and asked.exists() else folder / f"{name}_fit.npz")
        return cls(Weights.load(folder / f"{name}.npz") if adapted else None, fit)

    def rank(self, view: VisibleBook, question: Question, recent: Floats | None = None) -> "Ranking":
        """Rank the sentences of a book for one audience, by what is `recent` to it; the view must not be empty."""
        rows = features(view, question, recent)
        scores = _equal_parts(rows)
        if self.weights is not None:
            lean = LEAN if recent is not None and recent[:, FINISHED].any() else 0.0
            scores = self.weights.scores(rows, view, question) + lean * scores
        powers = np.exp(scores - scores.max())
        chances = np.asarray(powers / powers.sum(), np.float32)
        return Ranking(chances, self.fit.confidence(fit_traits(rows, chances, question)))


@dataclass(frozen=True, slots=True)
class Ranking:
    """How likely each visible sentence holds the answer, given that one does, and the `confidence` that one does."""

    chances: Floats
    confidence: float


def fit_traits(rows: Floats, chances: Floats, question: Question) -> Floats:
    """Return the best of each comparison, how sharp the ranking is, and the question's kind and vector."""
    compared = rows[:, FITTING]
    leading = np.sort(chances)[::-1]
    kind = np.zeros(KINDS, np.float32)
    kind[question.kind] = 1
    sharp = np.array([leading[0], leading[:3].sum(), len(question.words) / 8], np.float32)
    return np.concatenate([compared.max(axis=0), compared[int(chances.argmax())], sharp, kind, question.vectors.plain])


def _equal_parts(rows: Floats) -> Floats:
    deviations = rows[:, 2 * COMPARED : 3 * COMPARED]
    sentence = deviations[:, 0] + deviations[:, 1] + deviations[:, 7] + deviations[:, 11]
    return np.asarray(sentence + (deviations[:, 8] + deviations[:, 12]) / 2, np.float32)
