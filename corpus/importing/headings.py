"""What a section of an article or a study page is, by its heading."""

from __future__ import annotations

import re

from corpus.books import Book, Unit
from corpus.headings import Unclear, marks_named
from corpus.importing.subject import words
from corpus.units import PERCENT_WORDS, UNIT_WORDS

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
MAX_HEADING = 150
"""Characters of a heading."""


def kind_of(heading: str, otherwise: str) -> str | None:
    """Return the kind of document that a section belongs in; None for lists of sources and links."""
    said = words(heading)
    if _UNTOLD.match(" ".join(said)):
        return None
    if not all(word in _KIND_OF_WORD or word in _BESIDE for word in said):
        return otherwise  # “The Setting Out”, “A Question of Style”: a title, not a label
    return next((kind for word in said if (kind := _KIND_OF_WORD.get(word))), otherwise)


def speaks_of_marks(heading: str) -> bool:
    """Return whether a heading may be taken to name marks, rightly or wrongly; such a one is not written as it is."""
    return names_a_unit(heading) or heading[:1].isdigit() or heading.startswith(("★", "☆"))


def names_a_unit(text: str) -> bool:
    """Return whether a text speaks of chapters, pages or per cent."""
    return bool(_OF_MARKS.search(text))


def chapters_of(heading: str) -> range | None:
    """Return the chapters that a heading names, if it begins with them and is no commentary on them."""
    if not re.match(r"\s*(?:chapters?|chap|chs?)\b", heading, re.IGNORECASE) or _READING.search(heading):
        return None
    try:
        named = marks_named(heading, _ANY_CHAPTER)
    except Unclear:
        return None
    return range(named.first, named.last + 1) if named and named.first > 0 else None


def without_marks(heading: str) -> str:
    """Return what a heading says besides the marks that it names: “Chapter 7: The Trap” says “The Trap”."""
    _, _, title = heading.partition(":")
    title = title or re.split(r"\s[–—-]\s", heading, maxsplit=1)[-1]
    title = title.strip()
    return "" if speaks_of_marks(title) else title
