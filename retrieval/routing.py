"""Which book is meant, when none is said: the names in the question first, then what may be shown of each book."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from corpus.books import Slug
from retrieval.book import VisibleBook
from retrieval.rank.features import Question

CANDIDATES = 5
"""Books that are ranked in full after the quick look."""


def likeliest(question: Question, views: Iterable[VisibleBook]) -> list[Slug]:
    """Return the books whose visible text fits a question, best first.

    A book's score is its best sentence's similarity, plus the share of the question's words, weighed by how few books
    hold them, that stand in its text at all and together in one passage.
    """
    seen = [view for view in views if len(view)]
    if not seen:
        return []
    held = np.array([[len(view.found(word)[0]) > 0 for word in question.words] for view in seen], np.float32)
    held = held.reshape(len(seen), len(question.words))
    weight = np.log1p((len(seen) - held.sum(axis=0) + 0.5) / (held.sum(axis=0) + 0.5))
    weight = weight / (weight.sum() + 1e-6)
    scores = [_score(view, question, weight, row) for view, row in zip(seen, held, strict=True)]
    return [seen[n].book for n in np.argsort(scores)[::-1]]


def _score(view: VisibleBook, question: Question, weight: np.ndarray, held: np.ndarray) -> float:
    adapted, plain = question.vectors.adapted, question.vectors.plain
    similar = float((view.sentence_vectors @ adapted).max() + (view.passage_vectors @ plain).max()) / 2
    together = np.zeros(len(view.passages), np.float32)
    for word, share in zip(question.words, weight, strict=True):
        together[np.unique(view.passage_of[view.found(word)[0]])] += share
    return similar + float(weight @ held) + float(together.max(initial=0.0))
