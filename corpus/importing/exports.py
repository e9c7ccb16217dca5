"""What readers have of their own: Kindle clippings become quotes at their pages, exported lists shelves and stars."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from bs4 import BeautifulSoup, Tag

from corpus.books import Book, NotInBook, Slug, Unit, mark_reached
from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Ledger, Paragraph, Placing
from corpus.importing.page import PageLine, SavedPage, words_of
from corpus.importing.subject import bare_title, fits_slug, same_title
from corpus.text import plural

_RULE = re.compile(r"={8,}")
_PAGES = "page|seite|página|pagina|strona|side|sida"
_LOCATIONS = "loc|location|position|posición|posição|emplacement|posizione|positie"
_HEAD = re.compile(rf"^[-–•]\s.{{0,60}}?\b(?:{_PAGES}|{_LOCATIONS})\b", re.IGNORECASE)
_PAGE = re.compile(rf"\b(?:{_PAGES})\s+(\d{{1,5}})(?:\s*[-–]\s*(\d{{1,5}}))?", re.IGNORECASE)
_NOTE = re.compile(
    r"\b(?:note|notiz|nota|notitie|bookmark|lesezeichen|marcador|signet|segnalibro|bladwijzer|clip)\b", re.IGNORECASE
)
_TITLE = re.compile(r"^(.{1,300}?)\s*(?:\(([^()]{1,100})\))?$")


@dataclass(frozen=True, slots=True)
class _Clipping:
    """One highlight, note or bookmark: its book, its author, the line about it, its words."""

    title: str
    author: str
    head: str
    text: str


def matches(page: SavedPage) -> bool:
    """Return whether a file holds Kindle clippings, or the notebook that a Kindle app exports."""
    if page.markup is not None:
        return bool(page.markup.tree.find(class_="noteHeading") and page.markup.tree.find(class_="bookTitle"))
    rules = sum(bool(_RULE.fullmatch(line.text)) for line in page.lines[:5_000])
    heads = sum(bool(_HEAD.match(line.text)) for line in page.lines[:5_000])
    return rules > 0 and heads >= rules / 2


def read(page: SavedPage, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Read the highlights of the book, each revealing the mark of its page, and report what was left out."""
    found = _clips(page)
    titles, slug = dict.fromkeys(one.title for one in found), setting.slug
    of_book = {t for t in titles if (_is_of(t, setting.names) if setting.book else fits_slug(slug, bare_title(t)))}
    own = [one for one in found if one.title in of_book]
    setting.ledger.recognised("Kindle clippings", plural(len(titles), "book"))
    if not own:
        named = ", ".join(f"“{title[:60]}”" for title in list(titles)[:3])
        raise ImportRefused(f"{page.name} has clippings of {named}, and none of this book. Check --book.")
    setting.ledger.dropped("clippings of other books", len(found) - len(own))
    highlights = [one for one in own if not _NOTE.search(one.head)]
    setting.ledger.dropped("notes and bookmarks", len(own) - len(highlights), "they are their reader's own")
    kept = {one.text: one for one in highlights if len(one.text) > 20}  # a shorter one is a word that was looked up
    told = tuple(Paragraph(text, True, _placing(one, setting)) for text, one in kept.items())
    placed = DraftSection(tuple(paragraph for paragraph in told if paragraph.reveals is not None))
    sections = (*(DraftSection((paragraph,)) for paragraph in told if paragraph.reveals is None), placed)
    facts = BookFacts(title=setting.book.title if setting.book else bare_title(own[0].title), author=own[0].author)
    return facts, [DraftDocument.of("quotes", "kindle", "a reader’s highlights", sections)]


def highlights(page: SavedPage, books: Mapping[Slug, Book]) -> dict[Slug, dict[str, int]]:
    """Return what a reader highlighted in books that are known: each text with the mark of its page, or of the end."""
    clips, found = _clips(page), dict[Slug, dict[str, int]]()
    meant = {
        title: next((book for book in books.values() if _is_of(title, (book.title, *book.aliases))), None)
        for title in dict.fromkeys(one.title for one in clips)
    }
    for one in clips:
        if (book := meant[one.title]) and one.text and not _NOTE.search(one.head):
            mark = (_placing(one, ImportContext(book.slug, book, {}, Ledger(page.name))) or {}).get(book.slug)
            found.setdefault(book.slug, {})[one.text] = mark if isinstance(mark, int) else book.marks
    return found


def _is_of(title: str, names: Iterable[str]) -> bool:
    return any(same_title(said, name) for name in names for said in (title, bare_title(title)))


def _clips(page: SavedPage) -> list[_Clipping]:
    return list(_notebook(page.markup.tree) if page.markup else _clippings(page.lines))


def _notebook(tree: BeautifulSoup) -> Iterator[_Clipping]:
    title, author = (words_of(tree.find(class_=name)) for name in ("bookTitle", "authors"))
    last, _, first = author.partition(", ")
    for head in tree.find_all(class_="noteHeading", limit=20_000):
        text = head.find_next(class_="noteText")
        if isinstance(text, Tag):
            yield _Clipping(title, f"{first} {last}".strip(), words_of(head), words_of(text))


def _clippings(lines: tuple[PageLine, ...]) -> Iterator[_Clipping]:
    block: list[str] = []
    for line in lines:
        if not _RULE.fullmatch(line.text):
            block.append(line.text)
            continue
        told = [text for text in block if text]
        block = []
        if len(told) > 1 and (named := _TITLE.match(told[0].lstrip("- ")[:400])):
            last, _, first = (named[2] or "").partition(", ")
            yield _Clipping(named[1], f"{first} {last}".strip(), told[1], " ".join(told[2:]))


def _placing(clipping: _Clipping, setting: ImportContext) -> Placing | None:
    """Return what a highlight reveals by its page; without one, it is placed by matching."""
    page = _PAGE.search(clipping.head)
    if page is None or setting.book is None:
        return None
    try:
        return {setting.slug: mark_reached(Unit.PAGE, Fraction(int(page[2] or page[1])), setting.book)}
    except NotInBook:
        return setting.end if setting.book.pages else None


MAX_LISTED = 5_000  # books of a list that are read
_SITES = {"exclusive shelf": "Goodreads", "read status": "The StoryGraph", "primary author": "LibraryThing"}
_SHELVES = {
    "to-read": "want to read", "currently-reading": "reading", "read": "finished",
    **dict.fromkeys(("did-not-finish", "dnf", "paused", "abandoned"), "set aside"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedBook:
    """A book of a list: its title, the shelf as members call it, and whole stars, if any."""

    title: str
    shelf: str
    stars: int | None = None


def site_of(text: str) -> str:
    """Return the site that a table of a member's books comes from, or "" for any other text."""
    columns = {cell.strip(' "\ufeff').casefold() for cell in re.split(r"[,;\t]", text[:5_000].partition("\n")[0])}
    if not {"title", "primary author", "book title"} & columns or len(columns) <= 3:
        return ""
    return next((site for column, site in _SITES.items() if column in columns), "another site")


def listed_books(text: str) -> list[ListedBook]:
    """Return the books of a table that say on which shelf they are; two rows of one book are one."""
    found: dict[str, ListedBook] = {}
    for row in islice(_rows(text), MAX_LISTED):
        said = {(name or "").strip().casefold(): value.strip() for name, value in row.items() if isinstance(value, str)}
        shelf = _SHELVES.get((said.get("exclusive shelf") or said.get("read status") or "").casefold())
        title = re.sub(r"\s*\([^()]{1,100}#[^()]{1,20}\)$", "", said.get("title", "")[:300]).strip()
        stars = re.match(r"[0-5](?:\.\d+)?", said.get("my rating") or said.get("star rating") or "")
        if shelf and bare_title(title):
            found[title.casefold()] = ListedBook(title, shelf, round(float(stars[0])) or None if stars else None)
    return list(found.values())


def _rows(text: str) -> Iterator[Mapping[str | None, object]]:
    """Yield the rows of a table, up to one that is none."""
    with suppress(csv.Error):
        yield from csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=None))
