"""The guard: what a chat model says is shown only where text that the audience may see supports it.

A model knows famous books by heart, so the gate on retrieval is not enough. Each sentence of its answer is matched
against all of the book: where hidden text fits it better than visible text, or where it holds words that only hidden
text holds, it is stopped. How much each sign counts was learned from honest and leaking answers (docs/guard.md).
Words of another script match nothing at all, so a sentence with any that visible text does not hold is stopped unread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.embedding import Embedder
from retrieval.features import RECENCY, Floats, Question
from retrieval.gate import Gate
from retrieval.lexicon import stems, unread
from retrieval.opened import OpenedBook
from retrieval.ranking import WEIGHTS, Fit, Reader

SIGNS = 12
"""Numbers that the guard decides by."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown, and how likely (0 to 1) it gives away what is hidden."""

    shown: bool
    risk: float


class Guard:
    """Judges what a chat model says of one book, for one audience."""

    def __init__(self, opened: OpenedBook, gate: Gate, reader: Reader, rule: Fit, limit: float, title: str) -> None:
        self._whole, self._reader, self._rule, self._limit = opened.whole(), reader, rule, limit
        hidden = np.fromiter((not gate.passes(p) for p in opened.passages), bool, len(opened.passages))
        self._hidden: npt.NDArray[np.bool_] = hidden[self._whole.passage_of]
        self._seen = [passage.text for passage in gate.visible(opened.passages)]
        self._known = {word for n in np.flatnonzero(~self._hidden) for word in self._whole.stems[n]}
        self._known.update(stems(title))
        self._secret = {word for n in np.flatnonzero(self._hidden) for word in self._whole.stems[n]} - self._known

    def judge(self, question: str, sentence: str, embedder: Embedder) -> Verdict:
        """Judge one sentence of an answer to a question."""
        if not self._hidden.any():
            return Verdict(True, 0.0)
        strange = unread(sentence)
        if strange and not strange <= {word for text in self._seen for word in unread(text)}:
            return Verdict(False, 1.0)
        signs = self.signs(
            frozenset(stems(question)),
            Question.stated(f"{question} {sentence}", embedder.question(f"{question} {sentence}").plain),
            Question.stated(sentence, embedder.question(sentence).plain),
        )
        risk = self._rule.confidence(signs)
        return Verdict(risk < self._limit, risk)

    def signs(self, asked: frozenset[str], together: Question, alone: Question) -> Floats:
        """Return what speaks for and against a sentence: matched with its question, and alone."""
        said = [word for word in alone.words if word not in asked]
        new = [word for word in said if word not in self._known]
        secret = [word for word in new if word in self._secret]
        count = max(1, len(said))
        return np.array(
            [
                *self._sides(together),
                *self._sides(alone),
                len(new) / count,
                len(secret) / count,
                min(3, len(secret)) / 3,
                min(12, len(said)) / 12,
                float(self._hidden.mean()),
                1.0 if not said else 0.0,
            ],
            np.float32,
        )

    def _sides(self, statement: Question) -> list[float]:
        """Return how hidden and visible text fit: chance on hidden text, and differences of the best of each."""
        ranking = self._reader.read(self._whole, statement, np.zeros((len(self._whole), RECENCY), np.float32))
        similar = self._whole.sentence_vectors @ statement.vectors.plain
        weight = np.zeros(len(self._whole), np.float32)
        for word in statement.words:
            weight[self._whole.found(word)[0]] += 1 / len(statement.words)
        return [
            float(ranking.chances[self._hidden].sum()),
            _margin(similar, self._hidden),
            _margin(weight, self._hidden),
        ]


def load_rule() -> tuple[Fit, float]:
    """Return the learned rule and the risk from which a sentence is stopped."""
    with np.load(WEIGHTS / "guard.npz") as arrays:
        return Fit(arrays["weights"].astype(np.float32), float(arrays["bias"])), float(arrays["limit"])


def _margin(values: Floats, hidden: npt.NDArray[np.bool_]) -> float:
    """Return by how much the best hidden value beats the best visible one."""
    return float(values[hidden].max(initial=-1.0) - values[~hidden].max(initial=-1.0))
