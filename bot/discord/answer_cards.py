"""Cards of what Dogear tells: replies and problems. Any text may be given here; all of it is made safe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord

from bot.discord.cards import Card, Tone
from bot.discord.safe_text import safe
from bot.reply import Mode, Reply
from corpus.errors import DogearError

WRITTEN = "Written by a model, checked against what you have read."
WRITTEN_FOR_ALL = "Written by a model, checked against what may be told here."


def answer_card(
    reply: Reply, *, title: str = "", footers: Sequence[str] = (), buttons: Sequence[discord.ui.Item[Any]] = (),
    public: bool = False,
) -> Card:  # fmt: skip
    """Return the card of a reply: the answer, its sources in small print, and whether a model wrote it."""
    written = (WRITTEN_FOR_ALL if public else WRITTEN,) if reply.mode is Mode.MODEL else ()
    return Card(
        safe(title),
        safe(reply.body),
        tuple(map(safe, (*reply.sources, *written, *footers))),
        (Tone.PUBLIC if public else Tone.ANSWER) if reply.answered else Tone.PLAIN,
        buttons,
    )


def problem_card(error: DogearError, items: Sequence[discord.ui.Item[Any]] = ()) -> Card:
    """Return the card of an error: one sentence that says what to do, and what can be chosen to mend it."""
    return Card(body=told(str(error)), tone=Tone.PROBLEM, buttons=items)


def notice_card(text: str, title: str = "", buttons: Sequence[discord.ui.Item[Any]] = (), note: str = "") -> Card:
    """Return the card of something that was done or found."""
    return Card(safe(title), told(text), buttons=buttons, note=told(note))


_TIME = re.compile(r"(\s*<t:\d{1,12}(?::[tTdDfFR])?>\s*)")


def told(text: str) -> str:
    """Return text of ours made safe, but for the moments in it, which Discord shows in each reader's own time."""
    return "".join(part if _TIME.fullmatch(part) else safe(part) for part in _TIME.split(text))
