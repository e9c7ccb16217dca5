"""Recognising dates, chapter headings and unfinished sentences in a page."""

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dateutil import parser

from corpus.books import Unit
from corpus.importing.subject import words
from corpus.labels import Mention, UnclearHeading, begins_with, mentions, plain_characters
from corpus.positions import DIGITS, PERCENT_WORDS, ROMAN, UNIT_WORDS, WORDS, value
from corpus.text import capitalised, sentences_as_written

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
DATE = rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"  # a pattern for a date as Goodreads writes it

_DAY = re.compile(rf"\b(?:\d{{4}}-\d\d-\d\d|{DATE}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}})\b")
_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b")


def date_in(text: str) -> dt.date | None:
    """Return the first whole date in `text`, or None."""
    try:
        return parser.parse(found[0]).date() if (found := _DAY.search(text)) else None
    except ValueError:
        return None


def isbn_in(text: str) -> str:
    """Return the first ISBN of 13 digits in `text`, without hyphens, or ""."""
    found = re.search(r"(?<!\d)97[89](?:[ -]?\d){10}(?!\d)", text)
    return re.sub(r"\D", "", found[0]) if found else ""


def year_in(text: str) -> int | None:
    """Return the first year (1000 to 2099) in `text`, or None."""
    return int(found[0]) if (found := _YEAR.search(text)) else None


KNOWN = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
"""Words and headings by which pages, and their parts, are known."""

_KIND_OF_WORD = {word: kind for kind, said in KNOWN["kinds"].items() for word in said.split()}
_BESIDE = frozenset(KNOWN["headings"]["beside"].split())
_LABELS = {
    "warnings": r"(?:content|trigger|content and trigger) (?:warnings?|notes?|advisory|advisories)|cw|tw",
    "premise": r"(?:the )?premise|(?:(?:the )?(?:publishers?|book|jacket|product|back cover|official) )?"
    r"(?:description|blurb)|from the (?:publishers?|jacket|back cover)",
    "discussion": r"(?:reading|readers|reading group|book club|book group|discussion) (?:guide|kit)",
}  # headings that are read as a whole, because their words are those of stories too: “The Publisher”
_UNIT = "|".join((*UNIT_WORDS.values(), "volumes?"))
_OF_MARKS = re.compile(rf"(?<!\w)(?:{_UNIT})(?![^\W\d_])|{PERCENT_WORDS}", re.IGNORECASE)


def kind_of(heading: str, otherwise: str) -> str | None:
    """Return the kind of document for a section, or None for lists of sources and links."""
    said = words(heading)
    if " ".join(said) in KNOWN["headings"]["sources"]:
        return None
    if kind := next((kind for kind, label in _LABELS.items() if re.fullmatch(label, " ".join(said))), None):
        return kind
    if not all(word in _KIND_OF_WORD or word in _BESIDE for word in said):
        return otherwise  # “The Setting Out”, “A Question of Style”: a title, not a label
    return next((kind for word in said if (kind := _KIND_OF_WORD.get(word))), otherwise)


def speaks_of_marks(heading: str) -> bool:
    """Return whether a heading might be read as naming marks, so that it is not written as it is."""
    return names_a_unit(heading) or heading[:1].isdigit() or heading.startswith(("★", "☆"))


def names_a_unit(text: str) -> bool:
    """Return whether a text mentions chapters, pages or percent."""
    return bool(_OF_MARKS.search(text))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text says that it stands, "" if unclear; its chapters, or 0; what a heading says besides, as a title."""

    words: str
    first: int = 0
    last: int = 0
    rest: str = ""


SUMMARY = re.compile(r"\b(?:summar\w+|synopsis|recap|plot)\b", re.IGNORECASE)
_BEFORE_MARKS = re.compile(r"\b(?:after|beyond|since|past|from|post)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\b(?:what|why|how|where|who|means?|meant|explained|matters?)\b", re.IGNORECASE)
_VOLUME = re.compile(
    rf"\b(?:books?|volumes?|vols?\.?|acts?|cantos?)\s+(?P<number>{DIGITS}|{WORDS}|{ROMAN})(?!\w)", re.IGNORECASE
)
_OPENING = re.compile(r"\W*(?:the\s+)?prologue\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"\W*(?:the\s+)?(?:epilogue|coda|(?:final|last) (?:chapters?|part|pages?)|(?:book |novel )?ending|spoilers?)\b"
    r"|.*\b(?:ending|end) explained\b|\W*how (?:it|the (?:book|novel|story)) ends\b",
    re.IGNORECASE,
)
_NUMERAL = re.compile(
    rf"\W*(?P<number>[0-9]{{1,3}}|{ROMAN})(?P<rest>[.):]?\s*$|[.):]?\s+[–—-]?\s*\S.*|[.):]\s*\S.*)", re.IGNORECASE
)


def place_in(heading: str, titles: Sequence[str] = ()) -> Place | None:
    """Return where a heading says that its text stands, or None if it says nothing about that.

    The marks may stand after the book's title, after “Summary:”, or at the end: “The Trap (chapter 7)”.
    """
    text = plain_characters(without_titles(heading, titles))
    try:
        found = mentions(text)
    except UnclearHeading:
        return Place("")
    if not found:
        if _CLOSING.match(text):
            return Place("", rest=text)
        return Place("Chapter 1", 1, 1, text) if _OPENING.match(text) else None
    before, after = text[: found[0].start], text[found[-1].end :]
    at_the_end = not after.strip(" )].:!?”\"'") and not _ASIDE.search(before)
    clear = begins_with(text, found[0]) or at_the_end or SUMMARY.search(text)
    volume = _VOLUME.search(text)
    if (
        not clear or _BEFORE_MARKS.search(before) or any(m.goes_on or not m.last for m in found)
        or after.startswith(" of ") or (volume and value(volume["number"]) > 1)
    ):  # fmt: skip
        return Place("")
    bounds = zip([0, *(m.end for m in found)], [*(m.start for m in found), len(text)], strict=True)
    rest = "".join(text[start:end] for start, end in bounds)
    rest = re.sub(r"\(\s*\)|\[\s*\]", "", rest).strip(" :;,.–—-|()[]")
    return _place(text, found, rest)


def place_told(paragraph: str) -> Place | None:
    """Return where a paragraph says that it stands: “In chapter 2, …”, “Chapter 2 opens with …”, “… (Chapter 2)”.

    What it mentions besides counts too, so that it is not shown before any of it.
    """
    text = plain_characters(paragraph)
    try:
        found = [m for m in mentions(text) if m.unit in (Unit.CHAPTER, Unit.PERCENT)]
    except UnclearHeading:
        return Place("")
    if not found:
        return None
    opening, after = text[: found[0].start], text[found[0].end :]
    begins = _IN.fullmatch(opening) or (not opening.strip(" “\"'*") and _TELLS.match(after))
    cited = text[: found[-1].start].endswith(("(", "[")) and _CITED.fullmatch(text, found[-1].end)
    if not begins and not cited:
        return None
    unclear = any(m.goes_on or not m.last for m in found) or after.startswith(" of ")
    return Place("") if unclear else _place(text, found, "")


_IN = re.compile(
    r"\W*(?:(?:then|next|later|early|late|meanwhile|finally|first),?\s+)?(?:in|by|at|during|throughout|within|with|over)\s+"
    r"(?:the\s+)?(?:(?:very\s+)?(?:start|beginning|opening|middle|end|close|course|events)\s+of\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\s*[:.–—,-]|\s+(?:opens|begins|starts|finds|sees|introduces|tells|describes|follows|ends|continues|picks|shifts|"
    r"returns|moves|covers|concludes|focuses|deals|brings|takes|shows|recounts|details|reveals)\b",
    re.IGNORECASE,
)
_CITED = re.compile(r"[^()\[\]]{0,40}[)\]][.”\"']{0,3}")


def _place(text: str, found: Sequence[Mention], rest: str) -> Place:
    said = ", ".join(text[m.start : m.end] for m in found)
    chapters = [m for m in found if m.unit is Unit.CHAPTER and m.first >= 1]
    first, last = min((m.first for m in chapters), default=0), max((m.last for m in chapters), default=0)
    return Place(capitalised(said), int(first), int(last), rest)


def numeral_in(heading: str) -> tuple[int, str] | None:
    """Return the number that a heading such as “VII” or “7. The Trap” begins with, and its title."""
    found = _NUMERAL.fullmatch(plain_characters(heading))
    return (int(value(found["number"])), found["rest"].strip(" .):–—-")) if found else None


def without_titles(heading: str, titles: Sequence[str]) -> str:
    """Return a heading without the book's title and the name of the site: “Chapter 4 Summary” of “Emma Chapter 4 …”."""
    text = heading.split(" | ")[0]
    for title in titles:
        pattern = r"\W+".join(map(re.escape, re.findall(r"\w+", title)))
        if pattern:
            text = re.sub(rf"^\W*(?:{pattern})(?!\w)(?:['’]s)?[\s:,–—-]*|(?:\s*\b(?:of|in|from|to)\s+)?[“\"'‘]?\b"
                          rf"(?:{pattern})[”\"'’]?(?=\W*$)", "", text, flags=re.IGNORECASE)  # fmt: skip
    return text.strip()


_HIDDEN = re.compile(
    r"\(view spoiler\)(.*?)(?:\(hide spoiler\)\s*\]?|$)|>!(.{1,2000}?)!<|\|\|(.{1,2000}?)\|\|"
    r"|\[spoiler[^\]]{0,40}\](.{1,2000}?)\[/spoiler\]",
    re.IGNORECASE | re.DOTALL,
)
_WARNS = re.compile(r"\bspoilers?\b", re.IGNORECASE)
_NO_SPOILERS = re.compile(
    r"\b(?:no|not|non|never|without|zero|free (?:of|from)|avoid\w*|any|minor|minimal|don[’']?t)\b\W+(?:\w+\W+){0,3}"
    r"spoilers?\b|\bspoilers?[- ]?free",
    re.IGNORECASE,
)


def without_hidden(text: str) -> tuple[list[str], list[str]]:
    """Return the paragraphs of a text, and those that its writer hid as spoilers, on each site's way."""
    hidden = [row.strip("[ ") for found in _HIDDEN.finditer(text) for row in (found[found.lastindex or 0]).split("\n")]
    told = _HIDDEN.sub(" ", text).split("\n")
    return [" ".join(row.split()) for row in told if row.strip()], [" ".join(row.split()) for row in hidden if row]


def warns_of_spoilers(text: str) -> bool:
    """Return whether a paragraph says that spoilers follow."""
    return bool(_WARNS.search(_NO_SPOILERS.sub("", text)))


_EXPLICIT = re.compile(
    r"\b(?:(?:mother)?f(?:uck|\*+c?k|[@#]ck|ck)\w*|c(?:unt|\*+nt)s?|wank\w*|blow\s?jobs?|hand\s?jobs?|masturbat\w+|orgasm\w*"
    r"|dildos?|porn(?:o\w*)?|penis(?:es)?|vaginas?|clitoris|(?:anal|oral) sex|gang\s?bang\w*)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\s*(?:\.{3}|…)\s?\(?more\)?")
_MORE_AT_END = re.compile(rf"{_MORE.pattern}\s*$")
_LESS = re.compile(r"\s*\(less\)\s*$")
_CLOSED = re.compile(r"(?:[.!?…:\"'”’»)\]*]|[:;8=][-']?[DPp]|<3|[^\w\s,;&/–—-])\s*$")
_NAME_TOKEN = re.compile(r"^[^\W\d_][\w'’.-]*$")
_STOP = re.compile(r"(?<=[^\W\d_]{3})[.!?…]+[\"'”’)]*(?=\s+[a-z])")
OVERLAP = 24  # characters by which the beginning of a repeated text is recognised


def is_explicit(text: str) -> bool:
    """Return whether a text is for adults only, by a short list of whole words."""
    return bool(_EXPLICIT.search(text))


def is_cut_short(text: str) -> bool:
    """Return whether a text ends in “...more”."""
    return bool(_MORE_AT_END.search(text[-14:]))


def without_more_link(text: str) -> str:
    """Return a text without “...more” at its end."""
    return text[: text.rfind("more")].rstrip(" .…(") if is_cut_short(text) else text


def ends_sentence(text: str) -> bool:
    """Return whether a text ends like a sentence or with a smiley."""
    return bool(_CLOSED.search(text[-20:]))


def whole_sentences(text: str) -> str:
    """Return a paragraph up to its last complete sentence."""
    if ends_sentence(text):
        return text
    found = sentences_as_written(text)
    while found and not ends_sentence(found[-1]):
        found.pop()
    if found:
        return " ".join(found)
    stops = list(_STOP.finditer(text))  # one who writes no capitals writes sentences all the same
    return text[: stops[-1].end()] if stops else ""


def without_duplicate(text: str) -> tuple[str, str]:
    """Return what comes before a text that is given twice (a name), and the text once.

    A site shows the beginning, “…more”, the whole text and “(less)”. Other texts are returned unchanged.
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
    """Return an answer without the name before it; in case of doubt, a word too many is removed."""
    tokens, capitals = text.split(" "), 0
    for token in tokens[:6]:
        if not _NAME_TOKEN.match(token.rstrip(",.!?:;")) or not token[0].isupper():
            break
        capitals += 1
        if token[-1] in ",.!?:;" or token in ("I", "I'm", "I’m"):
            break
    if capitals == 0:  # a name without capitals: the answer begins with the first capital
        start = next((n for n, token in enumerate(tokens[:5]) if token[:1].isupper()), 0)
        return " ".join(tokens[start:]) if start else ""
    return " ".join(tokens[max(1, capitals - 1) :])
