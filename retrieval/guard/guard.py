"""The guard: what a chat model says is shown only where text that the audience may see supports it.

A model knows famous books by heart, so the gate on retrieval is not enough. Each sentence of its answer is matched
against all of the book: where hidden text fits it better than visible text, or where it holds words that only hidden
text holds, it is stopped. How much each sign counts was learned from honest and leaking answers (docs/guard.md).
Words of another script match nothing at all, so a sentence with any that visible text does not hold is stopped unread;
so is one with a name, a number or a rare word that the reader cannot have met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from retrieval.book import OpenedBook
from retrieval.gate import Gate
from retrieval.guard.signals import FEW, LENGTH, NEW, OF_WORDS, Said, Sides
from retrieval.guard.words import ReadPassages, WordReader, telling_words
from retrieval.rank.features import Floats, Question
from retrieval.rank.ranker import WEIGHTS, Fit, Reader
from retrieval.rank.words import stems, unread
from retrieval.types import TokenVectors, Vector

STRANGE = 0.25
"""Share of the limit from which a sentence is stopped that says a word or two which the reader has not met, and nothing
else: it holds next to nothing to judge by. Set on the validation stories."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown, and how likely (0 to 1) it gives away what is hidden."""

    shown: bool
    risk: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was found about a sentence: its signs, and whether a word of it tells by itself."""

    signs: Floats
    told_by_a_word: bool


class Guard:
    """Judges what a chat model says of one book, for one audience; `known` is what everybody knows of it."""

    def __init__(
        self, opened: OpenedBook, gate: Gate, reader: Reader, known: str, passages: ReadPassages, embedder: WordReader
    ) -> None:
        self._sides = Sides(opened, gate, reader, known)
        self._passages, self._embedder = passages, embedder
        self._seen = [passage.text for passage in gate.visible(opened.passages)]

    def judge(self, question: str, said: Sequence[str], rule: Rule) -> list[Verdict]:
        """Judge each sentence of an answer to a question."""
        if self._sides.all_visible:
            return [Verdict(True, 0.0) for _ in said]
        read = {word for text in self._seen for word in unread(text)} if any(map(unread, said)) else set()
        return [
            Verdict(False, 1.0) if unread(sentence) - read or found.told_by_a_word else rule.verdict(found.signs)
            for sentence, found in zip(said, self.weigh(question, said), strict=True)
        ]

    def weigh(self, question: str, said: Sequence[str]) -> list[Weighed]:
        """Return what speaks for and against each sentence of an answer."""
        found = []
        for sentence in self._ready(question, said):
            visible, hidden = self._sides.nearest((sentence.alone, sentence.together))
            read = self._passages.of([*visible, *hidden])
            signs = self._sides.signs(sentence, read[: len(visible)], read[len(visible) :])
            found.append(Weighed(signs, self._sides.told_by_a_word(sentence)))
        return found

    def _ready(self, question: str, said: Sequence[str]) -> list[Said]:
        """Make sentences ready: each alone, with its question, and following the sentence before it.

        Its words are read behind both, so that “he” carries who is meant.
        """
        if not said:
            return []
        following = [" ".join(filter(None, pair)) for pair in pairwise(("", *said))]
        together = [f"{question} {sentence}".strip() for sentence in said]
        behind = [f"{question} {text}".strip() for text in following]
        count, read = len(said), self._embedder.words([*said, *together, *following, *behind])
        alone, with_question, after, words = (read[n * count : (n + 1) * count] for n in range(4))
        asked = frozenset(stems(question))
        ready = []
        for n, sentence in enumerate(said):
            telling = telling_words(behind[n], words[n], len(behind[n]) - len(sentence))
            ready.append(
                Said(
                    asked,
                    Question.stated(sentence, _mean(alone[n])),
                    Question.stated(together[n], _mean(with_question[n])),
                    Question.stated(following[n], _mean(after[n])),
                    alone[n], *telling, first=n == 0,
                )
            )  # fmt: skip
        return ready


@dataclass(frozen=True, slots=True)
class Rule:
    """The learned rule: a logistic one over the signs, and the risk from which a sentence is stopped.

    Every sign counts once as it is, and those of words once more the less a sentence says: three words in the book's
    own are judged otherwise than a sentence of thirty in others.
    """

    fit: Fit
    limit: float

    @classmethod
    def load(cls, path: Path = WEIGHTS / "guard.npz") -> Rule:
        """Read the rule that ships, or another."""
        with np.load(path) as arrays:
            return cls(Fit(arrays["weights"].astype(np.float32), float(arrays["bias"])), float(arrays["limit"]))

    def verdict(self, signs: Floats) -> Verdict:
        """Return what is to become of a sentence with these signs."""
        risk = self.fit.confidence(weighed(signs))
        strange = signs[NEW] == 1 and signs[LENGTH] <= FEW
        return Verdict(risk < self.limit * (STRANGE if strange else 1.0), risk)


def weighed(signs: Floats) -> Floats:
    """Return what the rule weighs: the signs, and those of words by how little the sentence says."""
    return np.concatenate([signs, signs[:OF_WORDS] * (1 - signs[LENGTH])])


def _mean(read: TokenVectors) -> Vector:
    """Return the vector of a whole text: its tokens' mean, at length 1."""
    mean = read[0].mean(axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0), np.float32)
