"""The guard's signals for a sentence of a chat model: how well hidden and visible text match it, and where they do.

Hidden text right after the reader's position continues what is known, so a harmless sentence often comes near to it.
What a sentence shares with text far ahead alone is another matter; so distances from the position are signals too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.passages import Passage
from retrieval.book import OpenedBook, VisibleBook
from retrieval.gate import Gate
from retrieval.guard.words import has_revealing_word, word_similarities
from retrieval.ranking import RECENCY, Floats, Question, Ranker, Ranking
from retrieval.types import Matrix, TokenVectors, Vector
from retrieval.words import stem, stems

NEAREST = 8
"""Hidden passages, and as many visible ones, that a sentence is compared with word by word."""

_STYLE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (r"\b(?:may|might|perhaps|maybe|probably|possibly|seem(?:s|ed)?|appears?|suppose|guess|wonder|unclear|not sure"
         r"|hard to (?:say|tell)|can(?:no|['’])t (?:say|tell)|don['’]t know|doesn['’]t say|so far|yet|up to|until now"
         r"|for now|at this point|as far as)\b"),
        (r"\b(?:will|won['’]t|later|eventually|finally|ultimately|(?:in|at|by) the (?:end|close)|ends? up|turns? out"
         r"|reveal\w*|twist|going to|actually|really|truth|secretly|all along)\b"),
        r"\b(?:i|i['’](?:d|m|ve|ll)|you|your|we|us|our|me|my)\b",
        r"\b(?:no|not|never|nobody|nothing|none|\w+n['’]t)\b",
        r"\?[\"”]?$",
    )
]  # fmt: skip
"""How a sentence is worded: as a guess, as a prediction, to the reader, as a denial, as a question."""

SIGNALS = 66
"""Numbers that the guard decides by; docs/guard.md says what each is."""

MATCHING = 33
"""The first of them, which say how well texts match. They count the more, the shorter a sentence is."""

NEW_WORDS = 15
"""Index of the share of words that the reader has not met."""

LENGTH = 32
"""Index of the length: content words beyond the question's, as a share of a dozen."""

SHORT = 2 / 12
"""The length of a sentence of one or two such words."""

PAST_STEPS, FUTURE_STEPS = (0, 2), (1, 3)
"""Steps up to which visible text is the latest or recent, and hidden text is next or near."""

AVERAGED = 3
"""Hidden passages, and as many visible ones, whose similarities are averaged."""

DISTANCES = 11
"""Signals of one reading of a sentence that say how far from the reader it is told."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, embedded in three readings and word by word.

    The readings are the sentence alone, together with its question, and following the sentence before it.
    """

    asked: frozenset[str]
    alone: Question
    together: Question
    following: Question
    read: TokenVectors
    words: Sequence[str]
    vectors: Matrix
    first: bool


class GuardedBook:
    """All text of a book, divided into what an audience may see and what it may not."""

    def __init__(self, opened: OpenedBook, gate: Gate, reader: Ranker, known: str) -> None:
        self._whole, self._reader = opened.whole(), reader
        self._hidden_passages = np.fromiter((not gate.passes(p) for p in opened.passages), bool, len(opened.passages))
        self.hidden: npt.NDArray[np.bool_] = self._hidden_passages[self._whole.passage_of]
        self._known = {word for n in np.flatnonzero(~self.hidden) for word in self._whole.stems[n]}
        self._known.update(stems(known))
        self._secret = {word for n in np.flatnonzero(self.hidden) for word in self._whole.stems[n]} - self._known
        held = Counter(word for sentence in self._whole.stems for word in set(sentence))
        count = len(self._whole) + 1
        self._rarity = {word: float(np.log(count / (times + 0.5))) for word, times in held.items()}
        self._unheard = float(np.log(count / 0.5))
        self._ranked: dict[str, Ranking] = {}
        self._distances = Distances(self._whole, self._hidden_passages, gate.audience.at(opened.book))

    def has_revealing_word(self, sentence: Sentence) -> bool:
        """Return whether one word of a sentence is enough to stop it."""
        return has_revealing_word(sentence.alone.text, sentence.read, self._known | sentence.asked, self._secret)

    def nearest(self, statements: Sequence[Question]) -> tuple[list[Passage], list[Passage]]:
        """Return the visible and the hidden passages that match any of the statements best."""
        best = np.zeros(len(self._whole.passages), np.float32)
        for statement in statements:
            chances = np.zeros_like(best)
            np.add.at(chances, self._whole.passage_of, self._ranking(statement).chances)
            near = self._whole.passage_vectors @ statement.vectors.plain
            best = np.maximum(best, np.maximum(chances / (chances.max() + 1e-9), near))
        order = np.argsort(-best, kind="stable")
        visible, hidden = ([n for n in order if self._hidden_passages[n] == side][:NEAREST] for side in (False, True))
        return [self._whole.passages[n] for n in visible], [self._whole.passages[n] for n in hidden]

    def signals(self, sentence: Sentence, visible: Sequence[Matrix], hidden: Sequence[Matrix]) -> Floats:
        """Return all signals of a sentence; `visible` and `hidden` are the token vectors of its nearest passages."""
        content = [word for word in sentence.alone.words if word not in sentence.asked]
        new = [word for word in content if word not in self._known]
        secret = [word for word in new if word in self._secret]
        count = max(1, len(content))
        return np.array(
            [
                float(self.hidden.mean()),
                *self._fit(sentence.alone),
                *self._fit(sentence.together),
                len(new) / count,
                len(secret) / count,
                min(3, len(secret)) / 3,
                float(not content),
                *_by_words(sentence, visible, hidden),
                *(float(bool(style.search(sentence.alone.text))) for style in _STYLE),
                float(sentence.first),
                min(12, len(content)) / 12,
                *(
                    distance
                    for said in (sentence.alone, sentence.together, sentence.following)
                    for distance in self._distances.of(self._ranking(said), said.vectors.plain)
                ),
            ],
            np.float32,
        )

    def _fit(self, statement: Question) -> list[float]:
        """Return how well hidden and visible text match a statement: by ranking, by similarity and by shared words."""
        whole, hidden = self._whole, self.hidden
        near = whole.sentence_vectors @ statement.vectors.plain
        near_passages = whole.passage_vectors @ statement.vectors.plain
        weights = np.array([self._rarity.get(word, self._unheard) for word in statement.words], np.float32)
        weights /= weights.sum() or 1.0
        in_sentence = np.zeros(len(whole), np.float32)
        in_passage = np.zeros(len(whole.passages), np.float32)
        for word, weight in zip(statement.words, weights, strict=True):
            found = whole.found(word)[0]
            in_sentence[found] += weight
            in_passage[np.unique(whole.passage_of[found])] += weight
        return [
            float(self._ranking(statement).chances[hidden].sum()),
            _margin(near, hidden),
            float(near[~hidden].max(initial=-1.0)),
            _margin(near_passages, self._hidden_passages),
            _margin(in_sentence, hidden),
            _margin(in_passage, self._hidden_passages),
            float(in_passage[~self._hidden_passages].max(initial=0.0)),
        ]

    def _ranking(self, statement: Question) -> Ranking:
        """Rank all sentences of the book for a statement, once."""
        if statement.text not in self._ranked:
            blank = np.zeros((len(self._whole), RECENCY), np.float32)
            self._ranked[statement.text] = self._reader.rank(self._whole, statement, blank)
        return self._ranked[statement.text]


def _by_words(sentence: Sentence, visible: Sequence[Matrix], hidden: Sequence[Matrix]) -> list[float]:
    """Return how much better hidden passages match a sentence's words: on average, at most, and in one passage."""
    by_visible, by_hidden = word_similarities(sentence.vectors, visible), word_similarities(sentence.vectors, hidden)
    if not sentence.words:
        return [0.0] * 7
    best_visible, best_hidden = by_visible.max(axis=1, initial=0.0), by_hidden.max(axis=1, initial=0.0)
    better = best_hidden - best_visible
    own = np.array([stem(word.lower()) not in sentence.asked for word in sentence.words])
    passages_visible, passages_hidden = by_visible.mean(axis=0), by_hidden.mean(axis=0)
    leading = by_hidden[:, int(passages_hidden.argmax())] if len(hidden) else best_hidden
    return [
        float(better.mean()),
        float(better.max()),
        float(np.sort(np.where(own, better, -0.2))[-2:].mean()),
        float(best_visible.mean()),
        float(best_visible.min()),
        float(passages_hidden.max(initial=0.0) - passages_visible.max(initial=0.0)),
        float(np.clip(leading - best_visible, 0, 1).sum()),
    ]


def _margin(values: Floats, hidden: npt.NDArray[np.bool_]) -> float:
    """Return by how much the best hidden value beats the best visible one."""
    return float(values[hidden].max(initial=-1.0) - values[~hidden].max(initial=-1.0))


class Distances:
    """A book seen from a reader's position, in steps: the marks that have text, so that all units compare."""

    def __init__(self, whole: VisibleBook, hidden: npt.NDArray[np.bool_], position: int) -> None:
        steps = np.unique(whole.marks)
        here = int(np.searchsorted(steps, position, side="right")) - 1
        self._whole, self._hidden = whole, hidden
        self._ahead = np.searchsorted(steps, whole.marks) - here
        self._steps = max(1, len(steps))
        away = np.where(hidden, self._ahead, -self._ahead)
        near, far = (np.where(hidden, *limits) for limits in zip(FUTURE_STEPS, PAST_STEPS, strict=True))
        zones = np.where(hidden, 3, 0) + (away > near) + (away > far)
        self._zone_of_sentence = zones[whole.passage_of]

    def of(self, ranking: Ranking, statement: Vector) -> list[float]:
        """Return where a statement is told, all numbers from -1 to 1.

        They are the chances of the latest step, of recent and of earlier ones, of the next step, of near and of far
        ones; the confidence that it is told at all; the share of the book between the reader and the most similar
        visible passage, and the most similar hidden one; and the similarity of the best few visible and hidden ones.
        """
        near = self._whole.passage_vectors @ statement
        visible, hidden = np.where(self._hidden, -1.0, near), np.where(self._hidden, near, -1.0)
        return [
            *np.bincount(self._zone_of_sentence, ranking.chances, minlength=6).tolist(),
            ranking.confidence,
            -float(self._ahead[visible.argmax()]) / self._steps,
            float(self._ahead[hidden.argmax()]) / self._steps,
            float(np.sort(visible)[-AVERAGED:].mean()),
            float(np.sort(hidden)[-AVERAGED:].mean()),
        ]
