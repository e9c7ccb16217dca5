"""Reading a message as Discord does: what it would obey, and what is seen of it."""

import re

ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
SHOWN = {
    "emphasis": r"(?s)(\*{1,3}|_{1,3}|~~|\|\||`{1,3})(?=\S).*?\1",
    "heading": r"(?m)^\s*#{1,6}\s",
    "small print": r"(?m)^\s*-#\s",
    "quote": r"(?m)^\s*>{1,3}\s",
    "list": r"(?m)^\s*(?:[-*+]|\d+[.)])\s",
    "masked link": r"\[[^\]\n]*\]\s?\([^)\n]*\)",
    "address": r"(?i)[a-z]://|(?<![a-z0-9])(?:mailto|tel|sms):\S",
    "in angle brackets": r"<[^\s<>]+>|<[^<>]*:\S",
    "mention": r"(?i)@everyone|@here|@[!&]?\d{15,}",
    "invitation": r"(?i)discord(?:app)?\.(?:gg|com|new|gift)\b",
    "emoji": r":\w+:",
    "control": r"[\x00-\x09\x0b-\x1f\x7f-\x9f]",
    "direction or nothing": r"[\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]",
    "gap": r"\n\s*\n\s*\n",
    "visible backslash": r"\\",
}
"""What Discord's apps make something of, once signs behind a backslash are out of the way."""

READ_ANYWAY = r"(?i)@(?:everyone|here)|<@[!&]?\d+>|https?://|discord\.gg/|discord(?:app)?\.com/invite"
"""What Discord's servers look for in the text as sent, backslashes or not."""


def live(text: str) -> list[str]:
    """Return what of a text Discord would obey, or would show a backslash for."""
    left = ESCAPED.sub("\x00", text).replace("\x00", "\ue000")
    return [name for name, sign in SHOWN.items() if re.search(sign, left)] + re.findall(READ_ANYWAY, text)


def rendered(text: str) -> str:
    """Return what is seen of a message."""
    return ESCAPED.sub(r"\1", text).replace("\u200b", "")
