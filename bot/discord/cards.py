"""Cards: what a message shows, made of plain values and always within Discord's limits.

Text is shown as it is given, so that callers can set **bold** or a time; text of others goes through `safe` first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from typing import Any

import discord

from bot.discord.limits import ALT_TEXT, COMPONENTS, ROW, TEXT
from bot.discord.pages import opening
from bot.discord.safe_text import clipped

TITLE = 400
"""Characters of a title: a book's and a section's, escaped."""

LINE = 600
"""Characters of one small line: a source or a note."""

BODY = 1_000
"""Characters that are kept for the body, however many small lines there are."""

BESIDE_ITEMS = 9
"""Components that a card may have besides buttons and menus: all of its parts, and one to spare."""


class Tone(Enum):
    """How a card is meant, as the colour of its edge."""

    PLAIN = None
    ANSWER = 0x4C8C7A
    PUBLIC = 0x5B6EAE
    PROBLEM = 0xB5524A


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on a card: the name of its file, its bytes, and what it shows, for who does not see it."""

    name: str
    png: bytes
    alt: str

    @property
    def file_name(self) -> str:
        """The name with signs that Discord leaves as they are: a card finds its picture by it."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.name).strip("-.") or "picture.png"

    def file(self) -> discord.File:
        """Return the file to send along; one is good for one sending."""
        return discord.File(BytesIO(self.png), self.file_name, description=clipped(self.alt, ALT_TEXT))

    def gallery(self) -> discord.ui.MediaGallery[Any]:
        """Return the component that shows the file."""
        shown = discord.MediaGalleryItem(f"attachment://{self.file_name}", description=clipped(self.alt, ALT_TEXT))
        return discord.ui.MediaGallery(shown)


@dataclass(frozen=True, slots=True)
class Document:
    """A file to keep, under a card: its name, of letters, digits, dots and hyphens, and its bytes."""

    name: str
    data: bytes

    def file(self) -> discord.File:
        """Return the file to send along; one is good for one sending."""
        return discord.File(BytesIO(self.data), self.name)


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows, from top to bottom; `footers` and `note` in small print, `note` below the buttons."""

    title: str = ""
    body: str = ""
    footers: Sequence[str] = ()
    tone: Tone = Tone.PLAIN
    buttons: Sequence[discord.ui.Item[Any]] = ()
    picture: Picture | None = None
    note: str = ""
    document: Document | None = None

    def files(self) -> list[discord.File]:
        """Return the files to send along."""
        return [part.file() for part in (self.picture, self.document) if part]


class CardView(discord.ui.LayoutView):
    """A card as Discord shows it. Raises ValueError for one with nothing to show, or with too many buttons."""

    def __init__(self, card: Card) -> None:
        super().__init__(timeout=None)
        parts = list(_parts(card))
        if not parts:
            raise ValueError("A card shows something: a title, a text or a picture.")
        self.add_item(discord.ui.Container(*parts, accent_colour=card.tone.value))


def _parts(card: Card) -> Iterable[discord.ui.Item[Any]]:
    """Yield the components of a card, from top to bottom."""
    text = _Text.of(card)
    if text.top:
        yield discord.ui.TextDisplay(text.top)
    if card.picture:
        yield card.picture.gallery()
    if text.small:
        if text.top or card.picture:
            yield discord.ui.Separator(visible=False)
        yield discord.ui.TextDisplay(text.small)
    if card.document:
        yield discord.ui.File(f"attachment://{card.document.name}")
    yield from _rows(card.buttons)
    if text.note:
        yield discord.ui.TextDisplay(text.note)


@dataclass(frozen=True, slots=True)
class _Text:
    """The texts of a card, which together are within Discord's limit: what is too long is taken from the body."""

    top: str
    small: str
    note: str

    @classmethod
    def of(cls, card: Card) -> _Text:
        title = _line("### ", card.title, TITLE)
        note = _line("-# ", card.note, LINE)
        left = TEXT - len(title) - len(note) - 2
        body = card.body.strip()
        small = _fitting([_line("-# ", footer, LINE) for footer in card.footers], left - min(len(body), BODY))
        return cls("\n".join(filter(None, (title, _shortened(body, left - len(small))))), small, note)


def _line(sign: str, text: str, limit: int) -> str:
    """Return text as one line behind a sign, or nothing for nothing."""
    words = " ".join(text.split())
    return f"{sign}{clipped(words, limit - len(sign))}" if words else ""


def _fitting(lines: Iterable[str], room: int) -> str:
    """Return as many whole lines as fit."""
    kept = ""
    for line in filter(None, lines):
        if len(kept) + len(line) + 1 > room:
            break
        kept = f"{kept}\n{line}".strip("\n")
    return kept


def _shortened(body: str, room: int) -> str:
    """Return a body within the room, cut at the end of a sentence where there is one."""
    return body if len(body) <= room else f"{opening(body, room - 2)} …"


def _rows(items: Sequence[discord.ui.Item[Any]]) -> list[discord.ui.ActionRow[Any]]:
    """Return buttons side by side, as many as a row takes; a menu has a row for itself."""
    rows: list[list[discord.ui.Item[Any]]] = []
    for item in items:
        if rows and sum(other.width for other in rows[-1]) + item.width <= ROW:
            rows[-1].append(item)
        else:
            rows.append([item])
    if len(rows) + len(items) > COMPONENTS - BESIDE_ITEMS:
        raise ValueError(f"{len(items)} buttons and menus do not fit a card; a menu holds 25 options.")
    return [discord.ui.ActionRow(*row) for row in rows]
