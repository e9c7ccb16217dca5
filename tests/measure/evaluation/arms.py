"""Each way of asking (an arm): lines of the batch command, answered in this process by its own code, and their figures.

A figure's name is its arm and what it is, as `at: hit@1`. All but counts are shares, from 0 to 1.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.answering.engine import Discussion
from bot.cli.batch import answer_line
from corpus.library import Library
from retrieval.retriever import Retriever
from tests.fakes.chat_server import chat_server
from tests.measure.evaluation import metrics
from tests.measure.evaluation.leaks import Detector, leaks
from tests.measure.evaluation.questions import Examination, Question

Figures = dict[str, float]
Row = Mapping[str, Any]
"""What the batch command answers to a line."""


def put(discussion: Discussion, do: str, text: str, book: str | None, positions: Mapping[str, int]) -> Row:
    """Return the answer to one line."""
    line = {"id": 0, "do": do, "book": book, "at": positions, "text": text}
    return answer_line(json.dumps(line).encode(), discussion)


def asked(
    discussion: Discussion, questions: Sequence[Question], where: Mapping[str, int], do: str = "ask"
) -> list[Row]:
    """Return the answers to questions whose askers have finished so many marks, by the question's id."""
    return [put(discussion, do, q.text, q.book, {q.book: where[q.id]}) for q in questions]


def told(discussion: Discussion, questions: Sequence[Question], at_hand: Mapping[str, str] = {}) -> list[Row]:
    """Return where messages of a question and its answer are placed, among readers who do not know the answer yet.

    `at_hand` names for a book another one that is talked about where the message is told.
    """
    return [
        put(discussion, "check", f"{q.text} {q.references[0]}.", at_hand.get(q.book, q.book), {q.book: q.before})
        for q in questions
    ]


def from_memory(
    library: Library, retriever: Retriever, questions: Sequence[Question], where: Mapping[str, int]
) -> list[Row]:
    """Return the answers where a chat model has read every book to the end and always tells."""
    rows = []
    with chat_server() as server, server.writer(retriever) as writer:
        discussion = Discussion(library, retriever, writer)
        for question in questions:
            server.says = f"{question.references[0].rstrip('.')}. [1]"
            rows += asked(discussion, [question], where)
    return rows


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


SAMPLE = 40
"""Questions that `make test` asks."""

SEED = 11
"""Which questions are asked where not all are; the same ones each time."""

ELSEWHERE = 3
"""Every so many of the messages are told once more where another book is at hand."""


def sample(questions: Sequence[Question], limit: int) -> list[Question]:
    """Return so many questions, in an order that mixes the books; 0 takes all."""
    mixed = list(questions)
    random.Random(SEED).shuffle(mixed)  # noqa: S311 (the same questions each time)
    return mixed[:limit] if limit else mixed


def examine(
    library: Library,
    retriever: Retriever,
    exam: Examination,
    limit: int = 0,
    say: Callable[[str], object] = lambda _: None,
) -> Figures:
    """Return the figures of all arms; `say` is told which one begins."""
    bot = Discussion(library, retriever)
    chosen = sample([q for q in exam.questions if q.references], limit)
    unanswerable = sample([q for q in exam.questions if not q.references], limit)
    before, at = {q.id: q.before for q in chosen}, {q.id: q.at for q in chosen}
    after = {q.id: exam.about(q).marks for q in (*chosen, *unanswerable)}
    half = {id_: marks // 2 for id_, marks in after.items()}

    def _before() -> Figures:
        rows = asked(bot, chosen, before)
        return gave_away(rows, exam, chosen, before) | {"refused": refused(rows)}

    def _at() -> Figures:
        rows = asked(bot, chosen, at)
        return gave_away(rows, exam, chosen, at) | answered(rows, exam, chosen)

    def _check() -> Figures:
        local, beside = [q for q in chosen if q.local], _beside(library)
        elsewhere = [q for q in local if q.book in beside][::ELSEWHERE]
        figures = placed(told(bot, local), exam, local)
        return figures | (found_elsewhere(told(bot, elsewhere, beside), elsewhere) if elsewhere else {})

    def _unnamed() -> Figures:
        everything = {slug: story.marks for slug, story in exam.stories.items()}
        found = [put(bot, "ask", q.text, None, everything).get("book") == q.book for q in chosen]
        return {"right book": metrics.mean(found)}

    def _by_model(where: Mapping[str, int], *, secret: bool) -> Figures:
        rows = from_memory(library, retriever, chosen, where)
        own = {"own words": metrics.mean([row.get("mode") == "model" for row in rows])}
        return (gave_away(rows, exam, chosen, where) if secret else {"asked": len(rows)}) | own

    arms: dict[str, Callable[[], Figures]] = {
        "before": _before,
        "at": _at,
        "after": lambda: {"asked": len(chosen)} | answered(asked(bot, chosen, after), exam, chosen),
        "hint": lambda: gave_away(asked(bot, chosen, before, "hint"), exam, chosen, before),
        "recap": lambda: gave_away(asked(bot, chosen, before, "recap"), exam, chosen, before),
        "check": _check,
        "unnamed": _unnamed,
        "model before": lambda: _by_model(before, secret=True),
        "model at": lambda: _by_model(at, secret=False),
        "unanswerable": lambda: {
            "asked": len(unanswerable),
            "refused half-way": refused(asked(bot, unanswerable, half)),
            "refused at the end": refused(asked(bot, unanswerable, after)),
        },
    }
    figures: Figures = {}
    for name, arm in arms.items():
        if name != "unanswerable" or unanswerable:
            say(name)
            figures |= named(name, arm())
    return figures


def _beside(library: Library) -> dict[str, str]:
    """Return for each book another one of its author, if there is any: the next."""
    books = list(library.books.values())
    found = {}
    for n, book in enumerate(books):
        others = (other.slug for other in books[n + 1 :] + books[:n] if other.author == book.author)
        if other := next(others, None):
            found[book.slug] = other
    return found
