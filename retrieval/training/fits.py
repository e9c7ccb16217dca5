"""Learning logistic rules: does visible text answer this, does a book hold this?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from corpus.books import Book
from retrieval.book import OpenedBook
from retrieval.gate import Audience, Gate
from retrieval.ranking import FITTING, KINDS, RECENCY, Fit, Floats, Question, Ranker, features, fit_traits, recency
from retrieval.training.stories import Asked

TRAITS = len(FITTING) * 2 + 3 + KINDS
"""Numbers that a fit decides by."""

TALK_STEP = 5

PENALTY = 1e-3
STEPS = 300


def logistic(rows: Sequence[Floats], held: Sequence[bool], counts: Floats | None = None) -> Fit:
    """Fit a logistic rule by full-batch descent; both classes count alike, unless `counts` says how much a row does."""
    data = np.stack(rows)
    mean, deviation = data.mean(0), data.std(0) + 1e-3
    inputs = torch.from_numpy((data - mean) / deviation)
    wanted = torch.tensor(held, dtype=torch.float32)
    balance = torch.where(wanted > 0, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
    if counts is not None:
        balance = torch.from_numpy(counts / counts.mean())
    weights = torch.zeros(data.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=STEPS)

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(inputs @ weights + bias, wanted, weight=balance)
        loss = loss + PENALTY * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(step)  # type: ignore[no-untyped-call]
    learned = weights.detach().numpy() / deviation
    return Fit(learned.astype(np.float32), float(bias.item() - learned @ mean))


def fit_rows(
    opened: dict[str, OpenedBook], books: dict[str, Book], asked: Sequence[Asked], questions: Sequence[Question],
    reader: Ranker, *, as_reader: bool,
) -> tuple[list[Floats], list[bool]]:  # fmt: skip
    """Return traits of each question asked one section before its answer and at it, and whether it was there.

    `as_reader` asks as a reader at that position does; otherwise nothing is recent.
    """
    rows, held = [], []
    for one, question in zip(asked, questions, strict=True):
        book, story = opened[one.story], books[one.story]
        for at in (min(one.sections) - 1, one.at):
            view = book.seen_through(Gate(Audience({one.story: at})))
            if len(view):
                recent = recency(view, at if as_reader else story.marks, story.marks)
                recent = recent if as_reader else np.zeros_like(recent)
                chances = reader.rank(view, question, recent).chances
                rows.append(fit_traits(features(view, question, recent), chances, question))
                held.append(at == one.at)
    return rows, held


def whole_rows(
    whole: dict[str, OpenedBook],
    asked: Sequence[Asked],
    questions: Sequence[Question],
    reader: Ranker,
    *,
    as_reader: bool,
) -> tuple[list[Floats], list[bool]]:
    """Return traits of each question asked of its finished story, and of another story, which does not answer it."""
    rows, held = [], []
    stories = sorted(whole)
    for one, question in zip(asked, questions, strict=True):
        other = stories[(stories.index(one.story) + len(question.text)) % len(stories)]
        for story in (one.story, other):
            view = whole[story].whole()
            recent = recency(view, 1, 1) if as_reader else np.zeros((len(view), RECENCY), np.float32)
            chances = reader.rank(view, question, recent).chances
            rows.append(fit_traits(features(view, question, recent), chances, question))
            held.append(story == one.story)
    return rows, held


def talk_rows(opened: dict[str, OpenedBook], talk: Sequence[Question], reader: Ranker) -> list[Floats]:
    """Return traits of messages that tell nothing of any story, each matched against every fifth of them."""
    rows = []
    for n, message in enumerate(talk):
        for story in sorted(opened)[n % TALK_STEP :: TALK_STEP]:
            view = opened[story].whole()
            blank = np.zeros((len(view), RECENCY), np.float32)
            rows.append(fit_traits(features(view, message, blank), reader.rank(view, message, blank).chances, message))
    return rows
