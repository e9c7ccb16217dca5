"""Importing Goodreads pages, saved as text or HTML, without anybody's name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from bs4 import Tag

from corpus.books import Edition, Ratings, SimilarBook
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Ledger, Paragraph
from corpus.importing.goodreads_reviews import STARS, RawReview, answers, reviews, split_reviews, without_cut_end
from corpus.importing.page import NAME, PageLine, SavedPage, attribute, classes, cut_to, lines_of, words_of
from corpus.importing.phrases import KNOWN, date_in, is_cut_short, is_explicit, isbn_in, without_duplicate, year_in

SOURCE = "Goodreads"
MAX_BOOKS, MAX_LISTED = 100, 4_000  # books of a list, and lines of quotes, that are read
MAX_TITLE, MAX_QUOTE = 120, 5_000  # characters of a title, and of a quote

Area = Enum("Area", ["HEAD", "ANSWERS", "REVIEWS", "SIMILAR", "SERIES", "AUTHOR", "QUOTES", "NOTHING"])
"""An area of the page; the last is navigation, sign-up texts and lists that a club does not need."""

_AFTER_REVIEWS = ("«", "more reviews", "join the discussion")
"""Beginnings of lines that end the reviews; a reviewer may well write a line such as “Company”."""
_LIKES = re.compile(r"[”\"]\s*(?:―.{0,100})?[\d,]{1,12} likes?$")
_GENRES = re.compile(r"Genres(?=$|[:A-Z]| [A-Z])")
_KNOWN_BY = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^community reviews$", r"^reader q&a$", r"[\d,]+ ratings?\b.{0,40}[\d,]+ reviews?\b", "^readers also enjoyed$",
        rf"\brated it (?:{'|'.join(STARS)})\b", "^goodreads helps you keep track",
        r"^start by marking [“\"].{1,200}[”\"] as want to read",
    )
]  # fmt: skip
"""Phrases of the site; a page with two of them is a Goodreads page."""

_MARKING = re.compile(r"Start by marking [“\"](.{1,200})[”\"] as Want to Read")
_SERIES_LINE = re.compile(r"^\((.{1,100}?),?\s*(?:#\s?([\d.]{1,6})(?:[-–]\d+)?)?\)$|^(.{1,100}?),?\s+#([\d.]{1,6})$")
_AVERAGE = re.compile(r"(?<![\d.,])([0-5]\.\d{1,2})(?![\d.,])")
_RATINGS = re.compile(r"([\d,]{1,12})\s+ratings?\b")
_REVIEWS = re.compile(r"([\d,]{1,12})\s+reviews?\b")
_FORMATS = "|".join(KNOWN["goodreads_formats"])
_FORMAT = re.compile(rf"^(?:(?:{_FORMATS})\b.{{0,60}}|\d{{1,5}} pages(?:, .{{1,40}})?)$", re.IGNORECASE)
_PAGES = re.compile(r"(?:,\s*)?(\d{1,5}) pages(?:,\s*)?")
_PUBLISHED = re.compile(r"^(Expected publication:|First published|Published)\s+(.{0,300})$")
_FIRST = re.compile(r"\(first published ([^()]{1,60})\)")
_BY = re.compile(r"^by\s*(.{2,80})?$")
_NOT_TOLD = tuple(KNOWN["goodreads_untold"])
_ROLE = re.compile(
    r"\((?:Goodreads Author|Author|Co-?author|Illustrat\w+|Translat\w+|Introduction|Edit\w+|Foreword|Afterword|Preface|"
    r"Contribut\w+|Narrat\w+|Read\w+|Adapt\w+|Photograph\w+|Cover \w+|Artist|Pseudonym)\)$",
    re.IGNORECASE,
)
_OTHER_BOOK = re.compile(r"^(.{1,200}?),?\s*(?:\(([^()]{1,100}?),?\s*(?:#\s?([\d.,\s–-]{1,12}))?\))?$")
_QUOTE_LIKES = re.compile(r"\s*([\d,]{1,12}) likes?$")
_SELF = re.compile(r"^([^,.()]{3,60}?)(?:,| \(| is | was )")


def matches(page: SavedPage) -> bool:
    """Return whether this is a Goodreads page."""
    known_by = sum(any(pattern.search(line.text[:400]) for line in page.lines) for pattern in _KNOWN_BY)
    return bool(page.markup and page.markup.site == "goodreads") or known_by >= 2


def read(page: SavedPage, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Read the page, and report what was recognised and dropped."""
    lines = lines_of(page.markup.tree.body or page.markup.tree, _rule) if page.markup else page.lines
    areas, ledger = _areas_of(lines), setting.ledger
    ledger.recognised("a page of Goodreads")
    facts, description = _head(areas[Area.HEAD], ledger)
    told = [line.text for line in areas[Area.AUTHOR] if not line.item and len(line.text) > 60]
    about = [without_duplicate(text)[1] for text in told if not text.startswith("See also:")]
    if not facts.author and about and (self_named := _SELF.match(about[0])):
        facts = replace(facts, author=self_named[1].strip())
    if facts.ratings:
        facts = replace(facts, ratings=replace(facts.ratings, as_of=page.saved))
    listed = [book for line in areas[Area.SIMILAR][:MAX_BOOKS] if line.item and (book := other_book(line.text))]
    facts = replace(facts, similar=tuple(dict.fromkeys(listed)))
    premise = DraftSection.of(without_cut_end(description, ledger))
    of_series = _series(areas[Area.SERIES], facts)
    cards = page.markup.tree.find_all(class_="ReviewCard") if page.markup else ()
    of_readers = reviews([_of_card(card) for card in cards] or split_reviews(areas[Area.REVIEWS]), setting)
    drafts = [
        DraftDocument.of("premise", "goodreads", SOURCE, [premise], {}),  # the publisher's own words
        replace(DraftDocument.of("review", "goodreads", SOURCE, of_readers), stem="reviews-goodreads"),
        DraftDocument.of("answers", "goodreads", SOURCE, answers(areas[Area.ANSWERS], ledger)),
        DraftDocument.of("quotes", "goodreads", SOURCE, [DraftSection(tuple(_quotes(areas[Area.QUOTES])))]),
        DraftDocument.of("author", "goodreads", SOURCE, [DraftSection.of(without_cut_end(about[:20], ledger))]),
        DraftDocument("series-goodreads", "background", SOURCE, of_series, {}, "Other books in the series"),
    ]
    ledger.dropped("lines", sum(bool(line.text) for line in areas[Area.NOTHING]), "navigation and sign-up")
    return facts, drafts


def _areas_of(lines: Sequence[PageLine]) -> dict[Area, list[PageLine]]:
    """Return the lines of every area, without the headings."""
    areas: dict[Area, list[PageLine]] = {area: [] for area in Area}
    now = Area.HEAD
    for line in lines:
        begun = _area_starting(line.text)
        of_head = now is Area.HEAD and _GENRES.match(line.text)
        written = now is Area.REVIEWS and begun is Area.NOTHING and not line.text.lower().startswith(_AFTER_REVIEWS)
        if begun and not of_head and not written and not (begun is Area.HEAD and now is not Area.HEAD):
            now = begun
            areas[now].append(PageLine(""))
            continue
        is_quote = line.text.startswith(("“", '"')) and bool(_LIKES.search(line.text[-160:]))
        if is_quote and now in (Area.SERIES, Area.AUTHOR, Area.SIMILAR, Area.NOTHING):
            now = Area.QUOTES
        areas[now].append(line)
    return areas


def _area_starting(text: str) -> Area | None:
    said = " ".join(text[:100].casefold().split()).rstrip("….:» ").replace("’", "'")
    if len(text) > 100 or not said:
        return None
    for area, headings in KNOWN["goodreads"].items():
        for heading in headings:
            if said == heading or (heading[-1] == "…" and f"{said} ".startswith(heading[:-1])):
                return Area[area.upper()]
    return None


_RATED = re.compile(r"Rating ([1-5]) out of 5")
_PROFILE = re.compile(r"/user/show/|/user_challenges/|/people/")
_PEOPLE = frozenset({"Avatar", "ReviewerProfile", "ReviewCard__profile"})
_LEFT_OUT = frozenset({"SocialSignalsSection", "ContributorLink__role", "ReviewCard"})
_SERIES_PAGE = re.compile(r"/series/")
_SERIES_LABEL = re.compile(r"Book ([\d.]+) in the (.{1,100}) series")


def _rule(tag: Tag) -> str | Sequence[PageLine] | None:
    """Put a placeholder for people's names, and bring facts into the form that a text file has."""
    names = set(classes(tag))
    if names & _PEOPLE or (tag.name == "a" and _PROFILE.search(attribute(tag, "href")[:300])):
        return NAME if tag.get_text(strip=True) else ""
    if names & _LEFT_OUT:
        return ""
    if "Formatted" in names:
        return lines_of(tag, _rule)
    if attribute(tag, "data-testid") in ("ratingsCount", "reviewsCount", "genresList"):
        return [PageLine(words_of(tag))]
    if "ContributorLink__name" in names:
        return [PageLine(f"by {words_of(tag)}")]
    if series := _SERIES_LABEL.search(attribute(tag, "aria-label")):
        return [PageLine(f"({series[2]} #{series[1]})")]
    if tag.name == "h3" and tag.find("a", href=_SERIES_PAGE) and tag.find_next("h1"):
        return [PageLine(f"({words_of(tag)})")]
    return None


def _of_card(card: Tag) -> RawReview:
    labels = (attribute(element, "aria-label") for element in card.find_all(["span", "div"], limit=400))
    stars = next((int(rated[1]) for label in labels if (rated := _RATED.match(label))), None)
    links = (words_of(link)[:40] for link in card.find_all("a", limit=400))
    day = next((day for link in links if (day := date_in(link))), None)
    text = card.find(class_="ReviewText")
    lines = [line.text for line in lines_of(text, _rule) if line.text != NAME] if text else []
    return RawReview(stars, day, lines, headed=True)


def _head(lines: Sequence[PageLine], ledger: Ledger) -> tuple[BookFacts, list[str]]:
    """Return the facts and the description in the head of the page."""
    texts = [line.text[:400] for line in lines]

    def at(*patterns: re.Pattern[str]) -> int:
        found = (n for n, text in enumerate(texts) if any(pattern.match(text) for pattern in patterns))
        return next(found, len(texts))

    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text)), len(texts))
    title, by, genres = _title(texts, lines), at(_BY), at(_GENRES)
    named = [_BY.sub(r"\1", text) for text in texts[by:]]
    author = re.sub(r"\s*\((?:Goodreads Author|[\w ,/]{1,40})\).*", "", next(filter(None, named), ""))
    series, number = _series_and_number(texts[: min(by, figures)], title)
    isbn = next(filter(None, map(isbn_in, texts)), "")
    facts = BookFacts(
        title=title, author=author.split(",")[0].strip(), series=series, series_number=number, isbn=isbn,
        ratings=_ratings(texts),
    )  # fmt: skip
    if genres < len(texts):
        ledger.dropped("the list of genres")
    told = lines[figures + 1 : min(at(_FORMAT, _PUBLISHED), genres)]
    return facts.completed_by(_edition(texts, isbn)), _description(told)


def other_book(text: str) -> SimilarBook | None:
    """Read a line such as “Friends and Traitors (Inspector Troy, #8)”; None if it is not a title."""
    found = _OTHER_BOOK.match(text)
    if not found or len(found[1]) > MAX_TITLE or len(found[1].split()) > 20 or not any(map(str.isalpha, found[1])):
        return None
    series, number = (found[2] or "").strip(" ,"), (found[3] or "").strip().replace("–", "-")
    return SimilarBook(title=found[1].strip(" ,"), series=series, series_number=number)


def _title(texts: Sequence[str], lines: Sequence[PageLine]) -> str:
    marked = next((found[1] for text in texts if (found := _MARKING.search(text))), "")
    if marked or (headed := next((line.text for line in lines if line.level == 1), "")):
        return marked or headed
    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text) or _AVERAGE.match(text)), 0)
    before = [text for text in texts[:figures] if text and not _is_button(text) and not _SERIES_LINE.match(text)]
    repeated = next((text for text in before if before.count(text) > 1), "")
    return repeated or next((text for text in before if len(text) <= MAX_TITLE and not text.startswith("by ")), "")


def _series_and_number(texts: Sequence[str], title: str) -> tuple[str, float | None]:
    for text in texts:
        if (found := _SERIES_LINE.match(text)) and text != title and not _ROLE.match(text):
            number = found[2] or found[4] or ""
            return found[1] or found[3], float(number) if re.fullmatch(r"\d+(?:\.\d+)?", number) else None
    return "", None


def _ratings(texts: Sequence[str]) -> Ratings | None:
    for n, text in enumerate(texts):
        if found := _RATINGS.search(text):
            before, near = (" ".join(texts[max(0, n - 4) : n + after]) for after in (1, 4))
            average, said = _AVERAGE.search(text) or _AVERAGE.search(before), _REVIEWS.search(near)
            if average:
                return Ratings(float(average[1]), _count(found[1]), _count(said[1]) if said else 0, SOURCE)
    return None


def _edition(texts: Sequence[str], isbn: str) -> BookFacts:
    """Return the edition, the year and date of first publication, and the number of pages."""
    form = next((text for text in texts if _FORMAT.match(text)), "")
    pages = _PAGES.search(form)
    published = publisher = first = ""
    for found in filter(None, map(_PUBLISHED.match, texts)):
        firsts = _FIRST.search(found[2])
        said = _FIRST.sub("", found[2]).strip()
        if found[1] == "First published":
            first = said
        else:
            published, _, publisher = said.partition(" by ")
            first = firsts[1] if firsts else first
    form = _PAGES.sub("", form).strip(" ,")
    edition = Edition(form, cut_to(publisher.strip(), 100), date_in(published), isbn)
    return BookFacts(
        year=year_in(first) or year_in(published), first_published=date_in(first),
        pages=int(pages[1]) if pages else None, editions=(edition,) if form or publisher else (),
    )  # fmt: skip


def _description(lines: Sequence[PageLine]) -> list[str]:
    kept = [line.text for line in lines if not _is_button(line.text) and not _looks_of_figures(line.text)]
    whole = "\n".join(kept).strip("\n")
    if is_cut_short(whole) or "(less)" in whole[-12:]:
        whole = without_duplicate(whole)[1]
    return whole.split("\n")


def _is_button(text: str) -> bool:
    return text.lower().startswith(_NOT_TOLD)


def _looks_of_figures(text: str) -> bool:
    figures = _RATINGS.search(text) or _REVIEWS.search(text) or _AVERAGE.fullmatch(text.strip(" ·"))
    return len(text) < 80 and bool(figures)


def _count(text: str) -> int:
    return int(text.replace(",", "") or 0)


def _series(lines: Sequence[PageLine], facts: BookFacts) -> tuple[DraftSection, ...]:
    books = dict.fromkeys(book for line in lines[:MAX_BOOKS] if line.item and (book := other_book(line.text)))
    name = next((line.text for line in lines if line.text and not line.item), "")
    name = re.sub(r"\s*\(\d+ books?\)$", "", name) if len(name) <= 100 else ""
    items = []
    for book in books:
        within = book.series or name or facts.series
        number = f", book {book.series_number}" if book.series_number else ""
        items.append(Paragraph(f"{book.title} ({within}{number})" if within else book.title, item=True))
    return (DraftSection(tuple(items)),) if items else ()


def _quotes(lines: Sequence[PageLine]) -> Iterator[Paragraph]:
    waiting = ""
    for line in lines[:MAX_LISTED]:
        waiting = f"{waiting} {line.text}".strip()
        found = _QUOTE_LIKES.search(waiting, max(0, len(waiting) - 24))
        if len(waiting) > MAX_QUOTE or not waiting.startswith(("“", '"')):
            waiting = ""
        elif found:
            words = waiting[1 : found.start()].partition(" ―")[0].strip(' ”"')
            yield Paragraph(f"“{words}”", True, None, _count(found[1]), is_explicit(words))
            waiting = ""
