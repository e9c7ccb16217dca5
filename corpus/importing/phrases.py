"""Recognising dates, chapter headings and unfinished sentences in a page."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.books import Unit
from corpus.importing.subject import words
from corpus.labels import Mention, UnclearHeading, begins_with, mentions, plain_characters
from corpus.positions import DIGITS, PERCENT_WORDS, ROMAN, UNIT_WORDS, WORDS, value
from corpus.text import sentences_as_written

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""The months as Goodreads writes them."""

MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}\.?"
"""A pattern for the name of a month."""

DATE = rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
"""A pattern for a date as Goodreads writes it."""

_MONTH_FIRST = re.compile(rf"\b({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({MONTH}),? (\d{{4}})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_YEAR = re.compile(r"\b(1[0-9]{3}|20[0-9]{2})\b")


def date_in(text: str) -> dt.date | None:
    """Return the first whole date in `text`, or None."""
    if found := _ISO.search(text):
        return _date(found[1], int(found[2]), found[3])
    if found := _MONTH_FIRST.search(text):
        return _date(found[3], _month(found[1]), found[2])
    if found := _DAY_FIRST.search(text):
        return _date(found[3], _month(found[2]), found[1])
    return None


def year_in(text: str) -> int | None:
    """Return the first year (1000 to 2099) in `text`, or None."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def _month(name: str) -> int:
    return MONTHS.index(name[:3].title()) + 1


def _date(year: str, month: int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), month, int(day))
    except ValueError:
        return None


_KINDS = {
    "summary": "plot plots synopsis summary summaries story storyline narrative contents zusammenfassung resume",
    "themes": "theme themes analysis style symbols symbolism motif motifs interpretation interpretations overview "
    "introduction commentary meaning genre structure message",
    "people": "character characters people cast protagonists personae",
    "reception": "reception reviews review awards accolades honours honors criticism critics response sales rankings "
    "nominations praise",
    "discussion": "questions discussion discuss",
    "quotes": "quotes quotations",
    "author": "author biography",
    "background": "background context history development inspiration publication setting sources writing composition "
    "adaptation adaptations film television radio audio sequel sequels prequel series editions translations "
    "translation influences legacy continuity connections connection references allusions title",
}
_BESIDE = frozenset({
    "a", "about", "all", "an", "and", "as", "at", "book", "by", "club", "critical", "cultural", "for", "from", "full",
    "general", "group", "historical", "in", "its", "key", "list", "literary", "main", "major", "minor", "notable",
    "novel", "of", "on", "other", "pop", "popular", "public", "reading", "real", "social", "study", "the", "this", "to",
    "top", "topics", "who", "is", "world",
})  # fmt: skip
_KIND_OF_WORD = {word: kind for kind, said in _KINDS.items() for word in said.split()}
_LABELS = {
    "warnings": r"(?:content|trigger|content and trigger) (?:warnings?|notes?|advisory|advisories)|cw|tw",
    "premise": r"(?:the )?premise|(?:(?:the )?(?:publishers?|book|jacket|product|back cover|official) )?"
    r"(?:description|blurb)|from the (?:publishers?|jacket|back cover)",
    "discussion": r"(?:reading|readers|reading group|book club|book group|discussion) (?:guide|kit)",
}
"""Headings that are read as a whole, because their words are those of stories too: “The Publisher”."""
_UNTOLD = re.compile(
    r"^(?:references|notes|citations|footnotes|sources|bibliography|see also|external links|further reading|"
    r"notes and references|references and notes|works cited|explanatory notes|general references|contents)$"
)
_UNIT = "|".join((*UNIT_WORDS.values(), "volumes?"))
_OF_MARKS = re.compile(rf"(?<!\w)(?:{_UNIT})(?![^\W\d_])|{PERCENT_WORDS}", re.IGNORECASE)


def kind_of(heading: str, otherwise: str) -> str | None:
    """Return the kind of document for a section, or None for lists of sources and links."""
    said = words(heading)
    if _UNTOLD.match(" ".join(said)):
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
    """Where a heading or a sentence says that its text stands: in words such as “Chapters 5–7”, "" if unclear.

    `first` and `last` are chapters, or 0; `rest` is what a heading says besides, such as its title.
    """

    words: str
    first: int = 0
    last: int = 0
    rest: str = ""


_SUMMARY = re.compile(r"\b(?:summar(?:y|ies)|synopsis|recap|plot)\b", re.IGNORECASE)
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
    clear = begins_with(text, found[0]) or at_the_end or _SUMMARY.search(text)
    volume = _VOLUME.search(text)
    if (
        not clear or _BEFORE_MARKS.search(before) or any(m.goes_on or not m.last for m in found)
        or after.startswith(" of ") or (volume and value(volume["number"]) > 1)
    ):  # fmt: skip
        return Place("")
    rest = "".join(text[start:end] for start, end in _between(found, len(text)))
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


def _between(found: Sequence[Mention], end: int) -> list[tuple[int, int]]:
    return list(zip([0, *(m.end for m in found)], [*(m.start for m in found), end], strict=True))


def _place(text: str, found: Sequence[Mention], rest: str) -> Place:
    said = ", ".join(text[m.start : m.end] for m in found)
    chapters = [m for m in found if m.unit is Unit.CHAPTER and m.first >= 1]
    first, last = (int(min(m.first for m in chapters)), int(max(m.last for m in chapters))) if chapters else (0, 0)
    return Place(said[:1].upper() + said[1:], first, last, rest)


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


_SPOILER = re.compile(r"\(view spoiler\)")
_SPOILER_END = re.compile(r"\s*\(hide spoiler\)\s*\]?")
_OTHER_MARKS = re.compile(
    r">!(.{1,2000}?)!<|\|\|(.{1,2000}?)\|\||\[spoiler[^\]]{0,40}\](.{1,2000}?)\[/spoiler\]", re.IGNORECASE
)
_WARNS = re.compile(r"\bspoilers?\b", re.IGNORECASE)
_NO_SPOILERS = re.compile(
    r"\b(?:no|not|non|never|without|zero|free (?:of|from)|avoid\w*|any|minor|minimal|don[’']?t)\b\W+(?:\w+\W+){0,3}"
    r"spoilers?\b|\bspoilers?[- ]?free",
    re.IGNORECASE,
)


def without_hidden(text: str) -> tuple[list[str], list[str]]:
    """Return the paragraphs of a text, and those that its writer hid as spoilers, on each site's way."""
    text = _OTHER_MARKS.sub(lambda m: f"(view spoiler)[{next(filter(None, m.groups()))}(hide spoiler)]", text)
    first, *others = _SPOILER.split(text)
    told, hidden = [first], []
    for other in others:
        end = _SPOILER_END.search(other)
        hidden.append(other[: end.start()] if end else other)
        told.append(other[end.end() :] if end else "")
    rows, kept = " ".join(told).split("\n"), [row.strip("[ ") for part in hidden for row in part.split("\n")]
    return [" ".join(row.split()) for row in rows if row.strip()], [" ".join(row.split()) for row in kept if row]


def warns_of_spoilers(text: str) -> bool:
    """Return whether a paragraph says that spoilers follow."""
    return bool(_WARNS.search(_NO_SPOILERS.sub("", text)))


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
"""Characters by which the beginning of a repeated text is recognised."""


def is_explicit(text: str) -> bool:
    """Return whether a text is for adults only, by a short list of whole words.

    An organiser can add or remove the mark in the library.
    """
    return bool(_EXPLICIT.search(text))


def is_cut_short(text: str) -> bool:
    """Return whether a text ends in “...more”."""
    found = _MORE.search(text, max(0, len(text) - 12))
    return found is not None and not text[found.end() :].strip()


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
    """Return an answer without the name before it.

    “Peter Guillam Yes, it is” begins with the name and the first word of the answer. In case of doubt, a word too many
    is removed.
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
