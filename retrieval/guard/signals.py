"""What speaks for and against a sentence of a chat model: how hidden text fits it, and how visible text does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.passages import Passage
from retrieval.book import OpenedBook, VisibleBook
from retrieval.gate import Gate
from retrieval.guard.words import matched, tells
from retrieval.rank.features import RECENCY, Floats, Question
from retrieval.rank.ranker import Ranking, Reader
from retrieval.rank.words import stem, stems
from retrieval.types import Matrix, TokenVectors, Vector

NEAREST = 8
"""Passages of each side, hidden and visible, that a sentence is held against word by word."""

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
"""How a sentence is said: as a guess, as what is to come, to the reader, as a denial, as a question."""

SIGNS = 66
"""Numbers that the guard decides by; docs/guard.md says what each is."""

OF_WORDS = 33
"""The first of them: those that count the more, the less a sentence says. The others say where a sentence is told."""

NEW = 15
"""Which of them is the share of words that the reader has not met."""

LENGTH = 32
"""Which of them is how much is said, as a share of a dozen telling words beyond the question's."""

FEW = 2 / 12
"""That length of a word or two."""

BEHIND, AHEAD = (0, 2), (1, 3)
"""Steps up to which seen text is the last or a recent part, and hidden text the next or a near part of the book."""

AVERAGED = 3
"""Passages of each side whose nearness is averaged."""

DISTANCES = 11
"""Numbers that say how far from the reader a sentence is told."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer made ready: alone, with its question, following the one before it, and word by word."""

    asked: frozenset[str]
    alone: Question
    together: Question
    following: Question
    read: TokenVectors
    words: Sequence[str]
    vectors: Matrix
    first: bool


class Sides:
    """All of a book, divided into what an audience may see and what it may not."""

    def __init__(self, opened: OpenedBook, gate: Gate, reader: Reader, known: str) -> None:
        self._whole, self._reader = opened.whole(), reader
        self._hidden_passages = np.fromiter((not gate.passes(p) for p in opened.passages), bool, len(opened.passages))
        self._hidden: npt.NDArray[np.bool_] = self._hidden_passages[self._whole.passage_of]
        self._known = {word for n in np.flatnonzero(~self._hidden) for word in self._whole.stems[n]}
        self._known.update(stems(known))
        self._secret = {word for n in np.flatnonzero(self._hidden) for word in self._whole.stems[n]} - self._known
        self._rarity = _rarity(self._whole.stems)
        self._unheard = float(np.log((len(self._whole) + 1) / 0.5))
        self._ranked: dict[str, Ranking] = {}
        self._distances = Distances(self._whole, self._hidden_passages, gate.audience.at(opened.book))

    @property
    def all_visible(self) -> bool:
        """Whether nothing of the book is hidden."""
        return not self._hidden.any()

    def told_by_a_word(self, said: Said) -> bool:
        """Return whether a sentence holds a word that tells by itself."""
        return tells(said.alone.text, said.read, self._known | said.asked, self._secret)

    def nearest(self, statements: Sequence[Question]) -> tuple[list[Passage], list[Passage]]:
        """Return the visible and the hidden passages that some statements fit best."""
        best = np.zeros(len(self._whole.passages), np.float32)
        for statement in statements:
            chances = np.zeros_like(best)
            np.add.at(chances, self._whole.passage_of, self._ranking(statement).chances)
            near = self._whole.passage_vectors @ statement.vectors.plain
            best = np.maximum(best, np.maximum(chances / (chances.max() + 1e-9), near))
        order = np.argsort(-best, kind="stable")
        visible, hidden = ([n for n in order if self._hidden_passages[n] == side][:NEAREST] for side in (False, True))
        return [self._whole.passages[n] for n in visible], [self._whole.passages[n] for n in hidden]

    def signs(self, said: Said, visible: Sequence[Matrix], hidden: Sequence[Matrix]) -> Floats:
        """Return all signs of a sentence; `visible` and `hidden` are its nearest passages, read word by word."""
        told = [word for word in said.alone.words if word not in said.asked]
        new = [word for word in told if word not in self._known]
        secret = [word for word in new if word in self._secret]
        count = max(1, len(told))
        return np.array(
            [
                float(self._hidden.mean()),
                *self._fit(said.alone),
                *self._fit(said.together),
                len(new) / count,
                len(secret) / count,
                min(3, len(secret)) / 3,
                float(not told),
                *_by_words(said, visible, hidden),
                *(float(bool(style.search(said.alone.text))) for style in _STYLE),
                float(said.first),
                min(12, len(told)) / 12,
                *self._told_where(said.alone),
                *self._told_where(said.together),
                *self._told_where(said.following),
            ],
            np.float32,
        )

    def _fit(self, statement: Question) -> list[float]:
        """Return how hidden and visible text fit a statement: by chance, by nearness and by shared words."""
        whole, hidden = self._whole, self._hidden
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

    def _told_where(self, statement: Question) -> list[float]:
        """Return how far from the reader's position a statement is told."""
        return self._distances.of(self._ranking(statement), statement.vectors.plain)

    def _ranking(self, statement: Question) -> Ranking:
        """Rank all of the book for a statement; each is ranked once."""
        if statement.text not in self._ranked:
            blank = np.zeros((len(self._whole), RECENCY), np.float32)
            self._ranked[statement.text] = self._reader.read(self._whole, statement, blank)
        return self._ranked[statement.text]


def _by_words(said: Said, visible: Sequence[Matrix], hidden: Sequence[Matrix]) -> list[float]:
    """Return how much better hidden passages match a sentence's words: on the whole, at most, and in one passage."""
    seen, kept_back = matched(said.vectors, visible), matched(said.vectors, hidden)
    if not said.words:
        return [0.0] * 7
    best_seen, best_hidden = seen.max(axis=1, initial=0.0), kept_back.max(axis=1, initial=0.0)
    better = best_hidden - best_seen
    own = np.array([stem(word.lower()) not in said.asked for word in said.words])
    passages_seen, passages_hidden = seen.mean(axis=0), kept_back.mean(axis=0)
    leading = kept_back[:, int(passages_hidden.argmax())] if len(hidden) else best_hidden
    return [
        float(better.mean()),
        float(better.max()),
        float(np.sort(np.where(own, better, -0.2))[-2:].mean()),
        float(best_seen.mean()),
        float(best_seen.min()),
        float(passages_hidden.max(initial=0.0) - passages_seen.max(initial=0.0)),
        float(np.clip(leading - best_seen, 0, 1).sum()),
    ]


def _rarity(sentences: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return how rare each stem is among a book's sentences (inverse document frequency)."""
    held: dict[str, int] = {}
    for words in sentences:
        for word in set(words):
            held[word] = held.get(word, 0) + 1
    return {word: float(np.log((len(sentences) + 1) / (count + 0.5))) for word, count in held.items()}


def _margin(values: Floats, hidden: npt.NDArray[np.bool_]) -> float:
    """Return by how much the best hidden value beats the best visible one."""
    return float(values[hidden].max(initial=-1.0) - values[~hidden].max(initial=-1.0))


class Distances:
    """A book from a reader's position. A step is a mark at which anything is told: so books of any unit compare."""

    def __init__(self, whole: VisibleBook, hidden: npt.NDArray[np.bool_], position: int) -> None:
        steps = np.unique(whole.marks)
        here = int(np.searchsorted(steps, position, side="right")) - 1
        self._whole, self._hidden = whole, hidden
        self._ahead = np.searchsorted(steps, whole.marks) - here
        self._steps = max(1, len(steps))
        away = np.where(hidden, self._ahead, -self._ahead)
        near, far = (np.where(hidden, of_hidden, of_seen) for of_seen, of_hidden in zip(BEHIND, AHEAD, strict=True))
        zones = np.where(hidden, 3, 0) + (away > near) + (away > far)
        self._zone_of_sentence = zones[whole.passage_of]

    def of(self, ranking: Ranking, statement: Vector) -> list[float]:
        """Return where a statement is told, all numbers from -1 to 1.

        The chances that it is told in the last step, in a recent and in an earlier one, next, soon, and far ahead; how
        likely it is told at all; how much of the book lies between the reader and the nearest passage behind, and the
        nearest one ahead; and how near the nearest few of either side are.
        """
        near = self._whole.passage_vectors @ statement
        seen, kept_back = np.where(self._hidden, -1.0, near), np.where(self._hidden, near, -1.0)
        return [
            *np.bincount(self._zone_of_sentence, ranking.chances, minlength=6).tolist(),
            ranking.confidence,
            -float(self._ahead[seen.argmax()]) / self._steps,
            float(self._ahead[kept_back.argmax()]) / self._steps,
            float(np.sort(seen)[-AVERAGED:].mean()),
            float(np.sort(kept_back)[-AVERAGED:].mean()),
        ]
