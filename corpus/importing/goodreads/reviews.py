"""The reviews of a Goodreads page, each with its stars and its day, and only with whole sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import dropwhile

from corpus.importing.drafts import END, Paragraph, Section, Setting
from corpus.importing.goodreads.sections import reviews_meant
from corpus.importing.goodreads.splitting import MAX_REVIEWS, RawReview, split_reviews, without_asides
from corpus.importing.lines import NAME, Line
from corpus.importing.report import Fate
from corpus.importing.subject import words
from corpus.importing.wording import is_closed, is_explicit, undoubled, whole_sentences

MAX_REVIEW = 20_000
"""Characters of a review that are kept."""

LONG = 300
"""Characters from which a review may have been cut by the page, which shows 500."""

_SPOILER = re.compile(r"\(view spoiler\)")
_SPOILER_END = re.compile(r"\s*\(hide spoiler\)\s*\]?")
_PREAMBLE = re.compile(
    r"^(?:$|Showing \d|More filters|Sort order|Rating details|Filter\b|Default\b|All Languages|Write a review|"
    r"[\d.,\s·]*$|[\d.,\s·]*(?:ratings?|reviews?|Rating details)\b[\d.,\s·\w]{0,60}$|\d stars?\b|Displaying \d|"
    r"Create free account|Search review text|Friends & Following|My Review|What do you think|Rate this book)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:full|my|this|complete|original|entire) review\b.{0,60}\b(?:here|blog|site|website|link|page)\b"
    r"|\byou can (?:read|find) (?:the|my) (?:full |complete )?review\b|\bclick(?:ing)? here\b|\bfollow me on\b"
    r"|\b(?:review )?(?:originally|first) (?:posted|published|appeared) (?:on|at|in)\b|^https?://\S+$",
    re.IGNORECASE,
)
_SOURCE_LINE = re.compile(r"^[-–—―]{1,2}\s*\w")


def reviews(lines: Sequence[Line], setting: Setting) -> list[Section]:
    """Return a section a review, headed by its stars and its day."""
    ledger = setting.ledger
    meant = reviews_meant(lines)
    lines = list(dropwhile(lambda line: not line.mark and _PREAMBLE.match(line.text), lines))
    ledger.add(Fate.DROPPED, "lines", len(lines) - len(without_asides(lines)), "photos, captions, shelves, likes")
    raw = split_reviews(lines)
    if meant is not None and meant != len(raw):
        ledger.add(Fate.NOTED, f"the page says that it shows {meant} reviews; {len(raw)} were found")
    if len(raw) >= MAX_REVIEWS:
        ledger.add(Fate.DROPPED, f"all reviews after the first {MAX_REVIEWS}")
    sections: list[Section] = []
    vocabulary = _vocabulary(lines)
    seen: dict[str, int] = {}
    said: set[str] = set()
    for review in raw:
        paragraphs = _paragraphs(review, setting, vocabulary)
        text = " ".join(paragraph.text for paragraph in paragraphs)
        heading = _heading(review, explicit=is_explicit(text))
        if not text:
            ledger.add(Fate.DROPPED, f"a review, {heading}", why="no whole sentence is left of it")
        elif text in said:
            ledger.add(Fate.DROPPED, "reviews", 1, "the page has them twice")
        else:
            said.add(text)
            seen[heading] = seen.get(heading, 0) + 1
            sections.append(Section(paragraphs, heading + (f" · no. {seen[heading]}" if seen[heading] > 1 else "")))
    return sections


def _heading(review: RawReview, *, explicit: bool) -> str:
    stars = "★" * review.stars + "☆" * (5 - review.stars) if review.stars else "no stars"
    return " · ".join([stars, *([str(review.date)] if review.date else []), *(["explicit"] if explicit else [])])


def _paragraphs(review: RawReview, setting: Setting, vocabulary: Set[str]) -> tuple[Paragraph, ...]:
    """Return what is kept of a review: whole sentences; what its writer hid as a spoiler comes last, at the end."""
    ledger = setting.ledger
    told, hidden = _without_spoilers(undoubled("\n".join(review.lines)[:MAX_REVIEW])[1].replace(NAME, " "))
    kept = [text for text in told if len(text) > 160 or not _ELSEWHERE.search(text)]
    ledger.add(Fate.DROPPED, "lines of reviews", len(told) - len(kept), "they lead to other pages")
    kept = _attributed(kept)
    if kept and (review.cut or _seems_cut(kept, vocabulary)):
        last = whole_sentences(kept[-1])
        ledger.add(Fate.DROPPED, "sentences", int(last != kept[-1]), "cut off by the page")
        kept = [*kept[:-1], last] if last else kept[:-1]
    spoilers = [Paragraph(text, reveals={setting.slug: END}) for text in map(whole_sentences, hidden) if text]
    return (*map(Paragraph, kept), *spoilers)


def _without_spoilers(text: str) -> tuple[list[str], list[str]]:
    """Return the paragraphs of a review, and those that its writer hid as spoilers."""
    first, *others = _SPOILER.split(text)
    told, hidden = [first], []
    for other in others:
        end = _SPOILER_END.search(other)
        hidden.append(other[: end.start()] if end else other)
        told.append(other[end.end() :] if end else "")
    rows = " ".join(told).split("\n")
    return [" ".join(row.split()) for row in rows if row.strip()], [" ".join(row.strip("[ ").split()) for row in hidden]


def _attributed(texts: Sequence[str]) -> list[str]:
    """Return paragraphs, a line that names the source of a quotation joined to the quotation."""
    joined: list[str] = []
    for text in texts:
        if joined and len(text) <= 120 and _SOURCE_LINE.match(text) and joined[-1].endswith(('"', "”")):
            joined[-1] += f" — {text.lstrip('-–—― ')}"
        else:
            joined.append(text)
    return joined


def _seems_cut(texts: Sequence[str], vocabulary: Set[str]) -> bool:
    """Return whether a review that the page does not mark as cut ends in the middle of a sentence.

    The page cuts long reviews alone. A short one without a full stop at its end is how its writer writes, unless its
    last word is half a word: one that nobody else on the page uses.
    """
    if is_closed(texts[-1]):
        return False
    return sum(map(len, texts)) >= LONG or vocabulary.isdisjoint(words(texts[-1])[-1:])


def _vocabulary(lines: Sequence[Line]) -> set[str]:
    """Return the words of the reviews, without those at the end of a line, which may be cut."""
    return {word for line in lines for word in words(line.text)[:-1]}
