"""Importing Goodreads pages, saved as text or HTML, without anybody's name."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto

from bs4 import Tag

from corpus.books import Edition, Ratings, SimilarBook
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Ledger, PageContent, Paragraph
from corpus.importing.goodreads_reviews import AFTER_REVIEW, PHOTO, REVIEW, STARS, answers, reviews, without_cut_end
from corpus.importing.page import NAME, PageLine, SavedPage, attribute, classes, cut_to, lines_of, words_of
from corpus.importing.phrases import DATE, date_in, is_cut_short, is_explicit, without_duplicate, year_in
from corpus.text import plural


class PageArea(Enum):
    """An area of the page."""

    HEAD = auto()
    ANSWERS = auto()
    REVIEWS = auto()
    TOPICS = auto()
    SIMILAR = auto()
    SERIES = auto()
    AUTHOR = auto()
    QUOTES = auto()
    NOTHING = auto()
    """Navigation, sign-up texts and lists that a club does not need."""


_HEADINGS = {
    PageArea.NOTHING: (
        "friend reviews", "friends & following", "lists with this book", "genres", "more quotes", "company",
        "videos about this book", "news & interviews", "related articles", "trivia about", "books by",
        "more reviews and ratings", "join the discussion", "can't find what you're looking for?",
    ),
    PageArea.HEAD: ("get a copy",),
    PageArea.ANSWERS: ("reader q&a", "popular answered questions"),
    PageArea.REVIEWS: ("community reviews", "ratings & reviews"),
    PageArea.SIMILAR: ("readers also enjoyed",),
    PageArea.TOPICS: ("topics posts views last activity", "topics posts views", "discuss this book"),
    PageArea.AUTHOR: ("see similar books", "about the author"),
    PageArea.SERIES: ("other books in the series",),
}  # fmt: skip
"""The headings of each area."""
_HEADING_STARTS = {
    PageArea.NOTHING: (
        "this book is not yet featured on listopia", "« previous", "trivia about ", "more books by ", "books by ",
        "to see what your friends thought", "welcome back",
    ),
    PageArea.QUOTES: ("quotes from ", "popular quotes"),
    PageArea.ANSWERS: ("to ask other readers questions",),
}  # fmt: skip
"""The beginnings of headings that continue with a name."""
_AFTER_REVIEWS = ("«", "more reviews", "join the discussion")
"""Beginnings of lines that end the reviews; a reviewer may well write a line such as “Company”."""
_LIKES = re.compile(r"[”\"]\s*(?:―.{0,100})?[\d,]{1,12} likes?$")
_GENRES = re.compile(r"Genres(?=$|[:A-Z]| [A-Z])")

KNOWN_BY = (
    re.compile(r"^community reviews$", re.IGNORECASE),
    re.compile(r"^reader q&a$", re.IGNORECASE),
    re.compile(r"[\d,]+ ratings?\b.{0,40}[\d,]+ reviews?\b"),
    re.compile(r"^readers also enjoyed$", re.IGNORECASE),
    re.compile(r"\brated it (?:it was amazing|really liked it|liked it|it was ok|did not like it)\b"),
    re.compile(r"^goodreads helps you keep track", re.IGNORECASE),
    re.compile(r"^start by marking [“\"].{1,200}[”\"] as want to read", re.IGNORECASE),
)
"""Phrases of the site; a page with two of them is a Goodreads page."""


def areas_of(lines: Sequence[PageLine]) -> dict[PageArea, list[PageLine]]:
    """Return the lines of every area, without the headings."""
    parts: dict[PageArea, list[PageLine]] = {part: [] for part in PageArea}
    part = PageArea.HEAD
    for line in lines:
        begun = area_starting(line.text)
        if part is PageArea.HEAD and _GENRES.match(line.text):
            begun = None  # a part of the head, which the old design shows as a list of its own
        written = (
            part is PageArea.REVIEWS and begun is PageArea.NOTHING and not line.text.lower().startswith(_AFTER_REVIEWS)
        )
        if begun is not None and not written and not (begun is PageArea.HEAD and part is not PageArea.HEAD):
            part = begun
            parts[part].append(PageLine(""))
            continue
        is_quote = line.text.startswith(("“", '"')) and bool(_LIKES.search(line.text[-160:]))
        if is_quote and part in (PageArea.SERIES, PageArea.AUTHOR, PageArea.SIMILAR, PageArea.NOTHING):
            part = PageArea.QUOTES
        parts[part].append(line)
    return parts


def area_starting(text: str) -> PageArea | None:
    """Return the area that a line is the heading of, or None."""
    said = " ".join(text[:100].casefold().split()).rstrip("….:» ").replace("’", "'")
    if len(text) > 100 or not said:
        return None
    named = (area for area, headings in _HEADINGS.items() if said in headings)
    starting = (area for area, starts in _HEADING_STARTS.items() if f"{said} ".startswith(starts))
    return next(named, None) or next(starting, None)


_WORDS = {stars: words for words, stars in STARS.items()}
_RATED = re.compile(r"Rating (\d) out of 5")
_PROFILE = re.compile(r"/user/show/|/user_challenges/|/people/")
_PEOPLE = frozenset({"user", "userName", "imgcol", "userReview", "Avatar", "ReviewerProfile", "ReviewCard__profile"})
_REVIEW_CLASSES = frozenset({"review", "ReviewCard"})
_TEXT_CLASSES = ("reviewText", "ReviewText", "readable")
_LEFT_OUT = frozenset({
    "SocialSignalsSection", "reviewFooter", "updateActionLinks", "likeItContainer", "ContributorLink__role", "role",
})  # fmt: skip
_SERIES_PAGE = re.compile(r"/series/")
_SERIES_LABEL = re.compile(r"Book ([\d.]+) in the (.{1,100}) series")


def _rule(tag: Tag) -> str | Sequence[PageLine] | bool | None:
    """Put a placeholder for people's names and a mark before every review."""
    if is_person(tag):
        return NAME if tag.get_text(strip=True) else ""
    names = set(classes(tag))
    if _is_review(tag, names):
        return _review(tag)
    if names & _LEFT_OUT:
        return ""
    if tag.name == "img":
        return _picture(tag)
    if "spoilerContainer" in names:
        return True  # between “(view spoiler)[” and “(hide spoiler)]”, as in text
    if "Formatted" in names:
        return lines_of(tag, _rule)
    if attribute(tag, "data-testid") in ("ratingsCount", "reviewsCount", "genresList"):
        return [PageLine(words_of(tag))]
    if "ContributorLink__name" in names:
        return [PageLine(f"by {words_of(tag)}")]
    if (series := _SERIES_LABEL.search(attribute(tag, "aria-label"))) is not None:
        return [PageLine(f"({series[2]} #{series[1]})")]
    if tag.name == "h3" and tag.find("a", href=_SERIES_PAGE) and tag.find_next("h1"):
        return [PageLine(f"({words_of(tag)})")]
    return _shortened(tag)


def is_person(tag: Tag) -> bool:
    """Return whether an element contains a reader's name or picture."""
    if tag.name == "a" and _PROFILE.search(attribute(tag, "href")[:300]):
        return True
    if not _PEOPLE.isdisjoint(classes(tag)):
        return True
    return attribute(tag, "itemprop") == "author" and tag.find(class_="user") is not None


def _is_review(tag: Tag, names: set[str]) -> bool:
    if tag.name not in ("div", "article", "li", "section"):
        return False
    if names & _REVIEW_CLASSES or attribute(tag, "itemprop") in ("reviews", "review"):
        return any(tag.find(class_=name) is not None for name in _TEXT_CLASSES)
    return False


def _review(tag: Tag) -> list[PageLine]:
    """Return a review as in a text file: a line with date and stars, then the text."""
    stars, date = _stars(tag), _date(tag)
    said = f"{date} rated it {_WORDS[stars]}".strip() if stars else f"{date} added it"
    text = next((found for name in _TEXT_CLASSES if (found := tag.find(class_=name)) is not None), None)
    written = [line for line in lines_of(text, _rule) if line.text != NAME] if text else []
    while written and not written[0].text and not written[0].mark:
        written.pop(0)
    heading = [PageLine(said)] if stars or date else []
    return [PageLine("", mark=REVIEW), *heading, *written, PageLine("", mark=AFTER_REVIEW)]


def _stars(tag: Tag) -> int | None:
    for element in tag.find_all(["span", "div", "meta"], limit=400):
        label, title = attribute(element, "aria-label"), attribute(element, "title").strip().lower()
        if rated := _RATED.match(label):
            return int(rated[1]) if 1 <= int(rated[1]) <= 5 else None
        if "staticStars" in classes(element) and (title in STARS or words_of(element).lower() in STARS):
            return STARS.get(title) or STARS[words_of(element).lower()]
    return None


def _date(tag: Tag) -> str:
    for link in tag.find_all(["a", "span", "time", "meta"], limit=400):
        said = attribute(link, "datetime") or (attribute(link, "content") if link.name == "meta" else words_of(link))
        if "reviewDate" in classes(link) or re.fullmatch(rf"{DATE}|\d{{4}}-\d\d-\d\d", said):
            day = date_in(said)
            return f"{day:%b %d, %Y}" if day else ""
    return ""


def _picture(tag: Tag) -> str | Sequence[PageLine]:
    """Return what replaces a picture: a book title in a list, a photo mark in a review, or nothing."""
    for parent in list(tag.parents)[:6]:
        if not {"cover", "bookCover"}.isdisjoint(classes(parent)):
            return attribute(parent, "title") or attribute(tag, "alt")
        if not set(_TEXT_CLASSES).isdisjoint(classes(parent)):
            return [PageLine("", mark=PHOTO)]
    return ""


def _shortened(tag: Tag) -> str | bool | None:
    """Keep the full version of a text that the page contains twice, and drop the shortened one."""
    if _is_whole(tag):
        return True
    if _is_whole(tag.find_next_sibling()):
        return ""
    if tag.name in ("a", "button") and re.fullmatch(r"\(?(?:\.{3}|…)?\s?(?:more|less)\)?", tag.get_text(strip=True)):
        return "" if _is_whole(tag.find_previous_sibling()) or "less" in tag.get_text() else "...more"
    return None


def _is_whole(tag: Tag | None) -> bool:
    """Return whether an element is the hidden full version of a shortened text."""
    named = attribute(tag, "id") if tag is not None else ""
    return named.startswith("freeText") and not named.startswith("freeTextContainer")


_MARKING = re.compile(r"Start by marking [“\"](.{1,200})[”\"] as Want to Read")
_SERIES_LINE = re.compile(r"^\((.{1,100}?),?\s*(?:#\s?([\d.]{1,6})(?:[-–]\d+)?)?\)$|^(.{1,100}?),?\s+#([\d.]{1,6})$")
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
_ROLE = re.compile(
    r"\((?:Goodreads Author|Author|Co-?author|Illustrat\w+|Translat\w+|Introduction|Edit\w+|Foreword|Afterword|Preface|"
    r"Contribut\w+|Narrat\w+|Read\w+|Adapt\w+|Photograph\w+|Cover \w+|Artist|Pseudonym)\)$",
    re.IGNORECASE,
)
_OTHER_BOOK = re.compile(r"^(.{1,200}?),?\s*(?:\(([^()]{1,100}?),?\s*(?:#\s?([\d.,\s–-]{1,12}))?\))?$")
MAX_TITLE = 120
"""Characters of a title; a longer line is not a title."""


def read_head(lines: Sequence[PageLine], ledger: Ledger) -> tuple[BookFacts, list[str]]:
    """Return the facts and the description in the head of the page."""
    texts = [line.text[:400] for line in lines]
    title = _title(texts, lines)
    series, number = _series_and_number(texts, title)
    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text)), None)
    edition_at = next((n for n, text in enumerate(texts) if _FORMAT.match(text) or _PUBLISHED.match(text)), len(texts))
    isbn = next((found[1] for text in texts if (found := _ISBN.search(text))), "").replace("-", "")
    edition, first_year, first, pages = _edition(texts, isbn)
    facts = BookFacts(
        title=title, author=_author(texts), year=first_year, series=series, series_number=number, pages=pages,
        isbn=isbn, language=_language(texts), first_published=first, ratings=_ratings(texts),
        editions=(edition,) if edition else (),
    )  # fmt: skip
    genres = next((n for n, text in enumerate(texts) if _GENRES.match(text)), len(texts))
    told = lines[figures + 1 : min(edition_at, genres)] if figures is not None else []
    if genres < len(texts):
        ledger.dropped("the list of genres")
    return facts, _description(told)


def other_book(text: str) -> SimilarBook | None:
    """Read a line such as “Friends and Traitors (Inspector Troy, #8)”; None if it is not a title."""
    found = _OTHER_BOOK.match(text)
    if not found or len(found[1]) > MAX_TITLE or len(found[1].split()) > 20 or not any(map(str.isalpha, found[1])):
        return None
    series, number = (found[2] or "").strip(), (found[3] or "").strip()
    if not number and (by_space := re.match(r"^(.{1,90})\s+#?(\d[\d.–-]{0,8})$", series)):
        series, number = by_space[1], by_space[2]
    return SimilarBook(title=found[1].strip(" ,"), series=series.rstrip(","), series_number=number.replace("–", "-"))


def _title(texts: Sequence[str], lines: Sequence[PageLine]) -> str:
    marked = next((found[1] for text in texts if (found := _MARKING.search(text))), "")
    headed = next((line.text for line in lines if line.level == 1), "")
    if marked or headed:
        return marked or headed
    figures = next((n for n, text in enumerate(texts) if _RATINGS.search(text) or _AVERAGE.match(text)), 0)
    before = [text for text in texts[:figures] if text and not _NOT_TOLD.match(text) and not _SERIES_LINE.match(text)]
    repeated = next((text for text in before if before.count(text) > 1), "")
    return repeated or next((text for text in before if len(text) <= MAX_TITLE and not text.startswith("by ")), "")


def _series_and_number(texts: Sequence[str], title: str) -> tuple[str, float | None]:
    end = next((n for n, text in enumerate(texts) if _RATINGS.search(text) or _BY.match(text)), len(texts))
    for text in texts[:end]:
        if (found := _SERIES_LINE.match(text)) and text != title and not _ROLE.match(text):
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


def _edition(texts: Sequence[str], isbn: str) -> tuple[Edition | None, int | None, dt.date | None, int | None]:
    """Return the edition, the year and date of first publication, and the number of pages."""
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
    edition = Edition(form, cut_to(publisher.strip(), 100), date_in(published), isbn) if form or publisher else None
    year = year_in(first) or year_in(published)
    return edition, year, date_in(first), int(pages[1]) if pages else None


def _language(texts: Sequence[str]) -> str:
    for n, text in enumerate(texts):
        if found := _LANGUAGE.match(text):
            after = next((t for t in texts[n + 1 : n + 3] if t), "")
            return found[1] or (after if re.fullmatch(r"[A-Z][a-z]{2,20}", after) else "")
    return ""


def _description(lines: Sequence[PageLine]) -> list[str]:
    kept = [line.text for line in lines if not _NOT_TOLD.match(line.text) and not _looks_of_figures(line.text)]
    whole = "\n".join(kept).strip("\n")
    if is_cut_short(whole) or "(less)" in whole[-12:]:
        whole = without_duplicate(whole)[1]
    return [text for text in whole.split("\n") if text]


def _looks_of_figures(text: str) -> bool:
    figures = _RATINGS.search(text) or _REVIEWS.search(text) or _AVERAGE.fullmatch(text.strip(" ·"))
    return len(text) < 80 and bool(figures)


def _count(text: str) -> int:
    return int(text.replace(",", "") or 0)


SOURCE = "Goodreads"
MAX_ITEMS, MAX_BOOKS = 500, 100
"""Quotes or topics, and books, of a list that are kept."""
MAX_QUOTE = 5_000
"""Characters of a quote."""

_QUOTE_LIKES = re.compile(r"\s*([\d,]{1,12}) likes?$")
_TOPIC = re.compile(
    rf"^(?P<title>.{{1,200}}?)\s+(?P<posts>[\d,]{{1,9}})\s+(?P<views>[\d,]{{1,9}})(?:\s+(?P<last>{DATE}).{{0,20}})?$"
)
_SELF = re.compile(r"^(?P<name>[^,.()]{3,60}?)(?:,| \(| is | was )")


def matches(page: SavedPage) -> bool:
    """Return whether this is a Goodreads page."""
    known_by = sum(any(pattern.search(line.text[:400]) for line in page.lines) for pattern in KNOWN_BY)
    return bool(page.markup and page.markup.site == "goodreads") or known_by >= 2


def read(page: SavedPage, setting: ImportContext) -> PageContent:
    """Read the page, and report what was recognised and dropped."""
    lines = lines_of(page.markup.tree.body or page.markup.tree, _rule) if page.markup else page.lines
    parts, ledger = areas_of(lines), setting.ledger
    ledger.recognised("a page of Goodreads")
    facts, description = read_head(parts[PageArea.HEAD], ledger)
    author = _about_author(parts[PageArea.AUTHOR], ledger)
    self_named = _SELF.match(author[0]) if author and not facts.author else None
    facts = replace(
        facts,
        author=facts.author or (self_named["name"].strip() if self_named else ""),
        similar=_similar(parts[PageArea.SIMILAR]),
        ratings=replace(facts.ratings, as_of=page.saved) if facts.ratings else None,
    )
    series = _document("series", "background", "Other books in the series", _series(parts[PageArea.SERIES], facts))
    premise = _document("premise", "premise", "What the book is about", _plain(without_cut_end(description, ledger)))
    drafts = (
        replace(premise, reveals={}) if premise else None,  # the publisher's own words
        _document("reviews", "review", "What readers said", reviews(parts[PageArea.REVIEWS], setting)),
        _document("answers", "answers", "Readers’ questions", answers(parts[PageArea.ANSWERS], ledger)),
        _document(
            "quotes", "quotes", "Quotes that readers like", [DraftSection(tuple(_quotes(parts[PageArea.QUOTES])))]
        ),
        _document("author", "author", "About the author", _plain(author)),
        replace(series, reveals={}) if series else None,  # titles and numbers give nothing away
        _document("topics", "topics", "What clubs talk about", [DraftSection(tuple(_topics(parts[PageArea.TOPICS])))]),
    )
    ledger.dropped("lines", sum(bool(line.text) for line in parts[PageArea.NOTHING]), "navigation and sign-up")
    return PageContent(facts, tuple(draft for draft in drafts if draft))


def _document(stem: str, kind: str, title: str, sections: Sequence[DraftSection]) -> DraftDocument | None:
    sections = tuple(section for section in sections if section.paragraphs)
    return DraftDocument(f"{stem}-goodreads", kind, title, SOURCE, sections) if sections else None


def _plain(texts: Sequence[str]) -> list[DraftSection]:
    return [DraftSection(tuple(Paragraph(text) for text in texts if text))]


def _similar(lines: Sequence[PageLine]) -> tuple[SimilarBook, ...]:
    found = (other_book(line.text) for line in lines[:MAX_BOOKS] if line.item and line.text)
    return tuple(dict.fromkeys(book for book in found if book))


def _series(lines: Sequence[PageLine], facts: BookFacts) -> list[DraftSection]:
    books = [book for line in lines[:MAX_BOOKS] if line.item and (book := other_book(line.text))]
    name = next((line.text for line in lines if line.text and not line.item), "")
    name = re.sub(r"\s*\(\d+ books?\)$", "", name) if len(name) <= 100 else ""
    items = []
    for book in dict.fromkeys(books):
        within = book.series or name or facts.series
        number = f", book {book.series_number}" if book.series_number else ""
        items.append(Paragraph(f"{book.title} ({within}{number})" if within else book.title, item=True))
    return [DraftSection(tuple(items))]


def _about_author(lines: Sequence[PageLine], ledger: Ledger) -> list[str]:
    texts = [line.text for line in lines if line.text and not line.item and len(line.text) > 60]
    kept = [without_duplicate(text)[1] for text in texts if not text.startswith("See also:")]
    return without_cut_end(kept[:20], ledger)


def _quotes(lines: Sequence[PageLine]) -> Iterator[Paragraph]:
    waiting = ""
    for line in lines[: 8 * MAX_ITEMS]:
        waiting = f"{waiting} {line.text}".strip() if waiting else line.text
        found = _QUOTE_LIKES.search(waiting, max(0, len(waiting) - 24))
        if len(waiting) > MAX_QUOTE or not waiting.startswith(("“", '"')):
            waiting = ""
        elif found:
            words = waiting[1 : found.start()].partition(" ―")[0].strip(' ”"')
            yield Paragraph(f"“{words}”", True, None, int(found[1].replace(",", "") or 0), is_explicit(words))
            waiting = ""


def _topics(lines: Sequence[PageLine]) -> Iterator[Paragraph]:
    for line in lines[:MAX_ITEMS]:
        if found := _TOPIC.match(line.text[:400]):
            counted = f"{plural(_count(found['posts']), 'post')}, {plural(_count(found['views']), 'view')}"
            day = date_in(found["last"] or "")
            yield Paragraph(f"{found['title']} – {counted}" + (f", last on {day}" if day else ""), item=True)
