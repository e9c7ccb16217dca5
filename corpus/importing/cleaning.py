"""Taking out of a text from outside what no reader can see and no importer may obey."""

from __future__ import annotations

import re
import unicodedata

# Control characters, soft hyphens, zero-width characters, bidirectional overrides, private use, tags, non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff\ud800-\udfff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Return `text` composed (NFC), its lines ending in a line feed, without characters that cannot be seen."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", unicodedata.normalize("NFC", text)))


def one_line(text: str) -> str:
    """Return `text` clean, on one line, with single spaces and without comments in HTML."""
    before, *commented = clean(text).split("<!--")
    after = (part.partition("-->")[2] if "-->" in part else part for part in commented)
    return " ".join(" ".join([before, *after]).split())


def cut_to(text: str, limit: int) -> str:
    """Return `text` with at most `limit` characters, cut between words."""
    if len(text) <= limit:
        return text
    end = text.rfind(" ", 0, limit)
    return text[: end if end > 0 else limit]
