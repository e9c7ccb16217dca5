"""Importing Wikipedia articles about books: saved pages, their text, and their own mark-up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby

import mwparserfromhell
from bs4 import BeautifulSoup, Tag
from mwparserfromhell.nodes import Node
from mwparserfromhell.wikicode import Wikicode

from corpus.books import Slug
from corpus.errors import ImportRefused
from corpus.importing import draft
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, Paragraph, Placing
from corpus.importing.page import (
    MAX_HEADING,
    MAX_PARAGRAPH,
    PageLine,
    SavedPage,
    classes,
    cut_to,
    lines_of,
    one_line,
    words_of,
)
from corpus.importing.phrases import KNOWN, Place, date_in, isbn_in, kind_of, place_in, speaks_of_marks, year_in
from corpus.importing.subject import bare_title, fold, named, words
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
_FOLLOWS_ON = re.compile(r"\b(?:prequel|sequel|follow-up|successor|companion) to\b", re.IGNORECASE)
_KINDS = "|".join(KNOWN["wikipedia"]["novels"].split())
_KIND_OF_NOVEL = rf"(?: (?:\d{{4}}|[A-Z][a-z]+(?:ish|an|ese|ch)|\w+teenth|children[’']s|{_KINDS}))"
_DEFINED = re.compile(
    rf"^(?:is|was) (?:a|an|the){_KIND_OF_NOVEL}{{0,6}} (?:novel|novella|book|thriller|mystery|story|memoir|play)"
    r"(?: (?:by|written by) (?P<author>[^,;:()]{3,80}?))?"
    r"(?:,? (?:first )?published (?:in|on) [\w ]{4,20})?\.$"
)
_NAME = re.compile(r"^(?:(?:[A-Z][\w’'-]*|[A-Z]\.(?:[A-Z]\.)*|de|da|di|du|la|le|van|von|der|den|and)(?: |$)){1,7}$")
_ROLE = re.compile(
    r"^(?:the )?(?:[A-Z][\w-]+(?:[ -]born)?(?: and [A-Z]\w+)? )?(?:author|writer|novelist|playwright|journalist|"
    r"(?:spy |crime |mystery )?(?:author|writer|novelist))(?: and (?:\w+ )?\w+)? "
)


def definition(sentence: str, titles: Sequence[str]) -> re.Match[str] | None:
    """Return a match if a sentence only says what the book is, and who wrote it."""
    subject = re.match(r"^(?:The novel |The book )?(.{1,150}?)(?: \([^()]{1,80}\))?,? (?=(?:is|was) )", sentence)
    if not subject or len(sentence) > 260 or not any(words(subject[1]) == words(title) for title in titles):
        return None
    found = _DEFINED.match(sentence[subject.end() :])
    author = author_in(found) if found else ""
    return found if not author or _NAME.match(author) else None


def author_in(found: re.Match[str]) -> str:
    """Return the author in a definition: John le Carré in “by British writer John le Carré”."""
    return _ROLE.sub("", found["author"] or "").strip()


def split_by_story(
    sentences: Sequence[str], titles: Sequence[str], setting: ImportContext
) -> Iterator[tuple[Placing | None, list[str]]]:
    """Split a paragraph into runs that tell another book's story and runs that do not, with what each reveals.

    A sentence does so only if it says so (“In that book …”, “In The Spy …, Leamas …”), and so do the following ones,
    until this book is mentioned again. All other sentences are placed by matching.
    """
    told: list[tuple[tuple[Slug, ...] | None, str]] = []
    now: tuple[Slug, ...] | None = None  # the books whose story is told; () where the library does not have the book
    last: tuple[Slug, ...] = ()  # the books that were spoken of last
    for sentence in sentences:
        here = any(len(words(title)) > 1 and fold(title) in fold(sentence) for title in titles)
        others = tuple(named(sentence, setting.others, titles))
        follows = _FOLLOWS_ON.search(sentence)
        if follows and not others:
            last = ()  # it follows on from a book that the library does not have
        if _THAT_BOOK.search(sentence):
            now = others or last
        elif others and _TELLS.search(sentence) and not here and not follows:
            now = others
        elif here or _THIS_BOOK.search(sentence):
            now = None
        elif now is not None:
            now = tuple(dict.fromkeys((*now, *others)))
        last = others or last
        told.append((now, sentence))
    for books, run in groupby(told, key=lambda pair: pair[0]):
        reveals: Placing | None = None
        if books is not None:
            reveals = {**dict.fromkeys(books, draft.END), setting.slug: 0} if books else setting.end
        yield reveals, [sentence for _, sentence in run]


SITE = "wikipedia"

_HEADING_MARK = re.compile(r"(?<!=)(={2,6})(?!=)\s*([^=\n]{1,150}?)\s*\1(?!=)")
_EDIT = re.compile(r"\s*\[\s*edit(?:\s*source)?\s*\]$")
_NOTE = re.compile(r"\[(?:\d{1,3}|[a-z]|note \d{1,3}|citation needed|clarification needed|who\?|when\?)\]")
_SITE_LINES = re.compile(
    r"^(?:From Wikipedia, the free encyclopedia|Jump to (?:navigation|search|content)|Retrieved from|Categor(?:ies|y):"
    r"|Hidden categories:|This page was last edited|Text is available under|Main article:|See also:|Contents$"
    r"|This article (?:about|is about)|For (?:other uses|the)\b.{0,80}see\b|Toggle\b|\d+ languages?$)"
)
_LEFT_OUT = frozenset(KNOWN["wikipedia"]["left_out"].split())


def matches(page: SavedPage) -> bool:
    """Return whether a page is a Wikipedia article."""
    if page.markup and (page.markup.site == SITE or page.markup.tree.find(id="mw-content-text")):
        return True
    if page.kind == SITE or any("From Wikipedia, the free encyclopedia" in line.text for line in page.lines[:20]):
        return True
    return any(_HEADING_MARK.search(line.text) or _EDIT.search(line.text[-40:]) for line in page.lines[:5_000])


@dataclass(slots=True)
class _Part:
    """A heading of an article, and the lines below it."""

    heading: str = ""
    level: int = 2
    lines: list[PageLine] = field(default_factory=list)


def read(page: SavedPage, setting: ImportContext) -> tuple[BookFacts, list[DraftDocument]]:
    """Read the article, and report what was recognised, placed and dropped."""
    tree = page.markup.tree if page.markup else None
    setting.ledger.recognised("a Wikipedia article")
    root = tree and (tree.find(class_="mw-parser-output") or tree.find(id="mw-content-text") or tree.body)
    parts = list(_parts(lines_of(root, _rule) if root else page.lines))
    title = bare_title(page.markup.title) if page.markup else ""
    lead = next((line.text for part in parts[:1] for line in part.lines), "")
    if not title and (found := re.match(r"^(.{1,150}?)(?: \([^()]{1,80}\))?,? (?:is|was) (?:a|an|the|both)\b", lead)):
        title = found[1].strip(" “”\"'")
    article = _Article([name for name in (title, *setting.names) if name], setting)
    kind: str | None = "background"
    for part in parts:
        if part.level <= 2 or not part.heading:
            kind = kind_of(part.heading, "background") if part.heading else "background"
        if kind is None:
            setting.ledger.dropped("sections", 1, "notes, sources and links")
        else:
            article.part(part, kind)
    facts = page.facts.completed_by(BookFacts(title=title)).completed_by(article.facts)
    return facts.completed_by(_infobox(tree) if tree else BookFacts()), article.drafts()


class _Article:
    """Sorts the paragraphs of an article into documents, by headings and by whose story they tell."""

    def __init__(self, titles: Sequence[str], setting: ImportContext) -> None:
        self._titles, self._setting = titles, setting
        self._documents: dict[str, list[DraftSection]] = {}
        self._elsewhere: list[DraftSection] = []
        self._defined: dict[str, None] = {}
        self.facts = BookFacts()

    def drafts(self) -> list[DraftDocument]:
        """Return the documents."""
        if self._elsewhere:  # at the end, so that no heading of the article stands below theirs
            self._documents.setdefault("background", []).extend(self._elsewhere)
        source = f"Wikipedia, “{self._titles[0][:200]}”, CC BY-SA 4.0"
        drafts = [DraftDocument.of("premise", SITE, source, [DraftSection.of(self._defined)], {})]
        late = {"themes"} | ({"summary"} if self._setting.waits and not self._setting.ground else set())
        for kind, sections in self._documents.items():
            reveals = self._setting.end if kind in late else None  # an interpretation knows the end
            drafts.append(DraftDocument.of(kind, SITE, source, sections, reveals))
        return drafts

    def part(self, part: _Part, kind: str) -> None:
        """Take a section of the article."""
        heading = part.heading[:MAX_HEADING]
        place = place_in(heading, self._titles)
        if place or speaks_of_marks(heading):
            heading, place = draft.TITLES.get(kind, ""), place or Place("")
        own: list[Paragraph] = []
        for line in part.lines:
            for reveals, told in split_by_story(sentences_as_written(line.text), self._titles, self._setting):
                if reveals:
                    self._of_another(Paragraph(" ".join(told), line.item, reveals), heading)
                elif kept := [sentence for sentence in told if not self._defines(sentence)]:
                    marks = {self._setting.slug: place.words} if place else None
                    own.append(Paragraph(" ".join(kept), line.item, marks))
        if own:
            self._documents.setdefault(kind, []).append(DraftSection(tuple(own), heading, part.level))

    def _of_another(self, paragraph: Paragraph, heading: str) -> None:
        others = [self._setting.others[slug].title for slug in paragraph.reveals or () if slug in self._setting.others]
        about = f"What happens in {' and '.join(others) or 'an earlier book'}"
        self._elsewhere.append(DraftSection((paragraph,), about))
        if not others:
            why = "it tells the story of a book that the library does not have; hidden until the end"
            self._setting.ledger.noted(f"a passage of “{heading or 'the beginning'}”", why=why)

    def _defines(self, sentence: str) -> bool:
        """Take a sentence that only defines the book, which is free of spoilers."""
        found = definition(sentence, self._titles)
        if found is not None:
            self._defined[sentence] = None
            self.facts = self.facts.completed_by(BookFacts(author=author_in(found), year=year_in(sentence)))
        return found is not None


def _parts(lines: Sequence[PageLine]) -> Iterator[_Part]:
    """Yield the sections of an article, in all ways to mark headings."""
    part = _Part()
    for line in lines:
        heading = _EDIT.sub("", line.text) if line.level or _EDIT.search(line.text[-40:]) else ""
        if heading and line.level != 1:
            yield part
            part = _Part(heading, max(2, line.level))
            continue
        pieces = _HEADING_MARK.split(line.text)
        _take(part, pieces[0], line)
        for level, title, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            yield part
            part = _Part(title, len(level))
            _take(part, text, line)
    yield part


def _take(part: _Part, text: str, line: PageLine) -> None:
    text = cut_to(" ".join(_NOTE.sub("", text.partition("Category:")[0]).split()), MAX_PARAGRAPH)
    if line.level != 1 and any(map(str.isalpha, text)) and not _SITE_LINES.match(text):
        part.lines.append(PageLine(text, item=line.item))


def _rule(tag: Tag) -> str | None:
    left_out = not _LEFT_OUT.isdisjoint(classes(tag)) or tag.name in ("table", "figure", "sup")
    return "" if left_out or tag.get("role") in ("navigation", "note") else None


def _infobox(tree: BeautifulSoup) -> BookFacts:
    rows: dict[str, str] = {}
    for row in tree.select("table.infobox tr", limit=60):
        if (name := row.find("th")) and (value := row.find("td")):
            rows.setdefault(words_of(name).casefold(), _NOTE.sub("", words_of(value))[:200].strip())
    return facts_of(rows)


def facts_of(rows: Mapping[str, str]) -> BookFacts:
    """Return the facts in the rows of an infobox, by their names in lower case."""
    published = rows.get("publication date", "") or rows.get("published", "")
    pages = re.search(r"\b(\d{1,5})\b", rows.get("pages", ""))
    language = re.match(r"[A-Z][a-z]{2,20}\b", rows.get("language", ""))
    return BookFacts(
        author=rows.get("author", "") or rows.get("authors", ""),
        year=year_in(published),
        series=rows.get("series", "")[:100],
        pages=int(pages[1]) if pages else None,
        isbn=isbn_in(rows.get("isbn", "")),
        language=language[0] if language else "",
        first_published=date_in(published),
    )


MAX_MARKUP, MAX_OPENED = 500_000, 20_000
"""Characters of mark-up, of which the longest articles have as many; brackets and braces, which take time to parse."""

_MARKUP_HEADING = re.compile(r"^(={1,6})\s*([^=\n]{1,200}?)\s*\1\s*$", re.MULTILINE)
_TITLE = re.compile(r"\s*=\s*([^=\n]{1,150}?)\s*=\s*\n")
_FEATURES = (
    re.compile(r"\{\{\s*infobox\b", re.IGNORECASE), re.compile(r"\[\[[^\[\]\n]{1,200}\]\]"),
    re.compile(r"'''[^'\n]{1,200}'''"), re.compile(r"<ref[ >/]"), re.compile(r"\{\{[^{}\n]{1,200}\}\}"),
)  # fmt: skip
_GONE = ("ref", "table", "gallery", "references", "math", "timeline", "imagemap", "score", "style", "script")
_WORDS_IN = re.compile(
    r"(?:lang|nowrap|transl|quote|blockquote|nihongo|small|big|nobold|noitalic|abbr)\b", re.IGNORECASE
)
_LISTED = re.compile(r"(?:ubl|unbulleted list|plainlist|hlist|flatlist|cslist)\b", re.IGNORECASE)
_FILE = re.compile(r"\s*:?(?:file|image|datei|fichier|category|kategorie|[a-z]{2,3})\s*:", re.IGNORECASE)
_ITEM = re.compile(r"^[*#]+[ \t]*", re.MULTILINE)
_BULLET = "\ue000"
_ROW = re.compile(
    r"^\W{0,3}(authors?|translator|illustrator|cover artist|country|language|series|genre|publisher|published"
    r"|publication date|publication place|release date|media type|pages|isbn|oclc|preceded by|followed by"
    r"|original title|set in|subject|dewey decimal|lc class|text|awards)\b\s*[:|–-]?\s+(\S.{0,200})$",
    re.IGNORECASE,
)


def is_wikitext(page: SavedPage) -> bool:
    """Return whether a text is an article in wiki mark-up, or one that begins with a list of facts."""
    if page.markup is not None or not page.source:
        return False
    head = page.source[:200_000]
    marked = sum(bool(feature.search(head)) for feature in (*_FEATURES, _MARKUP_HEADING))
    listed = len(_rows(page.lines)[0]) > 2
    return marked > 1 or bool(_TITLE.match(head)) or (listed and (marked > 0 or matches(page)))


def read_wikitext(page: SavedPage) -> SavedPage:
    """Return an article without its mark-up, with the facts of its infobox or list. Raises ImportRefused."""
    if any(feature.search(page.source[:200_000]) for feature in _FEATURES):
        if len(page.source) > MAX_MARKUP or len(re.findall(r"[\[{<']", page.source)) > MAX_OPENED:
            what = f"{page.name} holds more mark-up than an article."
            raise ImportRefused(f"{what} Save the article's page and import that.")
        rows, lines = _of_markup(page.source)
    else:
        rows, after = _rows(page.lines)
        lines = [line for line in page.lines[after:] if not _TITLE.match(f"{line.text}\n")]
        rows |= {"name": titled[1]} if (titled := _TITLE.match(page.source)) else {}
    dated = {re.sub(r"(?:release|pub|publication)[_ ]date", "published", name): value for name, value in rows.items()}
    facts = replace(facts_of(dated), title=rows.get("name", ""))
    return replace(page, lines=tuple(lines), kind=SITE, facts=facts)


def _rows(lines: Sequence[PageLine]) -> tuple[dict[str, str], int]:
    """Return the list of facts before the first paragraph, and the number of lines up to its end."""
    rows: dict[str, str] = {}
    last = 0
    for n, line in enumerate(lines[:80]):
        if row := _ROW.match(line.text):
            rows.setdefault(row[1].casefold(), row[2])
            last = n + 1
        elif len(line.text) > 100 or (last and line.text.endswith(".")):
            break
    return rows, last


def _of_markup(source: str) -> tuple[dict[str, str], list[PageLine]]:
    """Return the rows of the infobox, and the lines of the article without mark-up."""
    rows: dict[str, str] = {}
    lines: list[PageLine] = []
    cut = _MARKUP_HEADING.split(source)
    for level, title, text in zip(["", *cut[1::3]], ["", *cut[2::3]], cut[::3], strict=True):
        if title:
            lines += [PageLine(""), PageLine(one_line(_words(mwparserfromhell.parse(title))), level=len(level))]
        code = mwparserfromhell.parse(_ITEM.sub(f"{_BULLET} ", text), skip_style_tags=False)
        if not rows:
            rows = _marked_infobox(code)
        for row in _words(code).split("\n"):
            words = " ".join(row.split())
            item = words.startswith(_BULLET)
            words = re.sub(r"__[A-Z]+__|'{2,}|\[\[|\]\]|\{\{|\}\}", "", words.replace(_BULLET, "")).strip(" :;")
            if not words.startswith(("|", "!", "{|")):
                lines.append(PageLine(words, item=item))
    return rows, lines


def _marked_infobox(code: Wikicode) -> dict[str, str]:
    templates = code.filter_templates(recursive=False)
    boxes = [box for box in templates if str(box.name).strip().lower().startswith("infobox")]
    told = {str(one.name).strip().lower(): _words(one.value, listed=True) for one in boxes[0].params} if boxes else {}
    return {name: one_line(value)[:200].strip(" ,") for name, value in told.items()}


def _words(code: Wikicode, *, listed: bool = False) -> str:
    """Return the words of mark-up; templates and tags that hold none are left out."""
    for template in code.filter_templates(recursive=False):
        name = str(template.name).strip()
        values = [str(one.value).strip() for one in template.params if not one.showkey]
        if listed and "date" in name.casefold():
            _replace(code, template, "-".join(value.zfill(2) for value in values if value.isdigit()))
        elif listed and _LISTED.match(name):
            _replace(code, template, ", ".join(one_line(value.replace("*", ", ")) for value in values))
        elif _WORDS_IN.match(name) and values:
            _replace(code, template, values[-1])
        else:
            _replace(code, template, "")
    for tag in code.filter_tags(matches=lambda tag: str(tag.tag).strip().casefold() in _GONE):
        _replace(code, tag, "")
    for link in code.filter_wikilinks(matches=lambda link: bool(_FILE.match(str(link.title)))):
        _replace(code, link, "")
    return str(mwparserfromhell.parse(str(code)).strip_code())


def _replace(code: Wikicode, node: Node, words: str) -> None:
    with suppress(ValueError):  # it went with what was around it
        code.replace(node, words)
