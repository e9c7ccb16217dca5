"""Recognising dates, chapter headings and unfinished sentences in a page."""

import datetime as dt
import re

from corpus.books import Book, Unit
from corpus.importing.subject import words
from corpus.labels import UnclearHeading, marks_named
from corpus.positions import PERCENT_WORDS, UNIT_WORDS
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


TITLES = {
    "premise": "What the book is about", "summary": "The story", "themes": "What it is about underneath",
    "people": "Who is who", "reception": "What critics said", "background": "Background", "author": "About the author",
    "discussion": "Questions for the club", "quotes": "Quotes",
}  # fmt: skip
"""The title of a document of each kind."""

_KINDS = {
    "summary": "plot plots synopsis summary story storyline narrative contents",
    "themes": "theme themes analysis style symbols symbolism motif motifs interpretation interpretations overview "
    "introduction commentary meaning genre structure message",
    "people": "character characters people cast protagonists personae",
    "reception": "reception reviews review awards accolades honours honors criticism critics response sales rankings "
    "nominations praise",
    "discussion": "questions discussion",
    "quotes": "quotes quotations",
    "author": "author biography",
    "background": "background context history development inspiration publication setting sources writing composition "
    "adaptation adaptations film television radio audio sequel sequels prequel series editions translations "
    "translation influences legacy continuity connections connection references allusions title",
}
_BESIDE = frozenset({
    "a", "about", "all", "an", "and", "as", "at", "book", "by", "critical", "cultural", "for", "from", "full",
    "general", "historical", "in", "its", "key", "list", "literary", "main", "major", "minor", "notable", "novel",
    "of", "on", "other", "pop", "popular", "public", "real", "social", "study", "the", "this", "to", "top", "who",
    "is", "world",
})  # fmt: skip
_KIND_OF_WORD = {word: kind for kind, said in _KINDS.items() for word in said.split()}
_UNTOLD = re.compile(
    r"^(?:references|notes|citations|footnotes|sources|bibliography|see also|external links|further reading|"
    r"notes and references|references and notes|works cited|explanatory notes|general references|contents)$"
)
_UNIT = "|".join((*UNIT_WORDS.values(), "volumes?"))
_OF_MARKS = re.compile(rf"(?<!\w)(?:{_UNIT})(?![^\W\d_])|{PERCENT_WORDS}", re.IGNORECASE)
_READING = re.compile(r"\b(?:analysis|commentary|themes?|discussion|quiz|questions?|interpretation)\b", re.IGNORECASE)
_ANY_CHAPTER = Book("x", "x", "x", Unit.CHAPTER, 1_000)


def kind_of(heading: str, otherwise: str) -> str | None:
    """Return the kind of document for a section, or None for lists of sources and links."""
    said = words(heading)
    if _UNTOLD.match(" ".join(said)):
        return None
    if not all(word in _KIND_OF_WORD or word in _BESIDE for word in said):
        return otherwise  # “The Setting Out”, “A Question of Style”: a title, not a label
    return next((kind for word in said if (kind := _KIND_OF_WORD.get(word))), otherwise)


def speaks_of_marks(heading: str) -> bool:
    """Return whether a heading might be read as naming marks, so that it is not written as it is."""
    return names_a_unit(heading) or heading[:1].isdigit() or heading.startswith(("★", "☆"))


def names_a_unit(text: str) -> bool:
    """Return whether a text mentions chapters, pages or percent."""
    return bool(_OF_MARKS.search(text))


def chapters_of(heading: str) -> range | None:
    """Return the chapters that a heading begins with, unless it is a commentary on them."""
    if not re.match(r"\s*(?:chapters?|chap|chs?)\b", heading, re.IGNORECASE) or _READING.search(heading):
        return None
    try:
        named = marks_named(heading, _ANY_CHAPTER)
    except UnclearHeading:
        return None
    return range(named.first, named.last + 1) if named and named.first > 0 else None


def without_marks(heading: str) -> str:
    """Return a heading without its marks: “Chapter 7: The Trap” becomes “The Trap”."""
    _, _, title = heading.partition(":")
    title = title or re.split(r"\s[–—-]\s", heading, maxsplit=1)[-1]
    title = title.strip()
    return "" if speaks_of_marks(title) else title


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
