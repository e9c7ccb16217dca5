"""What the door returns: what was found for a question, and what operators may know of the store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corpus.books import Slug
from corpus.passages import Passage
from retrieval.book import VisibleBook
from retrieval.rank.ranker import Ranking

TOP = 10
"""Passages returned for a question."""

LEADS = 5
"""Stretches of text of which the best passage comes before all others."""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with the probability that it holds the answer, given that some visible passage does."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a visible passage, with its number in the visible text and the same probability."""

    text: str
    passage: Passage
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Search:
    """What may be shown for a question: passages best first, sentences in reading order.

    `confidence` (0 to 1) is how likely the visible text answers it. `withheld` tells operators that something
    beyond the audience's position fits better; nothing that members see depends on it. `finished` is true where the
    audience has finished the book.
    """

    book: Slug | None
    passages: tuple[RankedPassage, ...] = ()
    sentences: tuple[RankedSentence, ...] = ()
    confidence: float = 0.0
    withheld: bool = False
    finished: bool = False

    @classmethod
    def of(cls, view: VisibleBook, ranking: Ranking) -> Search:
        """Return what is found in what an audience may see of a book."""
        return cls(
            view.book,
            tuple(_ranked_passages(view, ranking)),
            tuple(
                RankedSentence(s, view.passages[p], n, float(c))
                for n, (s, p, c) in enumerate(zip(view.sentences, view.passage_of, ranking.chances, strict=True))
            ),
            ranking.confidence,
        )


@dataclass(frozen=True, slots=True)
class PassagesState:
    """What operators may know: books of the library and how many are ready, whether an index run is under way, and of
    the books that are held in memory how many, their bytes, and how often one was there or had to be read.
    """

    books: int
    ready: int
    indexing: bool
    opened: int
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a full check of the store finds: how many books and club texts it holds, and what is wrong with them."""

    books: int
    texts: int
    wrong: tuple[str, ...]


def _ranked_passages(view: VisibleBook, ranking: Ranking) -> list[RankedPassage]:
    """Return the best passages: first the best of each of the likeliest stretches of text, then the best others.

    A passage is as good as its best sentence, a stretch as all of its sentences together. Ten passages from one
    stretch would say the same thing ten times.
    """
    scores = np.zeros(len(view.passages), np.float32)
    np.maximum.at(scores, view.passage_of, ranking.chances)
    stretches = np.bincount(view.group_of, ranking.chances)[view.group_of_passage]
    by_stretch = np.lexsort((-scores, -stretches))
    first_of_each = np.unique(view.group_of_passage[by_stretch], return_index=True)[1]
    leads = by_stretch[np.sort(first_of_each)][:LEADS]
    others = [n for n in np.argsort(-scores, kind="stable") if n not in leads]
    return [RankedPassage(view.passages[n], float(scores[n])) for n in (*leads, *others)][:TOP]
