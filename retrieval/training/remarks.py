"""Learning the spoiler check's trees: from remarks in club words, and from statements in the stories' own words."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier

from corpus.text import sentences
from retrieval.book import Floats
from retrieval.check import Forest, with_names
from retrieval.gate import Audience
from retrieval.training.guarding import AnswerJudge

REMARKS = Path(__file__).with_name("remarks.jsonl")  # what club members say, and from where on it is no spoiler
TALKED = 3  # books, and positions in them, at which talk that is about no book is heard
BOOSTED = {"n_estimators": 400, "learning_rate": 0.03, "max_depth": 3, "min_samples_leaf": 10, "subsample": 0.5,
           "max_features": 0.2}  # fmt: skip
AXES = 16  # the directions in which the remarks' vectors differ most, which tell a guess from a reaction or a fact
FOLDS = 5  # parts of the books: each is judged by trees that were learned from the others, which sets the limit
ALARMS = 0.035  # share of harmless remarks that the limit lets count as spoilers
SEED = 5


class Remark(NamedTuple):
    """What somebody said at a position in a book: its sentences' signals and vectors, and whether it spoils."""

    book: str
    spoils: bool
    signals: Floats
    vectors: Floats


def remarks(judge: AnswerJudge, path: Path = REMARKS) -> Iterator[Remark]:
    """Yield remarks, JSON Lines of `{"book", "needs", "text"}`, at a few positions before and after they may be."""
    rng = random.Random(SEED)  # noqa: S311 (no secret)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    about = sorted({row["book"] for row in rows} & judge.shelf.books.keys())
    for row in rows:
        heard = rng.sample(about, min(TALKED, len(about))) if not row["book"] else {row["book"]} & set(about)
        for book in heard:
            said = [with_names(sentence, judge.shelf.opened[book]) for sentence in sentences(row["text"])]
            for at in sorted(_positions(row["needs"], judge.shelf.books[book].marks, rng)):
                if found := judge.weigh(book, Audience({book: at}), "", said):
                    signals, vectors = (
                        np.stack(both) for both in zip(*[(one.signals, one.vector) for one in found], strict=True)
                    )
                    yield Remark(book, at < row["needs"], signals, vectors)


def _positions(needs: int, marks: int, rng: random.Random) -> set[int]:
    """Return the last position at which something is a spoiler, the first at which it is none, and one of each kind."""
    before = {needs - 1, rng.randrange(needs)} if needs else set()
    return before | ({needs, rng.randrange(needs, marks)} if needs < marks else set())


def learn(told: Sequence[Remark]) -> Forest:
    """Return the trees, and the limit at which few harmless remarks are flagged in books that were not learned from."""
    kinds = PCA(AXES, random_state=SEED).fit(np.concatenate([one.vectors for one in told]))
    read = [one._replace(signals=np.hstack([one.signals, kinds.transform(one.vectors)])) for one in told]
    books = sorted({one.book for one in read})
    unseen = []
    for n in range(FOLDS):
        apart = set(books[n::FOLDS])
        trees = _fit([one for one in read if one.book not in apart])
        unseen += [_risk(trees, one) for one in read if one.book in apart and not one.spoils]
    return _as_arrays(_fit(read), kinds, float(np.quantile(unseen, 1 - ALARMS)))


def _fit(told: Sequence[Remark]) -> GradientBoostingClassifier:
    """Fit trees; of what spoils, one sentence counts: at first all of it, then that which seems to spoil most."""
    trees = None
    for _ in range(2):
        kept = [
            one.signals[[trees.predict_proba(one.signals)[:, 1].argmax()]] if trees and one.spoils else one.signals
            for one in told
        ]
        spoils = np.concatenate([np.full(len(rows), one.spoils) for one, rows in zip(told, kept, strict=True)])
        counts = np.where(spoils, 0.5 / spoils.mean(), 0.5 / (1 - spoils.mean()))
        trees = GradientBoostingClassifier(**BOOSTED, random_state=SEED).fit(np.concatenate(kept), spoils, counts)
    return trees


def _risk(trees: GradientBoostingClassifier, one: Remark) -> float:
    return float(trees.predict_proba(one.signals)[:, 1].max())


def _as_arrays(trees: GradientBoostingClassifier, kinds: PCA, limit: float) -> Forest:
    grown = [one.tree_ for one in trees.estimators_[:, 0]]
    roots = np.cumsum([0, *(tree.node_count for tree in grown)])[:-1].astype(np.int32)
    sides = [
        np.concatenate([np.where(side >= 0, side + root, -1) for side, root in zip(both, roots, strict=True)])
        for both in ([tree.children_left for tree in grown], [tree.children_right for tree in grown])
    ]
    value = np.concatenate([trees.learning_rate * tree.value[:, 0, 0] for tree in grown])
    return Forest(
        np.concatenate([tree.feature for tree in grown]).astype(np.int16),
        np.concatenate([tree.threshold for tree in grown]).astype(np.float32),
        sides[0].astype(np.int32), sides[1].astype(np.int32), value.astype(np.float32), roots, np.array(limit),
        kinds.mean_.astype(np.float32), kinds.components_.astype(np.float32),
    )  # fmt: skip


def save(forest: Forest, path: Path) -> None:
    """Write the trees as arrays."""
    np.savez_compressed(path, **{field.name: getattr(forest, field.name) for field in fields(forest)})
