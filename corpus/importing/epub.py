"""E-books (EPUB): the table of contents and the spine become a novel."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from lxml import etree

from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts
from corpus.importing.novel import (
    MATTER,
    Chapter,
    Entry,
    Novel,
    chapters_of,
    headed,
    numbered,
    paragraphs,
    with_chapters,
)
from corpus.importing.packed import Archive, decoded, elements, path_from, value_of, words_in, xml
from corpus.importing.page import MAX_TAGS, MAX_TEXT, PageLine, attribute, classes, clean, lines_of, one_line, words_of
from corpus.importing.phrases import year_in

MAX_ENTRIES = 5_000
"""Titles in a table of contents."""

MAX_DEPTH = 12
"""Tables within tables."""

_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways to scramble fonts, which protect no text."""

_MATTER_TYPES = frozenset({
    "cover", "titlepage", "halftitlepage", "title-page", "copyright-page", "copyright", "dedication", "epigraph",
    "foreword", "preface", "toc", "landmarks", "loi", "lot", "imprint", "imprimatur", "colophon", "acknowledgments",
    "acknowledgements", "other-credits", "seriespage", "contributors", "footnotes", "endnotes", "rearnotes", "notes",
    "bibliography", "glossary", "index", "afterword", "appendix", "introduction",
})  # fmt: skip
_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,500}>")
_EMPTY = re.compile(r"<([a-zA-Z][\w:-]{0,40})([^<>]{0,2000}?)/>")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_NOT_READ = re.compile(r"\b(?:noteref|footnotes?|endnotes?|rearnotes?|pagebreak|backlink)\b")
_NOT_SHOWN = frozenset({"pagenum", "pageno", "page-number", "pg-boilerplate", "pgheader", "noteref", "fnanchor"})
_ANCHOR = "dogear-anchor"
_LANGUAGES = {
    "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French", "it": "Italian",
    "ja": "Japanese", "nl": "Dutch", "no": "Norwegian", "nb": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "zh": "Chinese",
}  # fmt: skip


def read_epub(name: str, archive: Archive, fingerprint: str) -> Novel:
    """Read an e-book. Raises ImportRefused if it is damaged, protected or without text."""
    _check_protection(name, archive)
    package = _Package(name, archive)
    table = package.table()
    flow = _Flow(package, [entry.link for entry in table])
    title = package.facts.title
    listed = [Entry(link.title, flow.start(link.link), link.depth, flow.is_matter(link.link)) for link in table]
    headings = headed(flow.lines)
    chapters = chapters_of(_with_unlisted(listed, flow), flow.lines, title)
    by_heading = chapters_of(headings, flow.lines, title)
    numbers = [number for chapter in by_heading if (number := numbered(chapter.title)[0])]
    # A table of the parts alone, or of nothing but the beginning, says less than the headings.
    if len(chapters) < 2 or (numbers == list(range(1, len(by_heading) + 1)) and len(by_heading) >= 2 * len(chapters)):
        chapters = max(chapters, by_heading, key=len)
    if len(chapters) < 2:
        chapters = max(chapters, flow.files(), key=len)
    if not chapters:
        raise ImportRefused(f"{name} holds no text, perhaps only pictures of pages. Type in its number of chapters.")
    first = chapters[0].paragraphs[0]
    told = [line.text for line in flow.lines if line.text and not line.level]
    before = sum(map(len, told[: next((n for n, text in enumerate(told) if first.startswith(text)), 0)]))
    after = sum(map(len, told)) - before - sum(chapter.length for chapter in chapters)
    novel = Novel(
        name, tuple(flow.lines[:300]), fingerprint=fingerprint, kind="an e-book (EPUB)", facts=package.facts,
        chapters=tuple(chapters), before=before, after=max(0, after), description=package.description,
    )  # fmt: skip
    return with_chapters(novel)


def _check_protection(name: str, archive: Archive) -> None:
    root = xml(name, protected) if (protected := archive.read("META-INF/encryption.xml")) else None
    methods = (
        [value_of(method, "Algorithm") for method in elements(root, "EncryptionMethod")] if root is not None else []
    )
    if any(method not in _FONTS for method in methods) or "META-INF/sinf.xml" in archive:
        raise ImportRefused(
            f"{name} is an e-book with copy protection: only its shop's own program can open it. "
            "Type in its chapters, or import notes or a page about it."
        )


@dataclass(frozen=True, slots=True)
class _Link:
    title: str
    link: tuple[str, str]
    depth: int


class _Package:
    """The description of an e-book: facts, the files in reading order, the table of contents."""

    def __init__(self, name: str, archive: Archive) -> None:
        self.name, self.archive = name, archive
        container = archive.read("META-INF/container.xml")
        stated = (
            [value_of(file, "full-path") for file in elements(xml(name, container), "rootfile")] if container else []
        )
        found = [*stated, *(path for path in archive.paths if path.lower().endswith(".opf"))]
        self.path = next((path for path in found if path in archive), "")
        if not self.path:
            raise ImportRefused(f"{name} is an e-book without a description of its files. Convert it to EPUB anew.")
        self._root = xml(name, archive.read(self.path))
        self.facts, self.description = facts_of(self._root)
        self._items: dict[str, tuple[str, str, str]] = {}
        for item in elements(self._root, "item"):
            path = path_from(self.path, value_of(item, "href"))[0]
            self._items[value_of(item, "id")] = (path, value_of(item, "media-type"), value_of(item, "properties"))
        references = {
            path_from(self.path, value_of(reference, "href")): value_of(reference, "type")
            for reference in elements(self._root, "reference")
        }
        self.matter = {path for (path, anchor), said in references.items() if said in _MATTER_TYPES and not anchor}

    def spine(self) -> list[str]:
        """Return the files in reading order, without those outside the order."""
        named = [
            self._items[value_of(item, "idref")][0]
            for item in elements(self._root, "itemref")
            if value_of(item, "linear") != "no" and value_of(item, "idref") in self._items
        ]
        return [path for path in dict.fromkeys(named) if path in self.archive]

    def table(self) -> list[_Link]:
        """Return the titles of the table of contents, from EPUB 3's or EPUB 2's."""
        navs = [path for path, _, properties in self._items.values() if "nav" in properties.split()]
        found = [link for path in navs[:1] for link in self._nav(path)]
        if len(found) > 1:
            return found
        ncx = [
            path
            for path, media, _ in self._items.values()
            if media == "application/x-dtbncx+xml" or path.endswith(".ncx")
        ]
        return [link for path in ncx[:1] for link in self._ncx(path)] or found

    def _nav(self, path: str) -> list[_Link]:
        tree = BeautifulSoup(_repaired(decoded(self.archive.read(path))), "lxml")
        tables = tree.find_all("nav", limit=20)
        named = [nav for nav in tables if {"toc", "doc-toc"} & {attribute(nav, "epub:type"), attribute(nav, "role")}]
        found: list[_Link] = []
        for anchor in (named or tables or [tree])[0].find_all(["a", "span"], limit=MAX_ENTRIES):
            depth = sum(parent.name == "ol" for parent in anchor.parents) - 1
            words = one_line(words_of(anchor))
            parent = anchor.parent
            if words and depth < MAX_DEPTH and (anchor.name == "a" or (parent is not None and parent.name == "li")):
                href = attribute(anchor, "href")
                found.append(_Link(words, path_from(path, href) if href else ("", ""), depth))
        return found

    def _ncx(self, path: str) -> list[_Link]:
        found: list[_Link] = []
        for point in elements(xml(self.name, self.archive.read(path)), "navPoint"):
            depth = sum(
                str(above.tag).endswith("}navPoint") or above.tag == "navPoint" for above in point.iterancestors()
            )
            label = next((child for child in point if str(child.tag).endswith("navLabel")), None)
            content = next((value_of(child, "src") for child in point if str(child.tag).endswith("content")), "")
            if depth < MAX_DEPTH and len(found) < MAX_ENTRIES and (words := one_line(words_in(label))):
                found.append(_Link(words, path_from(path, content), depth))
        return found


def facts_of(root: etree._Element) -> tuple[BookFacts, str]:
    """Return what the metadata of an e-book or of Calibre say, and the publisher's description."""
    said: dict[str, list[etree._Element]] = {}
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*"):
        said.setdefault(str(element.tag).rpartition("}")[2], []).append(element)
    meta = {value_of(one, "name") or value_of(one, "property"): one for one in elements(root, "meta")}
    roles = {
        value_of(one, "refines"): words_in(one) for one in elements(root, "meta") if value_of(one, "property") == "role"
    }

    def first(name: str) -> str:
        return next((words for one in said.get(name, ()) if (words := one_line(words_in(one)))), "")

    authors = [
        one_line(words_in(one))
        for one in said.get("creator", ())
        if (value_of(one, "role") or roles.get(f"#{value_of(one, 'id')}") or "aut") == "aut"
    ]
    isbns = [re.sub(r"[^0-9X]", "", words_in(one).upper()) for one in said.get("identifier", ())]
    series = meta.get("calibre:series")
    number = meta.get("calibre:series_index")
    belongs = meta.get("belongs-to-collection")
    position = meta.get("group-position")
    language = first("language")
    published = year_in(first("date"))
    facts = BookFacts(
        title=first("title"), author=", ".join(filter(None, authors[:3])), year=published,
        series=value_of(series, "content") if series is not None else words_in(belongs),
        series_number=_number(value_of(number, "content") if number is not None else words_in(position)),
        isbn=next((isbn for isbn in isbns if re.fullmatch(r"97[89]\d{10}", isbn)), ""),
        language=_LANGUAGES.get(language[:2].lower(), language) if language != "und" else "",
    )  # fmt: skip
    about = "".join(map(str, said["description"][0].itertext())) if said.get("description") else ""
    return facts, words_of(BeautifulSoup(about, "lxml").body)[:4_000]


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,4}(?:\.\d{1,3})?", text.strip()) and float(text) else None


class _Flow:
    """The lines of all files of the spine in reading order, with the places that the table of contents names."""

    def __init__(self, package: _Package, wanted: Sequence[tuple[str, str]]) -> None:
        self.lines: list[PageLine] = []
        self._starts: dict[tuple[str, str], int] = {}
        self._anchored: set[str] = set()
        self._matter: set[str] = set(package.matter)
        self._spine = package.spine()
        tags = size = 0
        for path in self._spine:
            source = _repaired(decoded(package.archive.read(path)))
            tags += source.count("<")
            size += len(source)
            if tags > 2 * MAX_TAGS or size > 4 * MAX_TEXT:
                raise ImportRefused(f"{package.name} holds more mark-up than any novel. Import its chapters as text.")
            self._starts[path, ""] = len(self.lines)
            self._take(path, source, {anchor for file, anchor in wanted if file == path and anchor})
        if sum(len(line.text) for line in self.lines) > MAX_TEXT:
            raise ImportRefused(f"{package.name} holds more text than four long novels. Import the part that is read.")

    def _take(self, path: str, source: str, anchors: set[str]) -> None:
        tree = BeautifulSoup(source, "lxml")
        body = tree.body or tree
        outer = [body, *body.find_all(["section", "article", "div"], recursive=False, limit=2)]
        types = {said for tag in outer[:2] for said in attribute(tag, "epub:type").split()}
        if types & _MATTER_TYPES:
            self._matter.add(path)
        for below in body.select("hgroup p"):
            below.name = "h6"  # the title below a number
        for tag in [body, *body.find_all(True)] if anchors else ():
            if anchors & {said := attribute(tag, "id"), named := attribute(tag, "name")}:
                marker = tree.new_tag(_ANCHOR, id=said if said in anchors else named)
                tag.insert(0, marker) if tag is body else tag.insert_before(marker)
        for line in lines_of(body, _rule):
            if line.mark:
                self._starts.setdefault((path, line.mark), len(self.lines))
                self._anchored.add(path)
            else:
                self.lines.append(line)
        self.lines.append(PageLine(""))

    def start(self, link: tuple[str, str]) -> int | None:
        """Return where the text of a link begins, or None if it is not in the reading order."""
        known = self._starts.get(link)
        return self._starts.get((link[0], "")) if known is None and link[0] not in self._anchored else known

    def is_matter(self, link: tuple[str, str]) -> bool:
        """Return whether a file says itself that it is no part of the story."""
        return link[0] in self._matter and not link[1]

    def pages(self) -> Iterator[tuple[int, str, bool, list[PageLine]]]:
        """Yield every file: where it starts, its first heading, whether it is outside the story, its lines."""
        starts = [self._starts[path, ""] for path in self._spine]
        for path, start, end in zip(self._spine, starts, [*starts, len(self.lines)][1:], strict=True):
            lines = self.lines[start:end]
            title = next((line.text for line in lines if line.level), "")
            yield start, title, path in self._matter or bool(MATTER.fullmatch(title.rstrip("."))), lines

    def files(self) -> list[Chapter]:
        """Return the files themselves as chapters, for an e-book without table and headings."""
        return [
            Chapter(title, told)
            for _, title, matter, lines in self.pages()
            if not matter and (told := tuple(paragraphs(lines)))
        ]


def _with_unlisted(listed: Sequence[Entry], flow: _Flow) -> list[Entry]:
    """Return the table with the pages outside the story that it does not list, so that no chapter swallows them."""
    known = {entry.start for entry in listed}
    found = list(listed)
    for start, title, matter, _ in flow.pages():
        if matter and start not in known:
            later = next(
                (n for n, entry in enumerate(found) if entry.start is not None and entry.start > start), len(found)
            )
            found.insert(
                later, Entry(title or "—", start, found[later].depth if later < len(found) else 0, matter=True)
            )
    return found


def _rule(tag: Tag) -> str | Sequence[PageLine] | None:
    if tag.name == _ANCHOR:
        return [PageLine("", mark=attribute(tag, "id"))]
    if _NOT_READ.search(attribute(tag, "epub:type")) or not _NOT_SHOWN.isdisjoint(classes(tag)):
        return ""
    if attribute(tag, "id") in ("pg-header", "pg-footer"):
        return ""
    if tag.name == "sup" and re.fullmatch(r"\W*(?:\d{1,4}|[*†‡a-z])\W*", tag.get_text()[:20]):
        return ""
    return None


def _repaired(source: str) -> str:
    """Return XHTML as HTML: <title/> and the like would hide what follows."""
    text = _DECLARATION.sub("", clean(source))
    return _EMPTY.sub(lambda tag: tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>", text)
