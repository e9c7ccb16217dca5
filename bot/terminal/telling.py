"""What is told to a reader of the terminal: plain text with a few parts, so that a screen can set them apart."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.reply import Reply

_KEPT = {"\n", "\u200c", "\u200d"}
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode: controls, invisible formatting (right-to-left overrides among them), halves of letters, other line ends."""


class Tone(StrEnum):
    """How something is meant."""

    ANSWER = "answer"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told: a heading, the text, a tip what to do next; `over` where the conversation ends with it."""

    text: str = ""
    tone: Tone = Tone.NOTE
    heading: str = ""
    tip: str = ""
    over: bool = False

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.heading, self.text, self.tip)))


def answer(reply: Reply, heading: str = "", tip: str = "") -> Told:
    """Return what a reply tells."""
    return Told(reply.answer, Tone.ANSWER, heading, tip)


def problem(error: Exception | str, tip: str = "") -> Told:
    """Return what an error tells."""
    return Told(str(error), Tone.PROBLEM, tip=tip)


def printable(text: str) -> str:
    """Return text that a terminal shows as it is: no control characters, nothing invisible, tabs as spaces.

    Passages, titles and typed words come from anywhere; an escape sequence among them would be obeyed.
    """
    spaced = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(c for c in spaced if c in _KEPT or unicodedata.category(c) not in _UNSEEN)
