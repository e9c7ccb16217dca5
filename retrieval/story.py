"""Which sentences of a story matter most, judged by visible text alone."""

import re
from collections.abc import Collection, Sequence

import numpy as np

from retrieval.book import Floats, Ints, VisibleBook
from retrieval.types import Matrix
from retrieval.words import STOP_WORDS

SUPPORT = 4  # sentences elsewhere that say something similar and are counted
TURN = 0.6  # what a word for a turn of events adds to a score; scores are in standard deviations
SHORT, LONG = 8, 26  # words from which a sentence tells something, and beyond which it is not read at a glance
RECENT = 1.0  # what the last section adds to a score: a reader comes back to it
ONE_FOR_ALL = 6.0  # what the last sentence gains over the first if one is to stand for all

SIMILAR, NEARBY = 2.5, 1.5  # what likeness to a chosen sentence takes, and one in the same section (half in the next …)
NEEDED = 0.8  # what a sentence loses for each one before it that has to be told as well
LABEL = 18  # characters for the label of a section: “Chapters 12–14: ” and the end of its line
LEAST_ROOM = 60  # characters below which no more sentences are chosen: what fits into them says little

_TURN = re.compile(
    r"\b(?:di(?:es|ed)|dead|death|kill\w*|murder\w*|shot|shoots?|drown\w*|hang(?:s|ed)|poison\w*|escap\w+|fle(?:es|d)"
    r"|vanish\w*|disappear\w*|confess\w*|reveal\w*|discover\w*|finds?|found|learn(?:s|ed)|recogni[sz]\w+|suspect\w*"
    r"|accus\w+|betray\w*|deceiv\w*|marr(?:y|i\w+)|propos\w+|lov(?:e|es|ed)|arrest\w*|caught|catch\w*|captur\w*|seiz\w+"
    r"|st(?:ole|olen|eals?)|missing|attack\w*|threat\w*|warn\w*|rescu\w*|sav(?:e|es|ed)|secret\w*|trap\w*|traitor"
    r"|decid\w+|agrees?|sen(?:t|ds?)|because|so that|prov(?:es|ed)|turns? out|in truth|really)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z]\w+")
_OPENING = re.compile(r"\W*(?:but|and|so|then)\b", re.IGNORECASE)
_POINTING = re.compile(r"\b(?:he|she|they|it|his|her|their|him|them|this|these|those)\b", re.IGNORECASE)
_OBJECT = re.compile(
    r"\b(?:him|them|\w{2,}s it|her(?= (?:to|in|on|at|by|for|with|from|away|back|out|and|that|the|an?)\b|[.,;]))\b"
)


def retold(view: VisibleBook, marks: Collection[int], room: int, most: int) -> list[tuple[int, float]]:
    """Return the sentences of these marks that matter most, in at most `room` characters, in order, with scores.

    A sentence matters if other texts say it again (other sections, people, discussion questions), if it shares rare
    words with them, such as the names of people who come back, and if it tells a turn of events.
    """
    mark_of = view.marks[view.passage_of]
    summary = np.array([p.kind == "summary" for p in view.passages], bool)[view.passage_of]
    told = np.flatnonzero(summary & np.isin(mark_of, list(marks)) & (mark_of > 0))
    told = told[np.argsort(mark_of[told], kind="stable")]
    if not len(told):
        return []
    sections, scores = mark_of[told], _scores(view, told)
    scores += ONE_FOR_ALL * np.linspace(0, 1, len(told)) if most == 1 else RECENT * (sections == sections[-1])
    chosen = _chosen([view.sentences[n] for n in told], sections, scores, view.sentence_vectors[told], room, most)
    return [(int(told[n]), float(scores[n])) for n in sorted(chosen)]


def _scores(view: VisibleBook, told: Ints) -> Floats:
    groups: dict[str, set[int]] = {}
    for n, words in enumerate(view.stems):
        for word in words:
            groups.setdefault(word, set()).add(int(view.group_of[n]))
    count = len(set(view.group_of.tolist()))
    support, threads = np.zeros((2, len(told)), np.float32)
    for row, n in enumerate(told):
        elsewhere = view.group_of != view.group_of[n]
        similar = view.sentence_vectors[elsewhere] @ view.sentence_vectors[n]
        support[row] = np.sort(similar)[-SUPPORT:].mean() if len(similar) else 0.0
        others = [len(groups[word]) - 1 for word in set(view.stems[n])]
        shared = sum(np.log1p(other) * np.log(count / (other + 1)) for other in others if other)
        threads[row] = shared / (4 + len(others)) ** 0.7
    texts = [view.sentences[n] for n in told]
    turns = np.array([min(2, len(_TURN.findall(text))) for text in texts])
    lengths = np.array([len(text.split()) for text in texts])
    unfit = (lengths < SHORT) + 0.05 * np.maximum(0, lengths - LONG)
    return np.asarray(_deviations(support) + _deviations(threads) + TURN * turns - unfit, np.float32)


def _deviations(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() + 1e-3), np.float32)


def _chosen(texts: Sequence[str], sections: Ints, scores: Floats, vectors: Matrix, room: int, most: int) -> set[int]:
    """Choose sentences by score, each with those before it without which it cannot be understood."""
    similar = vectors @ vectors.T
    similar -= similar.mean()
    units = [_with_needed(texts, sections, n) for n in range(len(texts))]
    places = np.unique(sections, return_inverse=True)[1]
    worth, left = scores - NEEDED * np.array([len(unit) - 1 for unit in units], np.float32), room
    chosen: set[int] = set()
    latest = sections == sections[-1] if most > 1 else np.zeros(len(sections), bool)
    while np.isfinite(worth).any() and len(chosen) < most and (left >= LEAST_ROOM or not chosen):
        first = not chosen and bool(np.isfinite(worth[latest]).any())
        best = int(np.where(latest, worth, -np.inf).argmax() if first else worth.argmax())
        new = [n for n in units[best] if n not in chosen]
        label = 0 if sections[best] in sections[list(chosen)] else LABEL
        length = label + sum(len(texts[n]) + 1 for n in new)
        if length <= left and len(chosen) + len(new) <= max(most, len(new) if not chosen else 0):
            chosen.update(new)
            left -= length
            worth -= SIMILAR * np.maximum(0, similar[new].max(axis=0))
            worth -= NEARBY / (1 + np.abs(places - places[best]))
        worth[[best, *chosen]] = -np.inf
    return chosen


def _with_needed(texts: Sequence[str], sections: Ints, n: int) -> list[int]:
    """Return a sentence with the ones right before it that it refers to, at most two."""
    first = n
    while first and n - first < 2 and sections[first - 1] == sections[n] and refers_back(texts[first]):
        first -= 1
    return list(range(first, n + 1))


def refers_back(sentence: str) -> bool:
    """Return whether a sentence refers to one before it, as “For her sake Karla lies” and “Smiley takes her” do."""
    names = [name for name in _NAME.finditer(sentence) if name[0].lower() not in STOP_WORDS]
    pointing = _POINTING.search(sentence)
    early = pointing is not None and pointing.start() < (names[0].start() if names else 2)
    object_ = _OBJECT.search(sentence)
    known = {name[0] for name in names if object_ and name.start() < object_.start()}
    alone = object_ is not None and (len(known) < 2 or object_[0].endswith(" it"))
    return early or alone or bool(_OPENING.match(sentence))
