"""Making any text harmless in a Discord message: nothing in it pings, links, formats, hides or runs backwards.

Discord shows a sign behind a backslash as it is, and the backslash not at all; so escaped text reads as it was written.
`discord.utils.escape_markdown` is not used: it puts backslashes before line breaks and indents, where they are seen,
passes over links and numbered lists, and stops at the first of two masked links in a line.
"""

from __future__ import annotations

import re
import unicodedata

import discord

MESSAGE = 2_000
"""Characters of a message's content."""

TEXT = 4_000
"""Characters of all text displays of a message together."""

COMPONENTS = 40
"""Components of a message, nested ones counted."""

ROW = 5
"""Buttons side by side; a menu takes a row for itself."""

CUSTOM_ID = 100
"""Characters of the state that a button, a menu or a modal carries."""

BUTTON_LABEL = 80
"""Characters on a button."""

OPTIONS = 25
"""Options of a menu."""

OPTION = 100
"""Characters of a menu option's label, of its value and of its description."""

MODAL_TITLE = 45
"""Characters above a modal."""

INPUT_LABEL = 45
"""Characters above a field of a modal."""

INPUT = 4_000
"""Characters that can be typed into a field of a modal."""

CHOICES = 25
"""Choices of an autocomplete."""

CHOICE = 100
"""Characters of an autocomplete choice, of its name and of its value."""

PLACE_NAME = 100
"""Characters of the name of a channel or a thread."""

ALT_TEXT = 1_024
"""Characters that describe a picture to who does not see it."""

POLL_ANSWER = 55
"""Characters of an answer of a poll."""

POLL_HOURS = 768
"""Hours that a poll lasts at most: 32 days."""

FILE = 10 * 1024 * 1024
"""Bytes of a file: 10 MiB."""


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

    It is for message text alone. Labels, menus, modals and names show backslashes: `one_line` is for those.
    """
    bare = _tidied(_without_schemes(visible(text)))
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
    while 0 < end < len(text) and _joined(text, end):
        end -= 1
    kept = text[:end]
    return end - (len(kept) - len(kept.rstrip("\\"))) % 2


def _joined(text: str, at: int) -> bool:
    """Return whether the signs before and after a place make one that is seen."""
    before, after = text[at - 1], text[at]
    if before in _JOINERS or after in _JOINERS or unicodedata.category(after).startswith("M") or _is_skin(after):
        return True
    flags = len(text[:at]) - len(text[:at].rstrip(_FLAG_LETTERS))
    return after in _FLAG_LETTERS and flags % 2 == 1


_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of these make a flag."""


def _is_skin(sign: str) -> bool:
    return "\U0001f3fb" <= sign <= "\U0001f3ff"


def _without_schemes(text: str) -> str:
    before = None
    while before != text:  # what is taken out may leave another behind: “mailmailto:to:”
        before, text = text, _SCHEME.sub("", text)
    return text


def _tidied(text: str) -> str:
    """Return lines without indents and runs of spaces, at most one of them empty in a row."""
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
