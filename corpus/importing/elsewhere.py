"""Sentences that tell the story of another book: a sequel's article gives away how the earlier book ends.

A sentence is taken to tell another story only where it says so (“In that book …”, “In The Spy …, Leamas …”), and so
are those that follow it, until this book is spoken of again. Every other sentence is left for placing by alignment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.books import Book
from corpus.importing.drafts import END, Placing, Setting
from corpus.importing.subject import fold, named, names_of, words
from corpus.reveals import Slug

_EARLIER = r"(?:earlier|previous|preceding|first|original|prior|last|older|former|classic|1[89]\d\d|20\d\d)"
_VOLUME = r"(?:book|novel|story|volume|instal?lment|thriller|work|title)"
_WITHIN = (
    r"(?:(?:at|by|near|towards?) the (?:end|close|beginning|start) of|in|during|throughout|over|"
    r"the (?:events|plot|story|ending|end|conclusion) of)"
)
_THAT_BOOK = re.compile(
    rf"^[“\"'(]?{_WITHIN}\s+(?:that|the|its|his|her)\s+(?:{_EARLIER}\s+){{1,3}}{_VOLUME}\b"
    rf"|^[“\"'(]?{_WITHIN}\s+that\s+(?:\w+\s+){{0,2}}{_VOLUME}\b"
    rf"|^that\s+(?:\w+\s+){{0,2}}{_VOLUME}\s+(?:ends|ended|tells|told|closes|concludes|follows)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"^(?:at|by|near) the (?:end|close) of\b|^in\b|^during\b|\bthe (?:events|ending|conclusion|plot) of\b|"
    r"\b(?:ends?|ended|tells?|told|follows|concludes?|concluded) (?:with|of|how|when)\b",
    re.IGNORECASE,
)
_THIS_BOOK = re.compile(
    rf"\b(?:this|the (?:new|present|later|current|latest|second))\s+{_VOLUME}\b|\b(?:the|its) (?:sequel|narrative)\b|"
    rf"\bthe {_VOLUME} (?:opens|begins|picks|returns|continues|takes|is set)\b|"
    r"\b(?:decades|years|months) later\b|\bnow(?:adays)?,|\bin the present\b|\bpresent[- ]day\b|\btoday\b",
    re.IGNORECASE,
)
_FOLLOWS = r"(?:prequel|sequel|follow-up|successor|companion)(?: and (?:a )?(?:prequel|sequel))? to"
_FOLLOWS_ON = re.compile(rf"\b{_FOLLOWS}\b", re.IGNORECASE)
_KIND_OF_NOVEL = (
    r"(?: (?:\d{4}|[A-Z][a-z]+(?:ish|an|ese|ch)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|"
    r"\w+teenth|debut|final|last|short|spy|espionage|detective|crime|mystery|police|procedural|suspense|thriller|war|"
    r"adventure|historical|comic|satirical|romantic|romance|gothic|horror|science|fantasy|fiction|speculative|dystopian|"
    r"literary|political|psychological|philosophical|social|realist|epistolary|epic|legal|domestic|family|children[’']s|"
    r"young|adult|graphic|best-?selling|award-winning|autobiographical|modernist|postmodern|experimental))"
)
_DEFINED = re.compile(
    rf"^(?:is|was) (?:a|an|the){_KIND_OF_NOVEL}{{0,6}} (?:novel|novella|book|thriller|mystery|story|memoir|play)"
    r"(?: (?:by|written by) (?P<author>[^,;:()]{3,80}?))?"
    r"(?:,? (?:first )?published (?:in|on) [\w ]{4,20})?\.$"
)
_RELATED = re.compile(
    rf"^(?:is|was) (?:both )?(?:a|an|the){_KIND_OF_NOVEL}{{0,3}} {_FOLLOWS} (?P<other>[^,;:()]{{3,120}})\.$"
)
_NAME = re.compile(r"^(?:(?:[A-Z][\w’'-]*|[A-Z]\.(?:[A-Z]\.)*|de|da|di|du|la|le|van|von|der|den|and)(?: |$)){1,7}$")
_ROLE = re.compile(
    r"^(?:the )?(?:[A-Z][\w-]+(?:[ -]born)?(?: and [A-Z]\w+)? )?(?:author|writer|novelist|playwright|journalist|"
    r"(?:spy |crime |mystery )?(?:author|writer|novelist))(?: and (?:\w+ )?\w+)? "
)
MAX_DEFINITION = 260
"""Characters of a sentence that says what a book is and no more."""


@dataclass(frozen=True, slots=True)
class Told:
    """A run of sentences, with where it belongs; None leaves it for placing by alignment."""

    sentences: tuple[str, ...]
    reveals: Placing | None
    book: str = ""


def definition(sentence: str, titles: Sequence[str], others: Mapping[Slug, Book]) -> re.Match[str] | None:
    """Return a match where a sentence only says what the book is, by whom, or what it follows on from."""
    if len(sentence) > MAX_DEFINITION:
        return None
    rest = _after_title(sentence, titles)
    if rest is None:
        return None
    found = _DEFINED.match(rest)
    if found:
        author = author_in(found)
        return found if not author or _NAME.match(author) else None
    related = _RELATED.match(rest)
    if related is None:
        return None
    other = related["other"]
    titles = (other, re.sub(r"^[^’']{2,50}[’']s? (?=\W?[A-Z])", "", other))
    names = [words(name) for book in others.values() for name in names_of(book)]
    return related if any(words(title) in names for title in titles) else None


def author_in(found: re.Match[str]) -> str:
    """Return the author that a definition names: “by British writer John le Carré” names John le Carré."""
    said = found.groupdict().get("author") or ""
    return _ROLE.sub("", said).strip()


def told_elsewhere(sentences: Sequence[str], titles: Sequence[str], setting: Setting) -> Iterator[Told]:
    """Cut a paragraph into runs that tell another book's story, and runs that do not."""
    run: list[str] = []
    now: tuple[Slug, ...] | None = None  # the books whose story is told; () where the library does not have the book
    last: tuple[Slug, ...] | None = None  # the books that were spoken of last
    for sentence in sentences:
        here = _speaks_of_this(sentence, titles)
        others = tuple(named(sentence, setting.others, titles))
        follows = _FOLLOWS_ON.search(sentence)
        if follows and not others:
            last = ()  # it follows on from a book that the library does not have
        telling = now
        if _THAT_BOOK.search(sentence):
            telling = others or (_predecessor(setting) if last is None else last)
        elif others and _TELLS.search(sentence) and not here and not follows:
            telling = others
        elif here or _THIS_BOOK.search(sentence):
            telling = None
        elif telling is not None and others:
            telling = tuple(dict.fromkeys((*telling, *others)))
        if telling != now and run:
            yield _told(run, now, setting)
            run = []
        now = telling
        last = others or last
        run.append(sentence)
    if run:
        yield _told(run, now, setting)


def _told(run: Sequence[str], books: tuple[Slug, ...] | None, setting: Setting) -> Told:
    if books is None:
        return Told(tuple(run), None)
    if not books:
        return Told(tuple(run), {setting.slug: END})
    titles = " and ".join(setting.others[slug].title for slug in books)
    return Told(tuple(run), {**dict.fromkeys(books, END), setting.slug: 0}, titles)


def _predecessor(setting: Setting) -> tuple[Slug, ...]:
    """Return the book before this one in its series, as far as the library has both."""
    book = setting.book
    if book is None or not book.series or book.series_number is None:
        return ()
    before = [
        (other.series_number, other.slug)
        for other in setting.others.values()
        if other.series == book.series and other.series_number is not None and other.series_number < book.series_number
    ]
    return (max(before)[1],) if before else ()


def _speaks_of_this(sentence: str, titles: Sequence[str]) -> bool:
    phrase = fold(sentence)
    return any(len(words(title)) > 1 and fold(title) in phrase for title in titles)


def _after_title(sentence: str, titles: Sequence[str]) -> str | None:
    """Return what follows the title at the beginning of a sentence, or None where it does not begin with it."""
    found = re.match(r"^(?:The novel |The book )?(.{1,150}?)(?: \([^()]{1,80}\))?,? (?=(?:is|was) )", sentence)
    if not found or not titles:
        return None
    return sentence[found.end() :] if any(words(found[1]) == words(title) for title in titles) else None
