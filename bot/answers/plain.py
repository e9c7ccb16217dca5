"""Making text from outside harmless: no links, no mentions, no mark-up, no invisible characters."""

from __future__ import annotations

import re
import unicodedata

_LINE = re.compile(r"^[ \t]*(?:[#>*+-]{1,6}[ \t]+)+", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"https?://\S*|\b(?:www\.|discord\.gg/)\S*", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w{1,40}:|/[^<>:]{1,40}:|t:)\d*[^<>]{0,20}>")
_MASS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MARKS = re.compile(r"[*_~`|#>]{1,3}(?=\S)|(?<=\S)[*_~`|]{1,3}")
_HARMFUL = ((_LINE, ""), (_LINK, r"\1"), (_ADDRESS, ""), (_MENTION, ""), (_MASS, "@\u200b"), (_MARKS, ""))
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}


def plain(text: str) -> str:
    """Return text as words and punctuation on one line; the words of a link stay, its address goes."""
    visible = "".join(c if c == "\n" or unicodedata.category(c) not in _UNSEEN else " " for c in text)
    before = ""
    while visible != before:  # what is taken out may leave another mention or link behind: “@*everyone*”
        before = visible
        for pattern, instead in _HARMFUL:
            visible = pattern.sub(instead, visible)
    return " ".join(visible.split())
