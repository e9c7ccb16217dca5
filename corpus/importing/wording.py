"""Reading the words of people: what is explicit, where a text was cut off, what stands there twice."""

from __future__ import annotations

import re

from corpus.sentences import sentences_as_written

_EXPLICIT = re.compile(
    r"\b(?:(?:mother)?f(?:uck|\*+c?k|[@#]ck|ck)\w*|c(?:unt|\*+nt)s?|wank\w*|blow\s?jobs?|hand\s?jobs?|masturbat\w+|orgasm\w*"
    r"|dildos?|porn(?:o\w*)?|penis(?:es)?|vaginas?|clitoris|(?:anal|oral) sex|gang\s?bang\w*)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\s*(?:\.{3}|…)\s?\(?more\)?")
_LESS = re.compile(r"\s*\(less\)\s*$")
_CLOSED = re.compile(r"(?:[.!?…:\"'”’»)\]*]|[:;8=][-']?[DPp]|<3|[^\w\s,;&/–—-])\s*$")
_NAME_TOKEN = re.compile(r"^[^\W\d_][\w'’.-]*$")
_STOP = re.compile(r"(?<=[^\W\d_]{3})[.!?…]+[\"'”’)]*(?=\s+[a-z])")
OVERLAP = 24
"""Characters by which a shortened text is recognised at the beginning of the whole one."""


def is_explicit(text: str) -> bool:
    """Return whether a text is for adults alone: it swears strongly or speaks of sex without a veil.

    Whole words only, so that no innocent word is caught by its middle; a short list that errs to few words, because
    an organiser can add or take away the mark in the library.
    """
    return bool(_EXPLICIT.search(text))


def is_cut_short(text: str) -> bool:
    """Return whether a text ends in the site's “...more”."""
    found = _MORE.search(text, max(0, len(text) - 12))
    return found is not None and not text[found.end() :].strip()


def without_more(text: str) -> str:
    """Return a text without the “...more” at its end."""
    return text[: text.rfind("more")].rstrip(" .…(") if is_cut_short(text) else text


def is_closed(text: str) -> bool:
    """Return whether a text ends as a sentence does, or with a smile."""
    return bool(_CLOSED.search(text[-20:]))


def whole_sentences(text: str) -> str:
    """Return a paragraph up to the end of its last whole sentence."""
    if is_closed(text):
        return text
    found = sentences_as_written(text)
    while found and not is_closed(found[-1]):
        found.pop()
    if found:
        return " ".join(found)
    stops = list(_STOP.finditer(text))  # one who writes no capitals writes sentences all the same
    return text[: stops[-1].end()] if stops else ""


def undoubled(text: str) -> tuple[str, str]:
    """Return what stands before a text that is given twice (a name), and the text once, whole.

    A site shows the beginning, “…more”, then all of it and “(less)”. Where there is no second text, the first comes
    back as it is.
    """
    parts = _MORE.split(text, maxsplit=1)
    whole = _LESS.sub("", parts[-1]).strip()
    if len(parts) < 2 or not whole:
        return "", _LESS.sub("", text).strip()
    start = parts[0].find(whole[:OVERLAP]) if len(whole) >= OVERLAP else parts[0].find(whole)
    if start < 0:
        return ("", text.strip()) if len(whole) < len(parts[0]) / 2 else (parts[0], whole)
    return parts[0][:start].strip(), whole


def without_name(text: str) -> str:
    """Return an answer without the name that stands before it, as far as capitals tell where the name ends.

    “Peter Guillam Yes, it is” begins with the name and the first word of the answer. Where it is not clear, a word
    too many is taken away rather than one too few.
    """
    tokens = text.split(" ")
    capitals = 0
    while capitals < min(len(tokens), 6) and _NAME_TOKEN.match(tokens[capitals].rstrip(",.!?:;")):
        if not tokens[capitals][0].isupper():
            break
        capitals += 1
        if tokens[capitals - 1][-1] in ",.!?:;" or tokens[capitals - 1] in ("I", "I'm", "I’m"):
            break
    if capitals == 0:  # a name without capitals: the answer begins with the first capital
        start = next((n for n, token in enumerate(tokens[:5]) if token[:1].isupper()), 0)
        return " ".join(tokens[start:]) if start else ""
    if capitals == 1:
        return " ".join(tokens[1:])
    return " ".join(tokens[capitals - 1 :])
