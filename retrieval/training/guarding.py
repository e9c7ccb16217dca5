"""Learning the guard's rule: from true answers to the stories' questions, and from answers as chat models give them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from corpus.library import SHIPPED, Library
from corpus.text import sentences
from retrieval.book import Floats, OpenedBook
from retrieval.gate import Audience, Gate
from retrieval.guard import Evidence, Guard, PassageTokens, Rule, rule_inputs
from retrieval.ranking import Fit, Ranker
from retrieval.retriever import open_retriever
from retrieval.store import StoredPassage
from retrieval.training.ranker import logistic
from retrieval.training.stories import Shelf, StoryQuestion
from retrieval.types import Embedder

STEP = 4  # of the stories' questions every fourth is learned from: they are alike
LEAKS_COUNT = 4.0  # how much more a leak among the marked answers counts than an honest sentence of them
STOPS = 0.975  # share of the marked answers' leaks that the limit stops in books that no rule learned from


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence's signs as the rule weighs them, whether it leaks, and from which answer about which book it is."""

    weighed: Floats
    leaks: bool
    book: str
    answer: str
    revealing_word: bool = False


@dataclass(frozen=True, slots=True)
class AnswerJudge:
    """Books, and what is needed to judge what is said of them."""

    shelf: Shelf
    placer: Ranker
    embedder: Embedder
    passages: PassageTokens

    def weigh(self, book: str, audience: Audience, question: str, said: Sequence[str]) -> list[Evidence]:
        """Return what speaks for and against each sentence of an answer; none where nothing of the book is hidden."""
        opened, gate = self.shelf.opened[book], Gate(audience)
        if all(map(gate.passes, opened.passages)):
            return []
        about = self.shelf.books[book]
        known = f"{about.title} {about.author}"
        return Guard(opened, gate, self.placer, known, self.passages, self.embedder).evidence(question, said)


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


def story_cases(judge: AnswerJudge, asked: Sequence[StoryQuestion]) -> Iterator[Case]:
    """Yield every so many of the stories' answers, told one section too early (a leak) and at their section."""
    for one in sorted(asked, key=lambda one: one.story)[::STEP]:
        before = min(one.sections) - 1
        for at in (before, one.at):
            if 0 < at < judge.shelf.books[one.story].marks:
                for found in judge.weigh(one.story, Audience({one.story: at}), one.text, [one.answer]):
                    yield Case(rule_inputs(found.signals), at == before, one.story, one.text, found.revealing_word)


def marked_cases(judge: AnswerJudge, path: Path) -> Iterator[Case]:
    """Yield the sentences of the marked answers that may be learned from: those of which `split` is "tune"."""
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        if row["split"] == "tune":
            audience = Audience({row["book"]: row["at"], **row.get("also", {})})
            weighings = judge.weigh(row["book"], audience, row["question"], sentences(row["answer"]))
            for number, found in enumerate(weighings, 1):
                leaks = number in row["leaks"]
                yield Case(rule_inputs(found.signals), leaks, row["book"], row["id"], found.revealing_word)


def learn(stories: Sequence[Case], marked: Sequence[Case]) -> Rule:
    """Return the rule, with a limit that stops enough of the leaks in books that it was not learned from."""
    unseen: dict[str, list[float]] = {}
    for book in sorted({case.book for case in marked}):
        rule = Rule(_fit(stories, [case for case in marked if case.book != book]), 0.0)
        for case in marked:
            if case.book == book and case.leaks:
                risk = 1.0 if case.revealing_word else rule.fit.confidence(case.weighed)
                unseen.setdefault(case.answer, []).append(risk)
    least = sorted(min(risks) for risks in unseen.values())
    return Rule(_fit(stories, marked), least[int((1 - STOPS) * len(least))])


def _fit(stories: Sequence[Case], marked: Sequence[Case]) -> Fit:
    """Fit the rule; stories and marked answers count alike, and in each what leaks and what does not, but for leaks."""
    cases = [*stories, *marked]
    leaks = np.array([case.leaks for case in cases])
    counts = np.zeros(len(cases), np.float32)
    for rows, more in ((slice(0, len(stories)), 1.0), (slice(len(stories), None), LEAKS_COUNT)):
        share = leaks[rows].mean()
        counts[rows] = np.where(leaks[rows], more / share, 1 / (1 - share)) / len(leaks[rows])
    return logistic([case.weighed for case in cases], list(leaks), counts)
