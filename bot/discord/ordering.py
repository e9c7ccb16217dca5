"""Reading orders as cards: the recommended one with its picture, the others as lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord

from bot.club.orders import Wanted, advised
from bot.club.services import Services
from bot.club.talk_records import Asked
from bot.discord.answering import how_far
from bot.discord.cards import Card, Picture, Tone
from bot.discord.safe_text import safe
from bot.order_text import kind_text, order_text
from bot.pictures.series import alt_text, draw_series
from bot.reading_order import Advice, OrderKind
from retrieval.gate import Audience

Items = Sequence[discord.ui.Item[Any]]

TITLE = "Reading order"


async def advice_for(services: Services, asked: Asked, audience: Audience) -> Advice:
    """Return the advice that was asked for, for whoever sees it. Raises NoOrder."""
    wanted = Wanted(asked.book, asked.text)
    return await services.workers.do(lambda: advised(wanted, services.books, audience.positions))


async def order_card(services: Services, advice: Advice, kind: OrderKind, items: Items) -> Card:
    """Return the card of one order, for its asker alone."""
    if kind is not OrderKind.RECOMMENDED:
        return Card(TITLE, _shown(kind_text(kind, advice)), tone=Tone.ANSWER, buttons=items)
    picture = await _picture(services, advice)
    return Card(TITLE, _shown(order_text(advice)), tone=Tone.ANSWER, buttons=items, picture=picture)


async def public_order_card(
    services: Services, advice: Advice, audience: Audience, items: Items, asker: str
) -> Card:  # fmt: skip
    """Return the card of the recommended order for everybody in a place."""
    footers = (safe(f"Asked by {asker}"), safe(how_far(None, audience, services.books)))
    picture = await _picture(services, advice)
    return Card(TITLE, _shown(order_text(advice)), footers, Tone.PUBLIC, items, picture)


async def _picture(services: Services, advice: Advice) -> Picture:
    png = await services.workers.do(lambda: draw_series(advice, services.books))
    return Picture("reading-order.png", png, alt_text(advice))


def _shown(text: str) -> str:
    """Return the text of an order made safe: books in bold, what is said of each in small print below it."""
    return "\n".join(map(_shown_line, text.splitlines()))


def _shown_line(line: str) -> str:
    if line.startswith("   "):
        return f"-# {safe(line)}"
    return f"**{safe(line)}**" if re.match(r"\d+\. ", line) else safe(line)
