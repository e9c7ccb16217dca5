"""Putting questions to the bot: lines of the batch command, answered in this process by its own code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bot.answering.engine import Discussion
from bot.cli.asking import Asked
from bot.cli.batch import answer_line
from corpus.library import Library
from retrieval.retriever import Retriever
from tests.fakes.chat_server import ChatServer, chat_server
from tests.measure.evaluation.questions import Question
from tests.measure.evaluation.stories import Story

Row = Mapping[str, Any]
"""What the batch command answers to a line."""


def put(discussion: Asked, do: str, text: str, book: str | None, positions: Mapping[str, int]) -> Row:
    """Return the answer to one line."""
    line = {"id": 0, "do": do, "book": book, "at": positions, "text": text}
    return answer_line(json.dumps(line).encode(), discussion)


def asked(discussion: Asked, questions: Sequence[Question], where: Mapping[str, int], do: str = "ask") -> list[Row]:
    """Return the answers to questions whose askers have finished so many marks, by the question's id."""
    return [put(discussion, do, q.text, q.book, {q.book: where[q.id]}) for q in questions]


def told(discussion: Asked, questions: Sequence[Question], at_hand: Mapping[str, str] = {}) -> list[Row]:
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
    with server.writer(retriever) as writer:
        yield Discussion(library, retriever, writer)
