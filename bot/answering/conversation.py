"""Conversations: earlier questions and answers, and how to read a follow-up question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.books import Slug

FOLLOW_UP_WORDS = 8
"""Words of a follow-up question such as “and his wife?”; a longer question is read by itself."""

CONTEXT_LIMIT = 200
"""Characters of earlier questions that a follow-up is read with: in a long conversation, the last few questions."""

_FRAGMENT = re.compile(
    r"^\W*(?:and|but|or|what about|how about)(?!\s+(?:who|whom|whose|what|why|how|when|where|which)\b)(?:\s+\S+){1,3}$"
    r"|^\W*(?:and\s+)?(?:why|how|when|where|who|what|which)(?:\s+(?:not|so|exactly|then|else|next))?\W*$"
    r"|^\W*(?:go on|continue|tell (?:me|us) more|more|really|anything else|any(?:body|one) else)\b[\s\w,]{0,10}\W*$",
    re.IGNORECASE,
)
"""Too little to be a question of its own: “And Corrin?”, “Why?”, “Go on.”"""

_OPENING = re.compile(r"^\W*(?:and|but|so|then|or|also)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|these|those|then|next|else|ones)\b"
    r"|\bthis\b(?!\s+(?:book|novel|story|series|club|chapter|thread))"
    r"|(?:^\W*|\b(?:is|was|do|does|did|about|of|by|after|before|for|to|like|with|in|at|why|how|mean|means)\s+)that\b"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b"
    r"|(?<!\bno )(?<!\bany )\bone\b(?!\s+(?:of|day|night|morning|evening))",
    re.IGNORECASE,
)
"""Words that refer to something said before; “is there a storm” and “this book” do not."""

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+|^\W*[A-Z][a-z]+(?=['’]s?\s)")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, both of which the readers of the next reply may know."""

    question: str
    answer: str
    book: Slug | None = None


def standing_alone(question: str, before: Sequence[Exchange]) -> str:
    """Return a follow-up question with the earlier questions that it needs before it; any other question unchanged."""
    asked = [question]
    for exchange in reversed(before):
        if not is_follow_up(asked[0]):
            break
        asked.insert(0, exchange.question)
    earlier = " ".join(asked[:-1])
    kept = earlier if len(earlier) <= CONTEXT_LIMIT else earlier[-CONTEXT_LIMIT:].partition(" ")[2]
    return f"{kept} {question}" if kept else question


def is_follow_up(question: str) -> bool:
    """Return whether a question makes sense only after another one.

    “Does Silas love his brother?” names whose brother; “Why does he hate Silas?” does not say who hates.
    """
    if len(question.split()) > FOLLOW_UP_WORDS:
        return False
    if _FRAGMENT.search(question):
        return True
    pointing, name = _POINTING.search(question), _NAME.search(question)
    if name:
        return pointing is not None and pointing.start() < name.start()
    return bool(pointing or _OPENING.search(question))
