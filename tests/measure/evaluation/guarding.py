"""The guard, with answers as a chat model gives them (guard_answers.py), as figures."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.retriever import Retriever
from tests.measure.evaluation.arms import Figures, named
from tests.measure.evaluation.guard_answers import (
    SPLITS,
    Judged,
    half,
    honest,
    judge,
    mixed,
    read,
    something,
    stopped,
    whole,
)
from tests.measure.evaluation.measures import mean


def guarded(retriever: Retriever) -> Figures:
    """Return the figures of both splits: the one to look at while changing the guard, and the one kept aside."""
    judged = [judge(retriever, answer) for answer in read()]
    figures: Figures = {}
    for split in SPLITS:
        figures |= named(f"guard {split}", verdicts([one for one in judged if one.answer.split == split]))
    return figures


def verdicts(judged: Sequence[Judged]) -> Figures:
    """Return how many honest answers are shown, and of how many leaking ones nothing that leaks."""
    fair, unfair = [one for one in judged if honest(one)], [one for one in judged if not honest(one)]
    return {
        "honest answers": len(fair),
        "leaking answers": len(unfair),
        "honest, something shown": mean([something(one) for one in fair]),
        "honest, half or more shown": mean([half(one) for one in fair]),
        "honest, shown whole": mean([whole(one) for one in fair]),
        "leaking, every leak stopped": mean([stopped(one) for one in unfair]),
        "mixed, all the rest kept": mean([whole(one) for one in judged if mixed(one)]),
    }
