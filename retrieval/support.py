"""Support: how much of what a sentence says stands together in visible text, for the guard's third gate."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.book import Floats, VisibleBook
from retrieval.ranking import Question
from retrieval.types import Matrix
from retrieval.words import stem, stems

SUPPORT = 35  # numbers that say how well visible text supports a sentence
FAR, FAIR = 0.45, 0.6  # similarities below which a passage does not have a word, and has it barely

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_DENIES = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|neither|nor|without|hardly|\w+n['’]t|refus\w+|fail\w*|den(?:y|ies|ied))\b",
    re.IGNORECASE,
)


def names_of(texts: Sequence[str]) -> set[str]:
    """Return the stems of the names in texts: words with a capital within a sentence."""
    return {root for text in texts for word in _NAME.findall(text) for root in stems(word)}


def word_similarities(words: Matrix, passages: Sequence[Matrix]) -> Floats:
    """Return each word's cosine to the nearest word of each passage ("late interaction", arXiv:2004.12832)."""
    if not len(words) or not passages:
        return np.zeros((len(words), len(passages)), np.float32)
    return np.stack([(words @ passage.T).max(axis=1, initial=-1.0) for passage in passages], axis=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as support is looked for: its readings, its words with their vectors, and what was asked."""

    readings: Sequence[Question]
    words: Sequence[str]
    vectors: Matrix
    asked: frozenset[str]


class Support:
    """What speaks for a sentence in the visible text of a book; `rarity` weighs words, others are `unheard`."""

    def __init__(
        self, whole: VisibleBook, hidden: npt.NDArray[np.bool_], known: set[str], rarity: Mapping[str, float],
        unheard: float,
    ) -> None:  # fmt: skip
        self._whole, self._seen, self._known = whole, ~hidden, known
        self._rarity, self._unheard = rarity, unheard
        self._names = names_of([passage.text for passage in whole.passages])
        told = [set(words) for words in whole.stems]
        self._around = [set[str]().union(*told[max(0, n - 1) : n + 2]) for n in range(len(told))]

    def signals(self, claim: Claim, texts: Sequence[str], tokens: Sequence[Matrix]) -> Floats:
        """Return all numbers for a claim; `texts` and `tokens` are the visible passages that are nearest to it."""
        if not texts or not len(claim.words):
            return np.zeros(SUPPORT, np.float32)
        near = word_similarities(claim.vectors, tokens)  # shape (words, passages)
        roots = [stem(word.lower()) for word in claim.words]
        rare = np.array([max(0.5, self._rarity.get(root, self._unheard)) for root in roots], np.float32)
        names = {root for word, root in zip(claim.words, roots, strict=True) if word[0].isupper()} & self._names
        named = np.array([word[0].isupper() and stem(word.lower()) in names for word in claim.words])
        told = [set(stems(text)) for text in texts]
        held = np.array([[root in words for words in told] for root in roots], np.float32)
        best = int((rare @ near).argmax())
        similar, closest = self._similar(names, claim)
        return np.array(
            [
                *_together(near, rare / rare.sum(), held, best),
                *_with_names(near, rare, held, named, best),
                *similar,
                *_denials(claim.readings[0].text, closest, texts[best], similar[0]),
                min(20, len(roots)) / 20,
                float(not named.any()),
                np.mean([root not in self._known and root not in claim.asked for root in roots]),
                np.mean([root in claim.asked for root in roots]),
                _by_two(near, rare / rare.sum(), best),
            ],
            np.float32,
        )

    def _similar(self, names: set[str], claim: Claim) -> tuple[list[float], str]:
        """Return how alike the nearest visible sentences are, by how much less those with its names; the nearest."""
        near = [np.where(self._seen, self._whole.sentence_vectors @ one.vectors.plain, -1.0) for one in claim.readings]
        alone = near[0]
        less = 0.0
        if names:
            beside = np.array([bool(names & words) for words in self._around]) & self._seen
            less = float(alone.max() - alone[beside].max()) if beside.any() else 0.5
        found = [*(float(one.max()) for one in near), float(np.sort(alone)[-3:].mean()), less]
        return found, self._whole.sentences[int(alone.argmax())]


def _together(near: Floats, share: Floats, held: Floats, best: int) -> list[float]:
    """Return how much of a sentence the passage that has most of it has, and all passages have."""
    covered, words, in_common = share @ near, near[:, best], share @ held
    return [
        float(covered[best]),
        float(np.sort(covered)[-2:].mean()),
        float(words.min()),
        float(np.sort(words)[:2].mean()),
        float(words.mean()),
        float((words < FAR).mean()),
        float((words < FAIR).mean()),
        float(near.max(axis=1).mean() - words.mean()),
        float(in_common.max()),
        float(held.max(axis=1) @ share),
        float(in_common[best]),
    ]


def _with_names(near: Floats, rare: Floats, held: Floats, named: npt.NDArray[np.bool_], best: int) -> list[float]:
    """Return whether passages that have the rest of a sentence have its names too."""
    count = min(3, int(named.sum())) / 3
    if not named.any():
        most = float((rare @ near / rare.sum()).max())
        return [count, 1.0, 1.0, most, most, 0.0, 1.0, most]
    names = held[named]
    there = [count, float(names[:, best].mean()), float(names.max(axis=1).mean())]
    if named.all():
        most = float((rare @ near / rare.sum()).max())
        return [*there, most, most, 0.0, 1.0, most]
    rest, have = rare[~named] @ near[~named] / rare[~named].sum(), names.mean(axis=0)
    most, beside = float(rest.max()), float(rest[have == have.max()].max())
    return [*there, most, beside, most - beside, float(have.max()), float((rest * have).max())]


def _denials(said: str, closest: str, passage: str, similar: float) -> list[float]:
    """Return whether a sentence denies what the text near to it does not, or the other way round."""
    denies, text, around = (bool(_DENIES.search(one)) for one in (said, closest, passage))
    against = denies and not text
    return [denies, text, against, text and not denies, against * similar, denies and not around]


def _by_two(near: Floats, share: Floats, best: int) -> float:
    others = [float(share @ np.maximum(near[:, best], near[:, n])) for n in range(near.shape[1]) if n != best]
    return max(others, default=float(share @ near[:, best]))
