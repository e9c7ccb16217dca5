"""A conversation: what was asked and answered before, and what a question that leans on it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.reveals import Slug

LEANING_WORDS = 8
"""Words of a question up to which “and his wife?” is taken to lean on the question before."""

_LEANING = re.compile(
    r"^\W*(?:and|but|so|then|or|also)\b"
    r"|\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|this|that|these|those|there|then|one|ones)\b"
    r"|^\W*(?:why|how|when|where|who|what|which)(?:\s+(?:not|so|exactly|then|else))?\W*$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what was answered, both of which the readers of the next reply may know."""

    question: str
    answer: str
    book: Slug | None = None


def standing_alone(question: str, before: Sequence[Exchange]) -> str:
    """Return a question with the one that it leans on before it; as it is, where it names its subject itself."""
    if not before or len(question.split()) > LEANING_WORDS or _NAME.search(question):
        return question
    if not _LEANING.search(question):
        return question
    return f"{before[-1].question} {question}"
