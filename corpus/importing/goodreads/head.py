"""The head of a Goodreads page: title, series, figures, description and edition."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from corpus.books import Edition, Ratings, SimilarBook
from corpus.importing.cleaning import cut_to
from corpus.importing.dates import date_in, year_in
from corpus.importing.drafts import Facts
from corpus.importing.lines import Line
from corpus.importing.wording import is_cut_short, undoubled

_MARKING = re.compile(r"Start by marking [“\"](.{1,200})[”\"] as Want to Read")
_SERIES = re.compile(r"^\((.{1,100}?),?\s*(?:#\s?([\d.]{1,6})(?:[-–]\d+)?)?\)$|^(.{1,100}?),?\s+#([\d.]{1,6})$")
_AVERAGE = re.compile(r"(?<![\d.,])([0-5]\.\d{1,2})(?![\d.,])")
_RATINGS = re.compile(r"([\d,]{1,12})\s+ratings?\b")
_REVIEWS = re.compile(r"([\d,]{1,12})\s+reviews?\b")
_FORMATS = (
    "Hardcover|Paperback|Mass Market Paperback|Trade Paperback|Kindle Edition|ebook|Audio CD|Audiobook|Audible Audio|"
    "Audio Cassette|Library Binding|Board Book|Unknown Binding|Nook|MP3 CD|Leather Bound|Large Print|Spiral-bound"
)
_FORMAT = re.compile(rf"^(?:(?:{_FORMATS})\b.{{0,60}}|\d{{1,5}} pages(?:, .{{1,40}})?)$", re.IGNORECASE)
_PAGES = re.compile(r"(?:,\s*)?(\d{1,5}) pages(?:,\s*)?")
_PUBLISHED = re.compile(r"^(?:Expected publication:|First published|Published)\s+(.{0,300})$")
_FIRST = re.compile(r"\(first published ([^()]{1,60})\)")
_ISBN = re.compile(r"\b(97[89][\d-]{10,14})\b")
_LANGUAGE = re.compile(r"^(?:Edition )?Language:?\s*([A-Z][a-z]{2,20})?$")
_BY = re.compile(r"^by\s*(.{2,80})?$")
_NOT_TOLD = re.compile(
    r"^(?:Enlarge cover|Rate this book|Clear rating|Open Preview|Other editions|More Details|edit details|Want to Read"
    r"|Error rating|Preview|Kindle Store|Shop this series|Buy on|Add a comment|Loading|\d of 5 stars|Saving"
    r"|Rating details|Get a copy)\b",
    re.IGNORECASE,
)  # fmt: skip
_OTHER_BOOK = re.compile(r"^(.{1,200}?),?\s*(?:\(([^()]{1,100}?),?\s*(?:#\s?([\d.,\s–-]{1,12}))?\))?$")
MAX_TITLE = 120
"""Characters of a title; a longer line is no title."""


def read_head(lines: Sequence[Line]) -> tuple[Facts, list[str]]:
    """Return what the head of the page says of the book, and its description, paragraph by paragraph."""
    texts = [line.text[:400] for line in lines]
    title = _title(texts, lines)
    series, number = _series(texts, title)
    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text)), None)
    edition_at = next((n for n, text in enumerate(texts) if _FORMAT.match(text) or _PUBLISHED.match(text)), len(texts))
    edition, first_year, first, pages = _edition(texts)
    isbn = next((found[1] for text in texts if (found := _ISBN.search(text))), "").replace("-", "")
    facts = Facts(
        title=title,
        author=_author(texts),
        year=first_year,
        series=series,
        series_number=number,
        pages=pages,
        isbn=isbn,
        language=_language(texts),
        first_published=first,
        ratings=_ratings(texts),
        editions=(edition,) if edition else (),
    )
    told = lines[figures + 1 : edition_at] if figures is not None else []
    return facts, _description(told)


def other_book(text: str) -> SimilarBook | None:
    """Read “Friends and Traitors (Inspector Troy, #8)”; None where the line is no title."""
    found = _OTHER_BOOK.match(text)
    if not found or len(found[1]) > MAX_TITLE or len(found[1].split()) > 20 or not any(map(str.isalpha, found[1])):
        return None
    series, number = (found[2] or "").strip(), (found[3] or "").strip()
    if not number and (by_space := re.match(r"^(.{1,90})\s+#?(\d[\d.–-]{0,8})$", series)):
        series, number = by_space[1], by_space[2]
    return SimilarBook(title=found[1].strip(" ,"), series=series.rstrip(","), series_number=number.replace("–", "-"))


def _title(texts: Sequence[str], lines: Sequence[Line]) -> str:
    marked = next((found[1] for text in texts if (found := _MARKING.search(text))), "")
    headed = next((line.text for line in lines if line.level == 1), "")
    if marked or headed:
        return marked or headed
    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text) or _AVERAGE.match(text)), 0)
    before = [text for text in texts[:figures] if text and not _NOT_TOLD.match(text) and not _SERIES.match(text)]
    repeated = next((text for text in before if before.count(text) > 1), "")
    return repeated or next((text for text in before if len(text) <= MAX_TITLE and not text.startswith("by ")), "")


def _series(texts: Sequence[str], title: str) -> tuple[str, float | None]:
    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text)), len(texts))
    for text in texts[:figures]:
        if (found := _SERIES.match(text)) and text != title:
            number = found[2] or found[4]
            return found[1] or found[3], float(number) if number and re.fullmatch(r"\d+(?:\.\d+)?", number) else None
    return "", None


def _author(texts: Sequence[str]) -> str:
    for n, text in enumerate(texts):
        if found := _BY.match(text):
            name = found[1] or next((t for t in texts[n + 1 :] if t), "")
            return re.sub(r"\s*\((?:Goodreads Author|[\w ,/]{1,40})\).*", "", name).split(",")[0].strip()
    return ""


def _ratings(texts: Sequence[str]) -> Ratings | None:
    for n, text in enumerate(texts):
        if found := _RATINGS.search(text):
            near = " ".join(texts[max(0, n - 4) : n + 4])
            average = _AVERAGE.search(text) or _AVERAGE.search(" ".join(texts[max(0, n - 4) : n + 1]))
            reviews = _REVIEWS.search(near)
            if average:
                return Ratings(float(average[1]), _count(found[1]), _count(reviews[1]) if reviews else 0, "Goodreads")
    return None


def _edition(texts: Sequence[str]) -> tuple[Edition | None, int | None, dt.date | None, int | None]:
    """Return the edition, the year and the day of the first publication, and the number of pages."""
    form = next((text for text in texts if _FORMAT.match(text)), "")
    pages = _PAGES.search(form)
    published = publisher = ""
    first = ""
    for text in texts:
        if found := _PUBLISHED.match(text):
            if firsts := _FIRST.search(text):
                first = firsts[1]
            said = _FIRST.sub("", found[1]).strip()
            if text.startswith("First published"):
                first = said
            else:
                published, _, publisher = said.partition(" by ")
    form = _PAGES.sub("", form).strip(" ,")
    isbn = next((found[1] for text in texts if (found := _ISBN.search(text))), "").replace("-", "")
    edition = Edition(form, cut_to(publisher.strip(), 100), date_in(published), isbn) if form or publisher else None
    year = year_in(first) or year_in(published)
    return edition, year, date_in(first), int(pages[1]) if pages else None


def _language(texts: Sequence[str]) -> str:
    for n, text in enumerate(texts):
        if found := _LANGUAGE.match(text):
            after = next((t for t in texts[n + 1 : n + 3] if t), "")
            return found[1] or (after if re.fullmatch(r"[A-Z][a-z]{2,20}", after) else "")
    return ""


def _description(lines: Sequence[Line]) -> list[str]:
    kept = [line.text for line in lines if not _NOT_TOLD.match(line.text) and not _looks_of_figures(line.text)]
    whole = "\n".join(kept).strip("\n")
    if is_cut_short(whole) or "(less)" in whole[-12:]:
        whole = undoubled(whole)[1]
    return [text for text in whole.split("\n") if text]


def _looks_of_figures(text: str) -> bool:
    figures = _RATINGS.search(text) or _REVIEWS.search(text) or _AVERAGE.fullmatch(text.strip(" ·"))
    return len(text) < 80 and bool(figures)


def _count(text: str) -> int:
    return int(text.replace(",", "") or 0)
