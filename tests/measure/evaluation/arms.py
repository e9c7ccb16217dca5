"""What answers come to: the figures of one arm, a set of questions asked in one way.

A figure's name is its arm and what it is, as `at: hit@1`. All but counts are shares, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.measure.evaluation import measures
from tests.measure.evaluation.asking import Row
from tests.measure.evaluation.leaks import Detector, leaks
from tests.measure.evaluation.questions import Examination, Question

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
    return measures.mean([not row.get("answered", True) for row in rows])


def answered(rows: Sequence[Row], exam: Examination, asked: Sequence[Question]) -> Figures:
    """Return how good answers are; answers that have to be inferred count for the places found alone."""
    pairs = list(zip(asked, rows, strict=True))
    said = [(row.get("answer", ""), q.references) for q, row in pairs if q.explicit]
    figures = {
        "holds the reference": measures.mean([measures.answers(*one) for one in said]),
        "word recall": measures.mean([measures.word_recall(*one) for one in said]),
        "refused": refused([row for q, row in pairs if q.explicit]),
    }
    found = [[exam.about(q).place(passage["text"]) for passage in row.get("passages", [])] for q, row in pairs]
    for depth in measures.DEPTHS:
        hits = [measures.hit(places, q.right, depth) for q, places in zip(asked, found, strict=True)]
        figures[f"hit@{depth}"] = measures.mean(hits)
    return figures


def placed(rows: Sequence[Row], exam: Examination, told: Sequence[Question]) -> Figures:
    """Return how many messages are placed before what they tell, and how much too late they are, of the book.

    Too early is what readers at `before` would be shown; too late begins behind `at`.
    """
    marks = [(row.get("reveals") or {}).get(q.book, 0) for q, row in zip(told, rows, strict=True)]
    early = [measures.too_early(mark, q.before + 1) for q, mark in zip(told, marks, strict=True)]
    late = [measures.excess(mark, q.at, exam.about(q).marks) for q, mark in zip(told, marks, strict=True)]
    strange = [any(slug != q.book for slug in row.get("reveals") or ()) for q, row in zip(told, rows, strict=True)]
    return {
        "told": len(told), "too early": measures.mean(early), "excess": measures.mean(late),
        "another book": measures.mean(strange),
    }  # fmt: skip


def found_elsewhere(rows: Sequence[Row], told: Sequence[Question]) -> Figures:
    """Return how many messages, told where another book is at hand, are placed in the one that they give away."""
    marks = [(row.get("reveals") or {}).get(q.book, 0) for q, row in zip(told, rows, strict=True)]
    found = [not measures.too_early(mark, q.before + 1) for q, mark in zip(told, marks, strict=True)]
    return {"told elsewhere": len(told), "found elsewhere": measures.mean(found)}


def routed(rows: Sequence[Row], asked: Sequence[Question]) -> Figures:
    """Return how often the book that is meant was found."""
    return {"right book": measures.mean([row.get("book") == q.book for q, row in zip(asked, rows, strict=True)])}


def spoken(rows: Sequence[Row]) -> Figures:
    """Return how often a chat model's own words were shown."""
    return {"own words": measures.mean([row.get("mode") == "model" for row in rows])}
