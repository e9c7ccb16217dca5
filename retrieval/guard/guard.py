"""The guard: a sentence of a chat model is shown only where text that the audience may see supports it.

A model knows famous books by heart, so the gate on retrieval is not enough. How much each signal counts was learned
from honest and leaking answers (docs/guard.md); a word that the reader cannot have met stops a sentence at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from retrieval.book import OpenedBook
from retrieval.gate import Gate
from retrieval.guard.signals import LENGTH, MATCHING, NEW_WORDS, SHORT, GuardedBook, Sentence
from retrieval.guard.words import PassageTokens, content_words
from retrieval.ranking import WEIGHTS, Fit, Floats, Question, Ranker
from retrieval.types import Embedder, TokenVectors, Vector
from retrieval.words import stems, unread

SHORT_AND_NEW = 0.25
"""Share of the limit for a sentence that says only one or two words, which the reader has not met: there is next to
nothing to judge it by. Set on the validation stories."""


@dataclass(frozen=True, slots=True)
class SentenceVerdict:
    """Whether a sentence may be shown, and how likely (0 to 1) it gives away what is hidden."""

    shown: bool
    risk: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found about a sentence: its signals, and whether one word of it is enough to stop it."""

    signals: Floats
    revealing_word: bool


class Guard:
    """Judges what a chat model says of one book, for one audience; `known` is what everybody knows of the book."""

    def __init__(
        self, opened: OpenedBook, gate: Gate, reader: Ranker, known: str, passages: PassageTokens, embedder: Embedder
    ) -> None:
        self._book = GuardedBook(opened, gate, reader, known)
        self._passages, self._embedder = passages, embedder
        self._seen = [passage.text for passage in gate.visible(opened.passages)]

    def judge(self, question: str, said: Sequence[str], rule: Rule) -> list[SentenceVerdict]:
        """Judge each sentence of an answer to a question."""
        if not self._book.hidden.any():
            return [SentenceVerdict(True, 0.0) for _ in said]
        read = {word for text in self._seen for word in unread(text)} if any(map(unread, said)) else set()
        return [
            SentenceVerdict(False, 1.0) if unread(text) - read or found.revealing_word else rule.verdict(found.signals)
            for text, found in zip(said, self.evidence(question, said), strict=True)
        ]

    def evidence(self, question: str, said: Sequence[str]) -> list[Evidence]:
        """Return what was found about each sentence of an answer."""
        found = []
        for sentence in self._embed(question, said):
            visible, hidden = self._book.nearest((sentence.alone, sentence.together))
            read = self._passages.of([*visible, *hidden])
            signals = self._book.signals(sentence, read[: len(visible)], read[len(visible) :])
            found.append(Evidence(signals, self._book.has_revealing_word(sentence)))
        return found

    def _embed(self, question: str, said: Sequence[str]) -> list[Sentence]:
        """Embed sentences: each alone, with its question, and following the sentence before it.

        Their words are read after both, so that the vector of “he” carries who is meant.
        """
        if not said:
            return []
        following = [" ".join(filter(None, pair)) for pair in pairwise(("", *said))]
        together = [f"{question} {sentence}".strip() for sentence in said]
        in_context = [f"{question} {text}".strip() for text in following]
        count, read = len(said), self._embedder.words([*said, *together, *following, *in_context])
        alone, with_question, after, words = (read[n * count : (n + 1) * count] for n in range(4))
        asked = frozenset(stems(question))
        ready = []
        for n, sentence in enumerate(said):
            content = content_words(in_context[n], words[n], len(in_context[n]) - len(sentence))
            ready.append(
                Sentence(
                    asked,
                    Question.stated(sentence, _mean(alone[n])),
                    Question.stated(together[n], _mean(with_question[n])),
                    Question.stated(following[n], _mean(after[n])),
                    alone[n], *content, first=n == 0,
                )
            )  # fmt: skip
        return ready


@dataclass(frozen=True, slots=True)
class Rule:
    """The learned rule: a logistic regression over the signals, and the risk from which a sentence is stopped.

    Every signal counts once as it is, and those of matching count once more, the shorter the sentence is: three of the
    book's own words are judged differently from a sentence of thirty other words.
    """

    fit: Fit
    limit: float

    @classmethod
    def load(cls, path: Path = WEIGHTS / "guard.npz") -> Rule:
        """Load the packaged rule, or another one."""
        with np.load(path) as arrays:
            return cls(Fit(arrays["weights"].astype(np.float32), float(arrays["bias"])), float(arrays["limit"]))

    def verdict(self, signals: Floats) -> SentenceVerdict:
        """Return the verdict on a sentence with these signals."""
        risk = self.fit.confidence(rule_inputs(signals))
        short_and_new = signals[NEW_WORDS] == 1 and signals[LENGTH] <= SHORT
        return SentenceVerdict(risk < self.limit * (SHORT_AND_NEW if short_and_new else 1.0), risk)


def rule_inputs(signals: Floats) -> Floats:
    """Return what the rule weighs: the signals, and those of matching once more, by how short the sentence is."""
    return np.concatenate([signals, signals[:MATCHING] * (1 - signals[LENGTH])])


def _mean(read: TokenVectors) -> Vector:
    """Return the vector of a whole text: the mean of its tokens, of length 1."""
    mean = read[0].mean(axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0), np.float32)
