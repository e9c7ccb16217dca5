"""A page of Goodreads, saved as text or as HTML: all that a club would use, and nobody's name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.books import Ratings, SimilarBook
from corpus.importing.dates import DATE, date_in
from corpus.importing.drafts import Draft, Facts, Paragraph, Reading, Section, Setting
from corpus.importing.goodreads.answers import answers
from corpus.importing.goodreads.design import goodreads_lines
from corpus.importing.goodreads.head import other_book, read_head
from corpus.importing.goodreads.reviews import reviews
from corpus.importing.goodreads.sections import Part, is_goodreads, parts_of
from corpus.importing.lines import Line
from corpus.importing.pages import Page
from corpus.importing.report import Fate, Ledger
from corpus.importing.wording import is_explicit, undoubled, whole_sentences, without_more

SOURCE = "Goodreads"
MAX_ITEMS, MAX_BOOKS = 500, 100
"""Quotes or topics, and books, that are kept of one list."""
MAX_QUOTE = 5_000
"""Characters of a quote."""

_LIKES = re.compile(r"\s*([\d,]{1,12}) likes?$")
_TOPIC = re.compile(
    rf"^(?P<title>.{{1,200}}?)\s+(?P<posts>[\d,]{{1,9}})\s+(?P<views>[\d,]{{1,9}})(?:\s+(?P<last>{DATE}).{{0,20}})?$"
)
_SELF = re.compile(r"^(?P<name>[^,.()]{3,60}?)(?:,| \(| is | was )")


def matches(page: Page) -> bool:
    """Return whether a page is one of Goodreads."""
    return bool(page.markup and page.markup.site == "goodreads") or is_goodreads(page.lines)


def read(page: Page, setting: Setting) -> Reading:
    """Read the page. What was recognised and dropped goes into the setting's ledger."""
    lines = goodreads_lines(page.markup.tree) if page.markup else page.lines
    parts, ledger = parts_of(lines), setting.ledger
    ledger.add(Fate.RECOGNISED, "a page of Goodreads")
    facts, description = read_head(parts[Part.HEAD])
    author = _about_author(parts[Part.AUTHOR], ledger)
    self_named = _SELF.match(author[0]) if author and not facts.author else None
    facts = replace(
        facts,
        author=facts.author or (self_named["name"].strip() if self_named else ""),
        similar=_similar(parts[Part.SIMILAR]),
        ratings=_as_of(facts.ratings, lines),
    )
    series = _document("series", "background", "Other books in the series", _series(parts[Part.SERIES], facts))
    drafts = (
        _document("premise", "premise", "What the book is about", _plain(_whole(description, ledger))),
        _document("reviews", "review", "What readers said", reviews(parts[Part.REVIEWS], setting)),
        _document("answers", "answers", "Readers’ questions", answers(parts[Part.ANSWERS], ledger)),
        _document("quotes", "quotes", "Quotes that readers like", [Section(tuple(_quotes(parts[Part.QUOTES])))]),
        _document("author", "author", "About the author", _plain(author)),
        replace(series, reveals={}) if series else None,  # titles and numbers give nothing away
        _document("topics", "topics", "What clubs talk about", [Section(tuple(_topics(parts[Part.TOPICS])))]),
    )
    ledger.add(Fate.DROPPED, "lines", sum(bool(line.text) for line in parts[Part.NOTHING]), "navigation and sign-up")
    return Reading(facts, tuple(draft for draft in drafts if draft))


def _document(stem: str, kind: str, title: str, sections: Sequence[Section]) -> Draft | None:
    sections = tuple(section for section in sections if section.paragraphs)
    return Draft(f"{stem}-goodreads", kind, title, SOURCE, sections) if sections else None


def _plain(texts: Sequence[str]) -> list[Section]:
    return [Section(tuple(Paragraph(text) for text in texts if text))]


def _whole(texts: Sequence[str], ledger: Ledger) -> list[str]:
    """Return paragraphs without the sentence at their end that was cut off."""
    if not texts:
        return []
    last = whole_sentences(without_more(texts[-1]))
    ledger.add(Fate.DROPPED, "sentences", int(last != texts[-1]), "cut off by the page")
    return [text for text in (*texts[:-1], last) if text]


def _as_of(ratings: Ratings | None, lines: Sequence[Line]) -> Ratings | None:
    """Return the figures with the last day that the page names: it was saved then or soon after."""
    if ratings is None:
        return None
    dates = [day for line in lines if (day := date_in(line.text[-60:]) or date_in(line.text[:40]))]
    today = dt.datetime.now(dt.UTC).date()
    return replace(ratings, as_of=max((day for day in dates if day <= today), default=None))


def _similar(lines: Sequence[Line]) -> tuple[SimilarBook, ...]:
    found = (other_book(line.text) for line in lines[:MAX_BOOKS] if line.item and line.text)
    return tuple(dict.fromkeys(book for book in found if book))


def _series(lines: Sequence[Line], facts: Facts) -> list[Section]:
    books = [book for line in lines[:MAX_BOOKS] if line.item and (book := other_book(line.text))]
    name = next((line.text for line in lines if line.text and not line.item), "")
    name = re.sub(r"\s*\(\d+ books?\)$", "", name) if len(name) <= 100 else ""
    items = []
    for book in dict.fromkeys(books):
        within = book.series or name or facts.series
        number = f", book {book.series_number}" if book.series_number else ""
        items.append(Paragraph(f"{book.title} ({within}{number})" if within else book.title, item=True))
    return [Section(tuple(items))]


def _about_author(lines: Sequence[Line], ledger: Ledger) -> list[str]:
    texts = [line.text for line in lines if line.text and not line.item and len(line.text) > 60]
    kept = [undoubled(text)[1] for text in texts if not text.startswith("See also:")]
    return _whole(kept[:20], ledger)


def _quotes(lines: Sequence[Line]) -> Iterator[Paragraph]:
    waiting = ""
    for line in lines[: 8 * MAX_ITEMS]:
        waiting = f"{waiting} {line.text}".strip() if waiting else line.text
        found = _LIKES.search(waiting, max(0, len(waiting) - 24))
        if len(waiting) > MAX_QUOTE or not waiting.startswith(("“", '"')):
            waiting = ""
        elif found:
            words = waiting[1 : found.start()].partition(" ―")[0].strip(' ”"')
            yield Paragraph(f"“{words}”", True, None, int(found[1].replace(",", "") or 0), is_explicit(words))
            waiting = ""


def _topics(lines: Sequence[Line]) -> Iterator[Paragraph]:
    for line in lines[:MAX_ITEMS]:
        if found := _TOPIC.match(line.text[:400]):
            counted = f"{_number(found['posts'], 'post')}, {_number(found['views'], 'view')}"
            day = date_in(found["last"] or "")
            yield Paragraph(f"{found['title']} – {counted}" + (f", last on {day}" if day else ""), item=True)


def _number(text: str, noun: str) -> str:
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"
