"""A discussion prompt, what may become of it, and how long and how many there may be."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.people import Place
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError

BOOKS_OWN = "the book’s own"
"""The kind of the questions for discussion that a book comes with."""


class TooFarAhead(DogearError):
    """A section that neither the place nor who asks has reached."""

    def __init__(self, book: Book, mark: int) -> None:
        super().__init__(
            "That is past the ceiling here, and past where you are. Raise one of them first, with /ceiling "
            f"set or /progress set; then I can draft up to {book.reading_name(mark)}."
        )


MAX_PROMPT = 1_000
"""Characters of a discussion prompt."""

MAX_WAITING = 200
"""Suggestions of a club that wait: more than anybody looks through."""

MAX_OWN = 10
"""Suggestions of one member that wait, so that nobody fills the queue alone."""

MAX_REASON = 300
"""Characters of why a prompt was rejected."""

LATE = dt.timedelta(days=1)
"""A prompt that is late by more than this is not posted by itself: what it was for may be over."""


class PromptProblem(DogearError):
    """A discussion prompt cannot be kept, changed or posted, or is no longer there."""


class PromptState(StrEnum):
    """What has become of a discussion prompt."""

    SUGGESTED = "suggested"
    APPROVED = "approved"
    REJECTED = "rejected"
    POSTED = "posted"


OPEN = (PromptState.SUGGESTED, PromptState.APPROVED)
"""States in which something is still to be decided or done."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A discussion prompt: `member` thought of it, `by` is the moderator who dealt with it last.

    `needs` is how far its readers must be, where that is known; otherwise its words are placed. `message` is the one
    that it was taken from, `post` the one that it became, or 0. With a `mark` it belongs to the section of its book
    that holds this mark; with `due` it is posted in its place then. `reason` says why it was rejected, or not posted.
    """

    id: int
    place: Place
    member: int
    text: str
    at: dt.datetime
    kind: str = ""
    book: Slug | None = None
    mark: int | None = None
    needs: Reveals | None = None
    message: int = 0
    state: PromptState = PromptState.SUGGESTED
    reason: str = ""
    by: int = 0
    due: dt.datetime | None = None
    overridden: bool = False
    post: int = 0


def checked_text(text: str) -> str:
    """Return the words of a prompt, tidied. Raises PromptProblem."""
    text = " ".join(text.split())
    if not any(map(str.isalnum, text)):
        raise PromptProblem("That has no text. Write the discussion prompt as a question.")
    if len(text) > MAX_PROMPT:
        raise PromptProblem(f"A discussion prompt has at most {MAX_PROMPT:,} characters.")
    return text
