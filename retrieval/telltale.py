"""Words that give a sentence away by themselves: names, numbers and rare words that the reader cannot have met.

Learned signs weigh a whole sentence, and a sentence that is otherwise harmless can carry one word too many, or one in
some code. Such words need no weighing: of the marked answers' sentences, three in a hundred honest ones hold any, and
every third one that leaks does (docs/guard.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from retrieval.lexicon import STOP_WORDS, stem, words
from retrieval.vectors import Read

BROKEN = 4
"""Tokens of a word from which it is taken to be no word of English, but a code: the model knows most words whole."""

STRANGERS = 2
"""Names that neither visible nor hidden text holds, from which a sentence is stopped: one may be an actor's."""

SPELLED = 3
"""Single letters from which a sentence is taken to spell something."""

PIECED = 4
"""Words that the model does not know whole, from which a sentence is taken for a code: a made-up word for a letter."""

_DOTS, _DASHES = frozenset(".·•"), frozenset("-–—−_")
_MARKS = re.compile(r"[.·•–—−_-]{1,7}(?:[\s/|]+[.·•–—−_-]{1,7}){2,}")

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_BEGINNING = re.compile(r"(?:^|[.!?:…]\W*|[\"“‘(]\s*)$")


@dataclass(frozen=True, slots=True)
class Unmet:
    """A word that the reader has not met: its stem, its tokens, and whether it is written as a name is."""

    stem: str
    tokens: int
    name: bool

    @property
    def rare(self) -> bool:
        """Whether the model does not know it whole."""
        return self.tokens != 1


def tells(sentence: str, read: Read, met: Collection[str], secret: Collection[str]) -> bool:
    """Return whether a sentence holds a word that tells by itself, or Morse code.

    `met` are stems of visible text, of the question and of the book's title, `secret` those that only hidden text
    holds; `read` is the sentence as the model reads it, which says of how many tokens each word is made.
    """
    if any(_DOTS & {*run} and _DASHES & {*run} for run in _MARKS.findall(sentence)):
        return True
    found = list(_unmet(sentence, read, met))
    strangers = {word.stem for word in found if word.name and word.stem not in secret}
    letters = [word for word in found if len(word.stem) == 1]
    pieced = [word for word in found if word.rare]
    return len(strangers) >= STRANGERS or len(letters) >= SPELLED or len(pieced) >= PIECED or any(
        word.stem.isdigit()
        or word.tokens >= BROKEN
        or (word.stem in secret and (word.name or word.rare))
        for word in found
    )  # fmt: skip


def _unmet(sentence: str, read: Read, met: Collection[str]) -> Iterator[Unmet]:
    _, spans = read
    for found in _WORD.finditer(sentence):
        inside = (spans[:, 0] >= found.start()) & (spans[:, 1] <= found.end()) & (spans[:, 1] > spans[:, 0])
        name = found[0][0].isupper() and not _BEGINNING.search(sentence, 0, found.start())
        for word in words(found[0]):
            if word not in STOP_WORDS and stem(word) not in met:
                yield Unmet(stem(word), int(inside.sum()), name)
