"""Importing Wikipedia articles about books."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from corpus.books import Book, Slug
from corpus.importing.draft import (
    END,
    BookFacts,
    DraftDocument,
    DraftSection,
    ImportContext,
    PageContent,
    Paragraph,
    Placing,
)
from corpus.importing.page import MAX_HEADING, PageLine, PageSection, SavedPage, attribute, classes, lines_of, words_of
from corpus.importing.phrases import TITLES, Place, date_in, kind_of, place_in, speaks_of_marks, year_in
from corpus.importing.subject import bare_title, fold, named, names_of, words
from corpus.text import sentences_as_written

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
"""Characters of a sentence that only defines the book."""


@dataclass(frozen=True, slots=True)
class SentenceRun:
    """Sentences with what they reveal (None: to be placed by matching), and the other book's title."""

    sentences: tuple[str, ...]
    reveals: Mapping[Slug, int] | None
    book: str = ""


def definition(sentence: str, titles: Sequence[str], others: Mapping[Slug, Book]) -> re.Match[str] | None:
    """Return a match if a sentence only says what the book is, who wrote it, or what it follows."""
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
    """Return the author in a definition: John le Carré in “by British writer John le Carré”."""
    said = found.groupdict().get("author") or ""
    return _ROLE.sub("", said).strip()


def split_by_story(sentences: Sequence[str], titles: Sequence[str], setting: ImportContext) -> Iterator[SentenceRun]:
    """Split a paragraph into runs that tell another book's story and runs that do not.

    A sentence does so only if it says so (“In that book …”, “In The Spy …, Leamas …”), and so do the following ones,
    until this book is mentioned again. All other sentences are placed by matching.
    """
    run: list[str] = []
    now: tuple[Slug, ...] | None = None  # the books whose story is told; () where the library does not have the book
    last: tuple[Slug, ...] | None = None  # the books that were spoken of last
    for sentence in sentences:
        here = any(len(words(title)) > 1 and fold(title) in fold(sentence) for title in titles)
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


def _told(run: Sequence[str], books: tuple[Slug, ...] | None, setting: ImportContext) -> SentenceRun:
    if books is None:
        return SentenceRun(tuple(run), None)
    if not books:
        return SentenceRun(tuple(run), {setting.slug: END})
    titles = " and ".join(setting.others[slug].title for slug in books)
    return SentenceRun(tuple(run), {**dict.fromkeys(books, END), setting.slug: 0}, titles)


def _predecessor(setting: ImportContext) -> tuple[Slug, ...]:
    """Return the previous book of the series, if the library has it."""
    book = setting.book
    if book is None or not book.series or book.series_number is None:
        return ()
    before = [
        (other.series_number, other.slug)
        for other in setting.others.values()
        if other.series == book.series and other.series_number is not None and other.series_number < book.series_number
    ]
    return (max(before)[1],) if before else ()


def _after_title(sentence: str, titles: Sequence[str]) -> str | None:
    """Return what follows the title at the beginning of a sentence, or None if it begins differently."""
    found = re.match(r"^(?:The novel |The book )?(.{1,150}?)(?: \([^()]{1,80}\))?,? (?=(?:is|was) )", sentence)
    if not found or not titles:
        return None
    return sentence[found.end() :] if any(words(found[1]) == words(title) for title in titles) else None


SOURCE = "Wikipedia"

_HEADING_MARK = re.compile(r"(?<!=)(={2,6})(?!=)\s*([^=\n]{1,150}?)\s*\1(?!=)")
_EDIT = re.compile(r"\s*\[\s*edit(?:\s*source)?\s*\]$")
_NOTE = re.compile(r"\[(?:\d{1,3}|[a-z]|note \d{1,3}|citation needed|clarification needed|who\?|when\?)\]")
_SITE_LINES = re.compile(
    r"^(?:From Wikipedia, the free encyclopedia|Jump to (?:navigation|search|content)|Retrieved from|Categor(?:ies|y):"
    r"|Hidden categories:|This page was last edited|Text is available under|Main article:|See also:|Contents$"
    r"|This article (?:about|is about)|For (?:other uses|the)\b.{0,80}see\b|Toggle\b|\d+ languages?$)"
)
_LEFT_OUT = frozenset({
    "mw-editsection", "reference", "reflist", "navbox", "toc", "infobox", "hatnote", "thumb", "mw-empty-elt",
    "noprint", "metadata", "shortdescription", "catlinks", "printfooter", "mw-references-wrap", "sistersitebox",
    "ambox", "vertical-navbox", "mw-jump-link", "navbox-styles", "portalbox", "gallery", "sidebar",
})  # fmt: skip


def matches(page: SavedPage) -> bool:
    """Return whether a page is a Wikipedia article."""
    if page.markup is not None and (page.markup.site == "wikipedia" or page.markup.tree.find(id="mw-content-text")):
        return True
    head = "\n".join(line.text for line in page.lines[:20])
    return "From Wikipedia, the free encyclopedia" in head or any(
        _HEADING_MARK.search(line.text) or _EDIT.search(line.text[-40:]) for line in page.lines[:5_000]
    )


def read(page: SavedPage, setting: ImportContext) -> PageContent:
    """Read the article, and report what was recognised, placed and dropped."""
    tree = page.markup.tree if page.markup else None
    setting.ledger.recognised("a Wikipedia article")
    parts = list(_parts(_article_lines(tree) if tree else page.lines))
    title = bare_title(page.markup.title) if page.markup else ""
    lead = next((line.text for part in parts[:1] for line in part.lines), "")
    title = title or _title_of(lead)
    titles = [name for name in (title, *(names_of(setting.book) if setting.book else ())) if name]
    facts, drafts = _Article(titles, setting).read(parts)
    facts = facts.completed_by(_infobox(tree) if tree else BookFacts())
    return PageContent(BookFacts(title=title).completed_by(facts), tuple(drafts))


class _Article:
    """Sorts the paragraphs of an article into documents, by headings and by whose story they tell."""

    def __init__(self, titles: Sequence[str], setting: ImportContext) -> None:
        self._titles, self._setting = titles, setting
        self._documents: dict[str, list[DraftSection]] = {}
        self._elsewhere: list[DraftSection] = []
        self._facts = BookFacts()
        self._defined: list[str] = []

    def read(self, parts: Sequence[PageSection]) -> tuple[BookFacts, list[DraftDocument]]:
        ledger = self._setting.ledger
        kind: str | None = "background"
        for part in parts:
            if part.level <= 2 or not part.heading:
                kind = kind_of(part.heading, "background") if part.heading else "background"
            if kind is None:
                ledger.dropped("sections", 1, "notes, sources and links")
                continue
            self._part(part, kind)
        if self._elsewhere:  # at the end, so that no heading of the article stands below theirs
            self._documents.setdefault("background", []).extend(self._elsewhere)
        drafts = []
        if self._defined:
            section = DraftSection(tuple(Paragraph(sentence) for sentence in dict.fromkeys(self._defined)))
            drafts.append(
                DraftDocument("premise-wikipedia", "premise", TITLES["premise"], SOURCE, (section,), reveals={})
            )
        for kind, sections in self._documents.items():
            reveals = {self._setting.slug: END} if kind == "themes" else None  # an interpretation knows the end
            drafts.append(DraftDocument(f"{kind}-wikipedia", kind, TITLES[kind], SOURCE, tuple(sections), reveals))
        return self._facts, drafts

    def _part(self, part: PageSection, kind: str) -> None:
        heading, level = part.heading[:MAX_HEADING], part.level
        place = place_in(heading, self._titles)
        if place or speaks_of_marks(heading):
            heading, place = TITLES.get(kind, ""), place or Place("")
        own: list[Paragraph] = []
        elsewhere: list[tuple[str, Paragraph]] = []
        for line in part.lines:
            for told in split_by_story(sentences_as_written(line.text), self._titles, self._setting):
                kept = told.sentences if told.reveals else self._without_definitions(told.sentences)
                stated: Placing | None = {self._setting.slug: place.words or END} if place else None
                reveals = told.reveals or stated
                paragraph = Paragraph(" ".join(kept), line.item, reveals)
                if told.reveals:
                    elsewhere.append((told.book, paragraph))
                elif kept:
                    own.append(paragraph)
        if own:
            self._documents.setdefault(kind, []).append(DraftSection(tuple(own), heading, level))
            self._note_names(own, kind)
        for book, paragraph in elsewhere:
            about = f"What happens in {book}" if book else "What happens in an earlier book"
            self._elsewhere.append(DraftSection((paragraph,), about))
            if not book:
                why = "it tells the story of a book that the library does not have; hidden until the end"
                self._setting.ledger.noted(f"a passage of “{heading or 'the beginning'}”", why=why)

    def _without_definitions(self, said: Sequence[str]) -> list[str]:
        """Remove the sentences that only define the book, which are free of spoilers."""
        kept = []
        for sentence in said:
            found = definition(sentence, self._titles, self._setting.others)
            if found is None:
                kept.append(sentence)
                continue
            self._defined.append(sentence)
            self._facts = self._facts.completed_by(BookFacts(author=author_in(found), year=year_in(sentence)))
        return kept

    def _note_names(self, own: Sequence[Paragraph], kind: str) -> None:
        if kind == "summary":
            slugs = named(" ".join(p.text for p in own), self._setting.others, self._titles)
            for slug in slugs:
                why = f"if it gives that book away, write <!-- reveals: {self._setting.slug}=…, {slug}=… --> above it"
                self._setting.ledger.noted(f"the story names {self._setting.others[slug].title}", why=why)


def _title_of(lead: str) -> str:
    found = re.match(r"^(.{1,150}?)(?: \([^()]{1,80}\))?,? (?:is|was) (?:a|an|the|both)\b", lead)
    return found[1].strip(" “”\"'") if found else ""


def _parts(lines: Sequence[PageLine]) -> Iterator[PageSection]:
    """Yield the sections of an article, in all ways to mark headings."""
    part = PageSection()
    for line in lines:
        heading = _EDIT.sub("", line.text) if line.level or _EDIT.search(line.text[-40:]) else ""
        if heading and line.level != 1:
            yield part
            part = PageSection(heading, max(2, line.level))
            continue
        pieces = _HEADING_MARK.split(line.text)
        _take(part, pieces[0], line)
        for level, title, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            yield part
            part = PageSection(title, len(level))
            _take(part, text, line)
    yield part


def _take(part: PageSection, text: str, line: PageLine) -> None:
    text = " ".join(_NOTE.sub("", text.partition("Category:")[0]).split())
    if line.level != 1 and any(map(str.isalpha, text)) and not _SITE_LINES.match(text):
        part.take(text, line)


def _article_lines(tree: BeautifulSoup) -> list[PageLine]:
    root = tree.find(class_="mw-parser-output") or tree.find(id="mw-content-text") or tree.body
    return lines_of(root if isinstance(root, Tag) else tree, _rule)


def _rule(tag: Tag) -> str | None:
    left_out = not _LEFT_OUT.isdisjoint(classes(tag)) or tag.name in ("table", "figure", "sup")
    return "" if left_out or attribute(tag, "role") in ("navigation", "note") else None


def _infobox(tree: BeautifulSoup) -> BookFacts:
    """Return the facts in the infobox."""
    box = tree.find("table", class_="infobox")
    if not isinstance(box, Tag):
        return BookFacts()
    rows: dict[str, str] = {}
    for row in box.find_all("tr", limit=60):
        name, value = row.find("th"), row.find("td")
        if isinstance(name, Tag) and isinstance(value, Tag):
            rows.setdefault(words_of(name).casefold(), _NOTE.sub("", words_of(value))[:200].strip())
    return facts_of(rows)


def facts_of(rows: Mapping[str, str]) -> BookFacts:
    """Return the facts in the rows of an infobox, by their names in lower case."""
    published = rows.get("publication date", "") or rows.get("published", "")
    pages = re.search(r"\b(\d{1,5})\b", rows.get("pages", ""))
    isbn = re.search(r"\b97[89][\d-]{10,14}\b", rows.get("isbn", ""))
    language = re.match(r"[A-Z][a-z]{2,20}\b", rows.get("language", ""))
    return BookFacts(
        author=rows.get("author", "") or rows.get("authors", ""),
        year=year_in(published),
        series=rows.get("series", "")[:100],
        pages=int(pages[1]) if pages else None,
        isbn=isbn[0].replace("-", "") if isbn else "",
        language=language[0] if language else "",
        first_published=date_in(published),
    )
