"""What ranking looks at: for each visible sentence, how well it, its neighbours, its passage and its stretch fit.

A feature that compares is given three times: as it is, below the best of the book, and in standard deviations, so
that small and large books look alike. BM25 is Robertson's with k1 = 1.2 and b = 0.5; how rare a word is counts
over visible sentences only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.book import VisibleBook
from retrieval.rank.words import stems
from retrieval.types import QuestionVectors, Vector

Floats = npt.NDArray[np.float32]

BM25_K1, BM25_B = 1.2, 0.5

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
KINDS = len(_KINDS) + 1
"""Kinds of question, by how it is worded; the last is any other."""

COMPARED = 14
"""Comparisons of question and text, each given three ways: seven of vectors, seven of words."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, or any text to be matched, made ready: its words, vectors and kind."""

    text: str
    words: tuple[str, ...]
    vectors: QuestionVectors
    kind: int

    @classmethod
    def of(cls, text: str, vectors: QuestionVectors) -> Question:
        """Make a question ready."""
        kind = next((n for n, pattern in enumerate(_KINDS) if pattern.search(text)), len(_KINDS))
        return cls(text, tuple(dict.fromkeys(stems(text))), vectors, kind)

    @classmethod
    def stated(cls, text: str, vector: Vector) -> Question:
        """Make a statement ready, which is read as the passages are."""
        return cls.of(text, QuestionVectors(vector, vector))


def features(view: VisibleBook, question: Question, recency: Floats) -> Floats:
    """Return the features of each visible sentence, shape (sentences, features).

    `recency`, shape (sentences, RECENCY), says how long ago the reader passed each sentence.
    """
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
    compared, others = _three_ways(np.stack([*dense, *lexical])), np.stack([*beside, *extra])
    return np.concatenate([compared, others, view.traits.T, recency.T, kinds, whole]).T.astype(np.float32)


RECENCY, FINISHED = 5, 4
"""Numbers that say how recent a sentence is; the last says that the reader has finished."""


def recency(view: VisibleBook, position: int, marks: int) -> Floats:
    """Return how recent each sentence is to a reader at `position`; all alike for one who has finished.

    A reader in the middle mostly asks about what was just read; one who has finished asks about anything.
    """
    found = np.zeros((len(view), RECENCY), np.float32)
    if position >= marks:
        found[:, FINISHED] = 1
        return found
    ago = position - view.marks[view.passage_of]
    for near in range(3):
        found[:, near] = ago == near
    found[:, 3] = np.minimum(ago, 20) / 20
    return found


def _three_ways(rows: Floats) -> Floats:
    below = rows - rows.max(axis=1, keepdims=True)
    deviations = (rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 1e-3)
    return np.concatenate([rows, below, deviations])


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
    counts = _counts(view, question.words)
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


def _counts(view: VisibleBook, words: Sequence[str]) -> Floats:
    """Return how often each word stands in each sentence, shape (words, sentences), at least one row."""
    counts = np.zeros((max(1, len(words)), len(view)), np.float32)
    for row, word in enumerate(words):
        rows, times = view.found(word)
        counts[row, rows] = times
    return counts


def _bm25(weight: Floats, counts: Floats, lengths: Floats) -> Floats:
    scale = BM25_K1 * (1 - BM25_B + BM25_B * lengths / (lengths.mean() + 1e-6))
    return np.asarray(weight @ (counts * (BM25_K1 + 1) / (counts + scale)), np.float32)
