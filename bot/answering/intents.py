"""What kind of thing is asked of a book or a club: as the nearest of many examples, unless the story's are nearer."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from retrieval.retriever import text_stems
from retrieval.types import Matrix, Vector

EXAMPLES = Path(__file__).with_name("intents.toml")

LONGEST_QUESTION = 160
"""Characters of a question of such a kind; a longer one asks for something in the story, or tells it."""

LIKE = 0.55
"""Similarity from which a question is of the kind of its nearest example."""

MARGIN = 0.03
"""How much nearer that example has to be than the nearest of the story's."""

KEPT = 256
"""Questions whose kinds are remembered."""

STORY = "story"
"""The kind of the counter-examples: questions and remarks that are answered from the passages."""

_SIGNS = re.compile(r"[^\w\s'%]|_")
_OF_THE_BOOK = re.compile(r"\b(?:of|in|from|for|on) (?:the|this|that|our) (?:book|novel|story)\b")
_NUMBERS = re.compile(r"\d+")


@cache
def kinds() -> Mapping[str, Sequence[str]]:
    """Return the examples of each kind."""
    return {kind: tuple(filter(None, table["examples"].splitlines())) for kind, table in _tables().items()}


@cache
def sayings() -> Mapping[str, str]:
    """Return the answers of those kinds that always get the same."""
    return {kind: table["says"] for kind, table in _tables().items() if "says" in table}


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(EXAMPLES.read_text("utf-8"))


def subject(question: str) -> frozenset[str]:
    """Return the stems of what a question is about: those that no example of a kind has."""
    return text_stems(question) - _asking()


@cache
def _asking() -> frozenset[str]:
    return frozenset(
        stem for kind, its in kinds().items() if kind != STORY for line in its for stem in text_stems(line)
    )


class Intents:
    """Tells the kind of a question; `embed` turns short texts into vectors of length 1."""

    def __init__(self, embed: Callable[[Sequence[str]], Matrix], examples: Mapping[str, Iterable[str]]) -> None:
        self._embed = embed
        lines = [(kind, _plain(line)) for kind, its in examples.items() for line in its]
        self._exactly = {line: kind for kind, line in lines}
        self._kinds = np.array([kind for kind, _ in lines])
        self._vectors = embed([line for _, line in lines])
        self._known: dict[str, str] = {}  # a question is looked at more than once on its way

    def of(self, question: str, embed: Callable[[str], Vector] | None = None) -> str:
        """Return the kind of a question in which “the book” stands for a title; empty for one on the story.

        `embed` turns the words of this question into a vector, where that is known to be quicker.
        """
        words = _plain(question)
        if not words or len(words) > LONGEST_QUESTION:
            return ""
        if (known := self._exactly.get(words, self._known.get(words))) is None:
            known = self._nearest(embed(words) if embed else self._embed([words])[0])
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[words] = known
        return known if known != STORY else ""

    def _nearest(self, vector: Vector) -> str:
        near = self._vectors @ vector
        of_story = self._kinds == STORY
        best = int(np.where(of_story, -1.0, near).argmax())
        least = max(LIKE, float(near[of_story].max(initial=-1.0)) + MARGIN)
        return str(self._kinds[best]) if near[best] >= least else STORY


def _plain(text: str) -> str:
    """Return text in lower case without punctuation, emoji and “of the book”, which would bring all of them near.

    All numbers are alike, since which one it is does not matter.
    """
    words = " ".join(_SIGNS.sub(" ", _NUMBERS.sub("3", text.casefold().replace("’", "'"))).split())
    return " ".join(_OF_THE_BOOK.sub("", words).split()) or words
