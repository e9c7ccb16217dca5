"""A reply: what an audience reads, and what operators may know about how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from corpus.books import Slug
from retrieval.retriever import RankedPassage

NEUTRAL = "I can’t answer that from what you’ve read so far."
"""The one reply without an answer: the same whether the answer comes later in the book or never.

None of its words may happen to be an answer, so they are few and dull.
"""

MAY_SPOIL = (
    "This might go further than everybody here has read. You can keep it for later, or hide it. "
    "Nobody else sees this note."
)
"""What the author of a message is told. It confirms nothing, since the author may only be guessing."""


class Mode(StrEnum):
    """Who wrote an answer: quotes; a chat model that passed the guard; quotes because the chat model did not."""

    QUOTE = "quote"
    MODEL = "model"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences of one passage in an answer, and their source."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a question; only `answer`, `quotes`, `hints` and `books` are shown to members.

    `body` is the answer itself, `sources` are its sources, each with its number if the body refers to numbers;
    `tokens` are those of the chat model.
    """

    do: str
    book: Slug | None = None
    body: str = ""
    answered: bool = False
    withheld: bool = False
    passages: tuple[RankedPassage, ...] = ()
    quotes: tuple[Quote, ...] = ()
    hints: tuple[str, ...] = ()
    reveals: Mapping[Slug, int] = field(default_factory=dict)
    books: tuple[Slug, ...] = ()
    mode: Mode = Mode.QUOTE
    sources: tuple[str, ...] = ()
    tokens: int = 0

    @property
    def answer(self) -> str:
        """The answer with its sources below it, as plain text."""
        return with_sources(self.body, self.sources)


def with_sources(body: str, sources: Sequence[str]) -> str:
    """Return a text with a line of sources below it, if it has any."""
    return f"{body}\n— {' · '.join(sources)}" if sources else body
