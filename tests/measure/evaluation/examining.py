"""The whole examination of a library: every arm, one after another."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answering.engine import Discussion
from corpus.library import Library
from retrieval.retriever import Retriever
from tests.measure.evaluation import arms, asking
from tests.measure.evaluation.arms import Figures, named
from tests.measure.evaluation.questions import Examination, Question

SEED = 11
"""Which questions are asked where not all are; the same ones each time."""

ELSEWHERE = 3
"""Every so many of the messages are told once more where another book is at hand."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bot with its library open."""

    library: Library
    retriever: Retriever

    @property
    def discussion(self) -> Discussion:
        """The bot in quote mode."""
        return Discussion(self.library, self.retriever)


def sample(questions: Sequence[Question], limit: int) -> list[Question]:
    """Return so many questions, in an order that mixes the books; 0 takes all."""
    mixed = list(questions)
    random.Random(SEED).shuffle(mixed)  # noqa: S311 (the same questions each time)
    return mixed[:limit] if limit else mixed


def examine(
    candidate: Candidate, exam: Examination, limit: int = 0, tell: Callable[[str], object] = lambda _: None
) -> Figures:
    """Return the figures of all arms; `tell` hears which one begins."""
    chosen = sample([q for q in exam.questions if q.references], limit)
    open_questions = sample([q for q in exam.questions if not q.references], limit)
    figures: Figures = {}
    for name, arm in ARMS.items():
        tell(name)
        figures |= named(name, arm(candidate, exam, chosen))
    if open_questions:
        tell("unanswerable")
        figures |= named("unanswerable", _unanswerable(candidate, exam, open_questions))
    return figures


def _before(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    rows = asking.asked(candidate.discussion, chosen, where)
    return arms.gave_away(rows, exam, chosen, where) | {"refused": arms.refused(rows)}


def _at(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.at for q in chosen}
    rows = asking.asked(candidate.discussion, chosen, where)
    return arms.gave_away(rows, exam, chosen, where) | arms.answered(rows, exam, chosen)


def _after(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: exam.about(q).marks for q in chosen}
    rows = asking.asked(candidate.discussion, chosen, where)
    return {"asked": len(rows)} | arms.answered(rows, exam, chosen)


def _hint(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    return arms.gave_away(asking.asked(candidate.discussion, chosen, where, "hint"), exam, chosen, where)


def _recap(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    return arms.gave_away(asking.asked(candidate.discussion, chosen, where, "recap"), exam, chosen, where)


def _check(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    told = [q for q in chosen if q.local]
    figures = arms.placed(asking.told(candidate.discussion, told), exam, told)
    at_hand = beside(candidate.library)
    if elsewhere := [q for q in told if q.book in at_hand][::ELSEWHERE]:
        figures |= arms.found_elsewhere(asking.told(candidate.discussion, elsewhere, at_hand), elsewhere)
    return figures


def beside(library: Library) -> dict[str, str]:
    """Return for each book another one of its author, if there is any: the next."""
    books = list(library.books.values())
    found = {}
    for n, book in enumerate(books):
        others = (other.slug for other in books[n + 1 :] + books[:n] if other.author == book.author)
        if other := next(others, None):
            found[book.slug] = other
    return found


def _unnamed(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    return arms.routed(asking.unnamed(candidate.discussion, chosen, exam.stories), chosen)


def _model_before(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    rows = asking.from_memory(candidate.library, candidate.retriever, chosen, where)
    return arms.gave_away(rows, exam, chosen, where) | arms.spoken(rows)


def _model_at(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    rows = asking.from_memory(candidate.library, candidate.retriever, chosen, {q.id: q.at for q in chosen})
    return {"asked": len(rows)} | arms.spoken(rows)  # the answer is no secret here, in whatever words it is told


def _unanswerable(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    marks = {q.id: exam.about(q).marks for q in chosen}
    half = {id_: number // 2 for id_, number in marks.items()}
    return {
        "asked": len(chosen),
        "refused half-way": arms.refused(asking.asked(candidate.discussion, chosen, half)),
        "refused at the end": arms.refused(asking.asked(candidate.discussion, chosen, marks)),
    }


ARMS: dict[str, Callable[[Candidate, Examination, Sequence[Question]], Figures]] = {
    "before": _before,
    "at": _at,
    "after": _after,
    "hint": _hint,
    "recap": _recap,
    "check": _check,
    "unnamed": _unnamed,
    "model before": _model_before,
    "model at": _model_at,
}
"""Each way of asking, by its name in the tables."""
