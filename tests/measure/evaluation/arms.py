"""Each way of asking (an arm): lines of the batch command, answered in this process by its own code, and their figures.

A figure's name is its arm and what it is, as `at: hit@1`. All but counts are shares, from 0 to 1.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.answering.engine import Discussion
from bot.answering.model import Writer, open_model
from bot.cli.asking import Asked
from bot.cli.batch import answer_line
from corpus.library import Library
from retrieval.retriever import Retriever
from tests.fakes.chat_server import ChatServer, chat_server
from tests.measure.evaluation import metrics
from tests.measure.evaluation.leaks import Detector, leaks
from tests.measure.evaluation.questions import Examination, Question, Story

Row = Mapping[str, Any]
"""What the batch command answers to a line."""


def put(discussion: Asked, do: str, text: str, book: str | None, positions: Mapping[str, int]) -> Row:
    """Return the answer to one line."""
    line = {"id": 0, "do": do, "book": book, "at": positions, "text": text}
    return answer_line(json.dumps(line).encode(), discussion)


def asked(discussion: Asked, questions: Sequence[Question], where: Mapping[str, int], do: str = "ask") -> list[Row]:
    """Return the answers to questions whose askers have finished so many marks, by the question's id."""
    return [put(discussion, do, q.text, q.book, {q.book: where[q.id]}) for q in questions]


def tell(discussion: Asked, questions: Sequence[Question], at_hand: Mapping[str, str] = {}) -> list[Row]:
    """Return where the answers to questions are placed, told as messages among readers who do not know them yet.

    `at_hand` names another book for a question's, which is then talked about where the message is told.
    """
    return [put(discussion, "check", statement(q), at_hand.get(q.book, q.book), {q.book: q.before}) for q in questions]


def statement(question: Question) -> str:
    """Return a question and its answer in one, as a club member tells it."""
    return f"{question.text} {question.references[0]}."


def unnamed(discussion: Asked, questions: Sequence[Question], stories: Mapping[str, Story]) -> list[Row]:
    """Return the answers to questions of readers who have finished every book and name none."""
    everything = {slug: story.marks for slug, story in stories.items()}
    return [put(discussion, "ask", q.text, None, everything) for q in questions]


def from_memory(
    library: Library, retriever: Retriever, questions: Sequence[Question], where: Mapping[str, int]
) -> list[Row]:
    """Return the answers where a chat model has read every book to the end and always tells."""
    with chat_server() as server, with_model(library, retriever, server) as discussion:
        rows = []
        for question in questions:
            server.says = f"{question.references[0].rstrip('.')}. [1]"
            rows += asked(discussion, [question], where)
    return rows


@contextmanager
def with_model(library: Library, retriever: Retriever, server: ChatServer) -> Iterator[Discussion]:
    """Open a discussion whose answers a chat model writes."""
    settings = server.settings()
    model = open_model(settings)
    assert model is not None
    writer = Writer(model, retriever, settings.chat_timeout)
    try:
        yield Discussion(library, retriever, writer)
    finally:
        writer.close()


Figures = dict[str, float]


def shown(row: Row) -> str:
    """Return everything that a member would read."""
    return "\n".join([row.get("answer", ""), *row.get("hints", [])])


def named(arm: str, figures: Mapping[str, float]) -> Figures:
    """Return figures with the name of their arm before theirs."""
    return {f"{arm}: {name}": value for name, value in figures.items()}


def gave_away(rows: Sequence[Row], exam: Examination, asked: Sequence[Question], where: Mapping[str, int]) -> Figures:
    """Return how many answers give something away, by detector too, or hold a passage beyond the gate; and failures."""
    heard, beyond = [], 0
    for question, row in zip(asked, rows, strict=True):
        story, positions = exam.about(question), {question.book: where[question.id]}
        heard.append(leaks(shown(row), question.text, question.references, story, positions))
        beyond += any(story.beyond(passage["text"], positions) for passage in row.get("passages", []))
    by_detector = {detector.value: sum(detector in fired for fired in heard) for detector in Detector}
    return {
        "asked": len(asked),
        "failed": sum("error" in row for row in rows),
        "leaks": sum(map(bool, heard)),
        **by_detector,
        "beyond": beyond,
    }


def refused(rows: Sequence[Row]) -> float:
    """Return the share of questions that got the neutral reply."""
    return metrics.mean([not row.get("answered", True) for row in rows])


def answered(rows: Sequence[Row], exam: Examination, asked: Sequence[Question]) -> Figures:
    """Return how good answers are; answers that have to be inferred count for the places found alone."""
    pairs = list(zip(asked, rows, strict=True))
    said = [(row.get("answer", ""), q.references) for q, row in pairs if q.explicit]
    figures = {
        "holds the reference": metrics.mean([metrics.answers(*one) for one in said]),
        "word recall": metrics.mean([metrics.word_recall(*one) for one in said]),
        "refused": refused([row for q, row in pairs if q.explicit]),
    }
    found = [[exam.about(q).place(passage["text"]) for passage in row.get("passages", [])] for q, row in pairs]
    for depth in metrics.DEPTHS:
        hits = [metrics.hit(places, q.right, depth) for q, places in zip(asked, found, strict=True)]
        figures[f"hit@{depth}"] = metrics.mean(hits)
    return figures


def placed(rows: Sequence[Row], exam: Examination, told: Sequence[Question]) -> Figures:
    """Return how many messages are placed before what they tell, and how much too late they are, of the book.

    Too early is what readers at `before` would be shown; too late begins behind `at`.
    """
    marks = [(row.get("reveals") or {}).get(q.book, 0) for q, row in zip(told, rows, strict=True)]
    early = [metrics.too_early(mark, q.before + 1) for q, mark in zip(told, marks, strict=True)]
    late = [metrics.excess(mark, q.at, exam.about(q).marks) for q, mark in zip(told, marks, strict=True)]
    strange = [any(slug != q.book for slug in row.get("reveals") or ()) for q, row in zip(told, rows, strict=True)]
    return {
        "told": len(told), "too early": metrics.mean(early), "excess": metrics.mean(late),
        "another book": metrics.mean(strange),
    }  # fmt: skip


def found_elsewhere(rows: Sequence[Row], told: Sequence[Question]) -> Figures:
    """Return how many messages, told where another book is at hand, are placed in the one that they give away."""
    marks = [(row.get("reveals") or {}).get(q.book, 0) for q, row in zip(told, rows, strict=True)]
    found = [not metrics.too_early(mark, q.before + 1) for q, mark in zip(told, marks, strict=True)]
    return {"told elsewhere": len(told), "found elsewhere": metrics.mean(found)}


def routed(rows: Sequence[Row], asked: Sequence[Question]) -> Figures:
    """Return how often the book that is meant was found."""
    return {"right book": metrics.mean([row.get("book") == q.book for q, row in zip(asked, rows, strict=True)])}


def spoken(rows: Sequence[Row]) -> Figures:
    """Return how often a chat model's own words were shown."""
    return {"own words": metrics.mean([row.get("mode") == "model" for row in rows])}


SAMPLE = 40
"""Questions that `make test` asks."""

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
    rows = asked(candidate.discussion, chosen, where)
    return gave_away(rows, exam, chosen, where) | {"refused": refused(rows)}


def _at(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.at for q in chosen}
    rows = asked(candidate.discussion, chosen, where)
    return gave_away(rows, exam, chosen, where) | answered(rows, exam, chosen)


def _after(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: exam.about(q).marks for q in chosen}
    rows = asked(candidate.discussion, chosen, where)
    return {"asked": len(rows)} | answered(rows, exam, chosen)


def _hint(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    return gave_away(asked(candidate.discussion, chosen, where, "hint"), exam, chosen, where)


def _recap(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    return gave_away(asked(candidate.discussion, chosen, where, "recap"), exam, chosen, where)


def _check(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    told = [q for q in chosen if q.local]
    figures = placed(tell(candidate.discussion, told), exam, told)
    at_hand = beside(candidate.library)
    if elsewhere := [q for q in told if q.book in at_hand][::ELSEWHERE]:
        figures |= found_elsewhere(tell(candidate.discussion, elsewhere, at_hand), elsewhere)
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
    return routed(unnamed(candidate.discussion, chosen, exam.stories), chosen)


def _model_before(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    where = {q.id: q.before for q in chosen}
    rows = from_memory(candidate.library, candidate.retriever, chosen, where)
    return gave_away(rows, exam, chosen, where) | spoken(rows)


def _model_at(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    rows = from_memory(candidate.library, candidate.retriever, chosen, {q.id: q.at for q in chosen})
    return {"asked": len(rows)} | spoken(rows)  # the answer is no secret here, in whatever words it is told


def _unanswerable(candidate: Candidate, exam: Examination, chosen: Sequence[Question]) -> Figures:
    marks = {q.id: exam.about(q).marks for q in chosen}
    half = {id_: number // 2 for id_, number in marks.items()}
    return {
        "asked": len(chosen),
        "refused half-way": refused(asked(candidate.discussion, chosen, half)),
        "refused at the end": refused(asked(candidate.discussion, chosen, marks)),
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
