"""Learning the guard's rules: from answers as chat models give them, honest, leaking and false."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from corpus.library import SHIPPED, Library
from corpus.text import sentences
from retrieval.book import Floats, OpenedBook
from retrieval.gate import Audience, Gate
from retrieval.guard import Evidence, Guard, PassageTokens, rule_inputs, support_inputs
from retrieval.ranking import Ranker
from retrieval.retriever import open_retriever
from retrieval.store import StoredPassage
from retrieval.training.stories import Shelf
from retrieval.types import Embedder

LEADS = Path(__file__).with_name("leads.jsonl")  # short answers in everyday words: honest, leaking and false ones
STOPS = 0.965  # share of the leaking sentences that the limit stops in books that no rule learned from
FALSE_STOPS = 0.8  # the same of the false ones
EVERYDAY = 8.0  # how much more a sentence of LEADS counts for the risk
FALSE, PLAIN, TRUE = 8.0, 15.0, 3.0  # how much a sentence counts for support: false, true and as plain, any other
VECTOR = 0.3  # how much the numbers of a sentence's vector count beside a signal


class Case(NamedTuple):
    """A sentence with what was found about it, what it is, and from which book."""

    found: Evidence
    kind: str
    book: str
    everyday: bool = False

    @property
    def leaks(self) -> bool:
        """Whether it gives away what is hidden."""
        return self.kind == "leaking"


@dataclass(frozen=True, slots=True)
class AnswerJudge:
    """Books, and what is needed to judge what is said of them."""

    shelf: Shelf
    placer: Ranker
    embedder: Embedder
    passages: PassageTokens

    def weigh(
        self, book: str, audience: Audience, question: str, said: Sequence[str], *, support: bool = False
    ) -> list[Evidence]:
        """Return what speaks for and against each sentence of an answer; none where nothing of the book is hidden."""
        opened, gate = self.shelf.opened[book], Gate(audience)
        if all(map(gate.passes, opened.passages)):
            return []
        about = self.shelf.books[book]
        known = f"{about.title} {about.author}"
        guard = Guard(opened, gate, self.placer, known, self.passages, self.embedder)
        return guard.evidence(question, said, support=support)


def open_shipped(embedder: Embedder) -> Shelf:
    """Index, place and open the shipped library, which the marked answers are about."""
    library = Library.load(SHIPPED)
    with TemporaryDirectory() as folder, open_retriever(library, Path(folder)) as retriever:
        retriever.refresh()
        passages = {slug: retriever.placed_for_the_owner(slug) for slug in library.books}
    opened = {}
    for slug, found in passages.items():
        vectors = embedder.passages([p.sentences for p in found])
        opened[slug] = OpenedBook(slug, [StoredPassage(p, v) for p, v in zip(found, vectors, strict=True)])
    return Shelf(opened, dict(library.books))


def cases(judge: AnswerJudge, *paths: Path) -> Iterator[Case]:
    """Yield the sentences of marked answers that may be learned from: those that are not kept aside.

    `leaks` and `false` number sentences from 1; an answer of the kind “plain” is true, and worded as false ones are.
    """
    for path in paths:
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row.get("split") == "kept":
                continue
            audience = Audience({row["book"]: row["at"], **row.get("also", {})})
            weighed = judge.weigh(row["book"], audience, row["question"], sentences(row["answer"]), support=True)
            for number, found in enumerate(weighed, 1):
                honest = "plain" if row["kind"] == "plain" else "honest"
                kind = "false" if number in row.get("false", ()) else honest
                kind = "leaking" if number in row["leaks"] else kind
                yield Case(found, kind, row["book"], path == LEADS)


def learn(told: Sequence[Case]) -> dict[str, Floats]:
    """Return the rules by name, bias first, and the limits that stop enough in books that were not learned from."""
    honest_or_leaking = [case for case in told if case.kind != "false"]
    true_or_false = [case for case in told if not case.leaks]
    rules = {
        "signals": (honest_or_leaking, _signals, _risk_counts, "leaking", STOPS),
        "vector": (honest_or_leaking, _with_vector, _risk_counts, "leaking", STOPS),
        "support": (true_or_false, _support, _support_counts, "false", FALSE_STOPS),
    }
    learned: dict[str, Floats] = {}
    for name, (from_, inputs, counts, what, share) in rules.items():
        unseen: list[float] = []
        for book in sorted({case.book for case in from_}):
            apart = _fit([case for case in from_ if case.book != book], inputs, counts, what)
            unseen += [_confidence(apart, inputs(c), c, what) for c in from_ if c.book == book and c.kind == what]
        learned[name] = _fit(from_, inputs, counts, what)
        learned[f"{name}_limit"] = np.array(sorted(unseen)[int((1 - share) * len(unseen))], np.float32)
    return learned


def _signals(case: Case) -> Floats:
    return rule_inputs(case.found, by_vector=False)


def _with_vector(case: Case) -> Floats:
    return rule_inputs(case.found, by_vector=True)


def _support(case: Case) -> Floats:
    return support_inputs(case.found)


def _risk_counts(case: Case) -> float:
    return EVERYDAY if case.everyday else 1.0


def _support_counts(case: Case) -> float:
    return {"false": FALSE, "plain": PLAIN}.get(case.kind, 1.5 * TRUE if case.everyday else TRUE)


def _confidence(rule: Floats, inputs: Floats, case: Case, what: str) -> float:
    if case.found.revealing_word and what == "leaking":
        return 1.0
    return float(1 / (1 + np.exp(-(rule[0] + inputs @ rule[1:]))))


PENALTY = {"leaking": 0.003, "false": 0.03}  # scikit-learn's C: how little the weights are held to 0


def _fit(
    told: Sequence[Case], inputs: Callable[[Case], Floats], counts: Callable[[Case], float], what: str
) -> Floats:  # fmt: skip
    """Fit a logistic rule over standardised inputs, the vector's less; both classes count alike."""
    rows = np.stack([inputs(case) for case in told]).astype(np.float64)
    size = len(told[0].found.vector) if inputs is _with_vector else 0
    scale = np.append(np.ones(rows.shape[1] - size), np.full(size, VECTOR)) / (rows.std(0) + 1e-3)
    rule = LogisticRegression(C=PENALTY[what], class_weight="balanced", max_iter=3_000)
    rule.fit((rows - rows.mean(0)) * scale, [case.kind == what for case in told], [counts(case) for case in told])
    weights = rule.coef_[0] * scale
    return np.append(rule.intercept_[0] - weights @ rows.mean(0), weights).astype(np.float32)
