"""Cards of several pages: lists that are made anew when somebody turns the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import discord

from bot.discord.cards import Card, Picture, Tone
from bot.discord.pages import pages_of_items
from bot.discord.safe_text import safe

Turn = Callable[[int, str], discord.ui.Item[Any]]
"""Makes the button that turns to a page, by its number and its label."""


def paged_card(
    title: str, items: Sequence[str], number: int, turn: Turn, picture: Picture | None = None, note: str = ""
) -> Card:
    """Return one page of a list; `items` are safe already, the picture stands on the first page."""
    pages = pages_of_items(items)
    shown = min(max(1, number), len(pages))
    footers = (f"Page {shown} of {len(pages)}",) if len(pages) > 1 else ()
    before = [turn(shown - 1, "Back")] if shown > 1 else []
    behind = [turn(shown + 1, "More")] if shown < len(pages) else []
    buttons = (*before, *behind)
    return Card(
        safe(title), pages[shown - 1], footers, Tone.ANSWER, buttons, picture if shown == 1 else None, safe(note)
    )


def headed(text: str) -> str:
    """Return a text whose first line is its heading, made safe and with the heading in bold."""
    heading, _, rest = text.partition("\n")
    return "\n".join(filter(None, (f"**{safe(heading)}**", safe(rest))))
