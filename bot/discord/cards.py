"""Cards: what a message shows, made of plain values and always within Discord's limits."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from typing import Any

import discord

from bot.answering.reply import Mode, Reply
from corpus.errors import DogearError

Interaction = discord.Interaction[Any]
Item = discord.ui.Item[Any]
Items = Sequence[Item]

TEXT = 4_000  # Discord: characters of all text displays of a message together
ROW = 5  # buttons side by side; a menu takes a row for itself
OPTIONS = 25  # options of a menu
OPTION = 100  # characters of a menu option's label, of its value and of its description
MODAL_TITLE = 45  # characters above a modal
INPUT = 4_000  # characters that can be typed into a field of a modal
CHOICES = 25  # choices of an autocomplete
CHOICE = 100  # characters of an autocomplete choice, of its name and of its value
PLACE_NAME = 100  # characters of the name of a channel or a thread
ALT_TEXT = 1_024  # characters that describe a picture to who does not see it
POLL_ANSWER = 55  # characters of an answer of a poll
POLL_HOURS = 768  # hours that a poll lasts at most: 32 days
GALLERY = 10  # pictures side by side
FILE = 10 * 1024 * 1024  # bytes of a file


_TERMINAL = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?")
"""The escape sequences that colour a terminal and name its window; code blocks in Discord obey some of them."""

_UNSEEN = {"Cc", "Cf", "Co", "Cs"}
"""Unicode: controls, invisible formatting (right-to-left overrides among them), private signs, halves of letters."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show as nothing at all, and so hide what stands around them."""

_JOINERS = "\u200c\u200d"
_STRAY_JOINER = re.compile(rf"(?<![^\x00-\x7f{_JOINERS}])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f{_JOINERS}])")
"""A joiner that joins nothing: families of emoji and Persian or Indian words keep theirs, Latin words have none."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}:/{2,}|(?<![a-z0-9])(?:mailto|tel|sms):(?=\S)", re.IGNORECASE)
"""What makes an address a link; without it Discord shows plain words."""

_SIGNS = re.compile(
    r"""[\\*_~`|<>\[\]\#]                               # emphasis, code, spoilers, mentions, masked links, headings
    | (?<!\S)[-+]                                       # lists and small print: also where a page may begin
    | (?<!\S)(?P<number>\d{1,20})(?=[.)](?:\s|$))       # numbered lists
    | :(?=\w+:)                                         # :smile:
    | (?:(?<=discord)|(?<=discordapp))\.(?=\w)          # invitations are seen without a scheme, too
    """,
    re.VERBOSE | re.IGNORECASE,
)


def safe(text: str) -> str:
    """Return text that a message shows as it is: at most twice as long, no indents, no two empty lines in a row.

    Text of others goes through it before it becomes part of a card, whose own text may be **bold** or have a time. It
    is for message text alone: labels, menus, modals and names show backslashes, and `one_line` is for those.
    """
    bare, before = visible(text), ""
    while bare != before:  # what is taken out may leave another behind: “mailmailto:to:”
        bare, before = _SCHEME.sub("", bare), bare
    bare = re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in bare.split("\n"))).strip()
    escaped = _SIGNS.sub(lambda sign: f"{sign['number']}\\" if sign["number"] else f"\\{sign[0]}", bare)
    return discord.utils.escape_mentions(escaped)


def visible(text: str) -> str:
    """Return text without what cannot be seen, with every kind of line end as a plain one."""
    lines = "\n".join(_TERMINAL.sub("", text).replace("\t", " ").splitlines())
    seen = (c for c in lines if c in f"\n{_JOINERS}" or (c not in _FILLERS and unicodedata.category(c) not in _UNSEEN))
    return _STRAY_JOINER.sub("", "".join(seen))


def one_line(text: str, limit: int) -> str:
    """Return text for a label, a menu or a name, where Discord reads no signs: seen, on one line, within the limit."""
    return clipped(" ".join(visible(text).split()), limit)


def clipped(text: str, limit: int) -> str:
    """Return text within the limit: cut behind a word, with … where something is missing; safe text stays safe."""
    if len(text) <= limit:
        return text
    end = cut_point(text, max(0, limit - 1))
    space = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    kept = text[: space if space > limit // 2 else end].rstrip(" \n,;:—–")
    return f"{kept[: cut_point(kept, len(kept))]}…"[:limit]


def cut_point(text: str, end: int) -> int:
    """Return the last place up to `end` that parts no sign from its backslash and no emoji or letter from its parts."""
    while 0 < end < len(text) and (text[end - 1] in _JOINERS or _continues(text[end])):
        end -= 1
    kept = text[:end]
    return end - (len(kept) - len(kept.rstrip("\\"))) % 2


def _continues(sign: str) -> bool:
    """Return whether a sign belongs to the one before it: a joiner, an accent or the colour of a skin."""
    return sign in _JOINERS or unicodedata.category(sign).startswith("M") or "\U0001f3fb" <= sign <= "\U0001f3ff"


ROOM = 1_800
"""Characters of a page: two screens of a phone, as a recap has; a card has room for a title and sources beside it."""

_SENTENCE = re.compile(r"(?<!\bMr)(?<!\bDr)(?<!\bSt)(?<!\bMrs)[.!?…][”’\"')\]]*(?=\s)")
_SPACE = re.compile(r"\s")


def pages(text: str, room: int = ROOM) -> list[str]:
    """Return text as pages, at least one: cut between paragraphs, else sentences, else words, else anywhere."""
    found = []
    left = text.strip()
    while len(left) > room:
        page = opening(left, room)
        found.append(page)
        left = left[len(page) :].lstrip()
    return [*found, left] if left or not found else found


def pages_of_items(items: Sequence[str], room: int = ROOM, between: str = "\n\n") -> list[str]:
    """Return items as pages, as many whole ones on a page as fit; only one too long for a page is cut."""
    found: list[str] = []
    for part in (part for item in items if item.strip() for part in pages(item, room)):
        if found and len(found[-1]) + len(between) + len(part) <= room:
            found[-1] += between + part
        else:
            found.append(part)
    return found or [""]


def page_of(text: str, number: int, room: int = ROOM) -> tuple[str, int, int]:
    """Return a page by its number, the nearest there is, with that number and how many there are."""
    found = pages(text, room)
    nearest = min(max(1, number), len(found))
    return found[nearest - 1], nearest, len(found)


def opening(text: str, room: int) -> str:
    """Return as much of a text's beginning as fits, up to the end of a paragraph, a sentence or a word."""
    if len(text) <= room:
        return text
    window = text[: room + 1]
    paragraph = window.rfind("\n")
    sentence = max((found.end() for found in _SENTENCE.finditer(window)), default=0)
    word = max((found.start() for found in _SPACE.finditer(window)), default=0)
    for end, least in ((paragraph, room // 2), (sentence, room // 3), (word, 0)):
        if end > least:
            return window[:end].rstrip()
    return text[: cut_point(text, room) or room]


TITLE = 400  # characters of a title: a book's and a section's, escaped
LINE = 600  # characters of one small line: a source or a note
BODY = 1_000  # characters that are kept for the body, however many small lines there are


class Tone(Enum):
    """How a card is meant, as the colour of its edge."""

    PLAIN = None
    ANSWER = 0x4C8C7A
    PUBLIC = 0x5B6EAE
    PROBLEM = 0xB5524A


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a card: its name (letters, digits, dots, hyphens), its bytes, and what there is to see on a picture."""

    name: str
    data: bytes
    alt: str = ""

    @property
    def url(self) -> str:
        """How the card that it is sent with refers to it."""
        return f"attachment://{self.name}"


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows, from top to bottom; `footers` and `note` in small print, `note` below the buttons.

    `covers` are addresses of pictures, which Discord fetches, with what there is to see.
    """

    title: str = ""
    body: str = ""
    footers: Sequence[str] = ()
    tone: Tone = Tone.PLAIN
    buttons: Items = ()
    picture: Attachment | None = None
    note: str = ""
    document: Attachment | None = None
    covers: Sequence[tuple[str, str]] = ()

    def files(self) -> list[discord.File]:
        """Return the files to send along; they are good for one sending."""
        parts = [(part, clipped(part.alt, ALT_TEXT)) for part in (self.picture, self.document) if part]
        return [discord.File(BytesIO(part.data), part.name, description=alt or None) for part, alt in parts]


class CardView(discord.ui.LayoutView):
    """A card as Discord shows it."""

    def __init__(self, card: Card) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Container(*_parts(card), accent_colour=card.tone.value))


def _parts(card: Card) -> Iterable[Item]:
    """Yield the components of a card, from top to bottom; of too much text, the end of the body is left out."""
    title, note = _line("### ", card.title, TITLE), _line("-# ", card.note, LINE)
    left, body = TEXT - len(title) - len(note) - 2, card.body.strip()
    footers = [_line("-# ", footer, LINE) for footer in card.footers]
    small = pages_of_items(footers, left - min(len(body), BODY), "\n")[0]
    left -= len(small)
    top = "\n".join(filter(None, (title, body if len(body) <= left else f"{opening(body, left - 2)} …")))
    if top:
        yield discord.ui.TextDisplay(top)
    if card.picture:
        alt = clipped(card.picture.alt, ALT_TEXT)
        yield discord.ui.MediaGallery(discord.MediaGalleryItem(card.picture.url, description=alt))
    if card.covers:
        shown = [
            discord.MediaGalleryItem(url, description=clipped(alt, ALT_TEXT)) for url, alt in card.covers[:GALLERY]
        ]
        yield discord.ui.MediaGallery(*shown)
    if small:
        if top or card.picture:
            yield discord.ui.Separator(visible=False)
        yield discord.ui.TextDisplay(small)
    if card.document:
        yield discord.ui.File(card.document.url)
    yield from _rows(card.buttons)
    if note:
        yield discord.ui.TextDisplay(note)


def _line(sign: str, text: str, limit: int) -> str:
    """Return text as one line behind a sign, or nothing for nothing."""
    words = " ".join(text.split())
    return f"{sign}{clipped(words, limit - len(sign))}" if words else ""


def _rows(items: Items) -> list[discord.ui.ActionRow[Any]]:
    """Return buttons side by side, as many as a row takes; a menu has a row for itself."""
    rows: list[list[Item]] = []
    for item in items:
        if rows and sum(other.width for other in rows[-1]) + item.width <= ROW:
            rows[-1].append(item)
        else:
            rows.append([item])
    return [discord.ui.ActionRow(*row) for row in rows]


WRITTEN = "Above the quotes: written by AI, checked against what you have read."
WRITTEN_FOR_ALL = "Above the quotes: written by AI, checked against this channel’s ceiling."
CHOSEN = "Quotes chosen by AI."


def answer_card(
    reply: Reply, *, title: str = "", footers: Sequence[str] = (), buttons: Items = (), public: bool = False,
    note: str = "",
) -> Card:  # fmt: skip
    """Return the card of a reply: the answer, its sources in small print, and what of it is a chat model's."""
    lead = (WRITTEN_FOR_ALL if public else WRITTEN) if reply.lead else CHOSEN
    by_model = (lead,) if reply.mode is Mode.MODEL else ()
    return Card(
        safe(title),
        "\n\n".join(map(safe, filter(None, (reply.lead, reply.body)))),
        tuple(map(safe, (*reply.sources, *by_model, *footers))),
        (Tone.PUBLIC if public else Tone.ANSWER) if reply.answered else Tone.PLAIN,
        buttons,
        note=note,
    )


def problem_card(error: DogearError, items: Items = ()) -> Card:
    """Return the card of an error: one sentence that says what to do, and what can be chosen to mend it."""
    return Card(body=told(str(error)), tone=Tone.PROBLEM, buttons=items)


def notice_card(text: str, title: str = "", buttons: Items = (), note: str = "") -> Card:
    """Return the card of something that was done or found."""
    return Card(safe(title), told(text), buttons=buttons, note=told(note))


_TIME = re.compile(r"(\s*<t:\d{1,12}(?::[tTdDfFR])?>\s*)")


def told(text: str) -> str:
    """Return text of ours made safe, but for the moments in it, which Discord shows in each reader's own time."""
    return "".join(part if _TIME.fullmatch(part) else safe(part) for part in _TIME.split(text))


Turn = Callable[..., Item]  # makes the button that turns to a page, by its number and its label


def paged_card(
    title: str, texts: Sequence[str], number: int, turn: Turn, picture: Attachment | None = None, note: str = "",
    items: Items = (), between: str = "\n\n",
) -> Card:  # fmt: skip
    """Return one page of a list, with what turns it and further buttons and menus below.

    `texts` are safe already; the picture stands on the first page.
    """
    pages = pages_of_items(texts, between=between)
    shown = min(max(1, number), len(pages))
    footers = (f"Page {shown} of {len(pages)}",) if len(pages) > 1 else ()
    buttons = (*turns(turn, shown, len(pages)), *items)
    return Card(
        safe(title), pages[shown - 1], footers, Tone.ANSWER, buttons, picture if shown == 1 else None, safe(note)
    )


def turns(turn: Turn, number: int, last: int, back: str = "Back", more: str = "More") -> list[Item]:
    """Return the buttons that turn to the page before and the one after, where there are any."""
    before = [turn(number - 1, label=back)] if number > 1 else []
    return [*before, turn(number + 1, label=more)] if number < last else before


def headed(text: str) -> str:
    """Return a text whose first line is its heading, made safe and with the heading in bold."""
    heading, _, rest = text.partition("\n")
    return "\n".join(filter(None, (f"**{safe(heading)}**", safe(rest))))
