"""E-books (EPUB): the table of contents and the spine become a novel."""

import re
from collections.abc import Iterator, Sequence

from bs4 import BeautifulSoup, Tag
from bs4.builder import HTMLTreeBuilder
from lxml import etree

from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts
from corpus.importing.novel import Chapter, Entry, Novel, chapters_of, headed, is_matter, novel_of, numbered, paragraphs
from corpus.importing.packed import Archive, elements, path_from, value_of, words_in, xml
from corpus.importing.page import MAX_TEXT, PageLine, attribute, classes, clean, decoded, lines_of, one_line, words_of
from corpus.importing.phrases import KNOWN, isbn_in, year_in

Place = tuple[str, str]  # a file of an e-book, and an anchor in it

MAX_ENTRIES, MAX_DEPTH, MAX_TAGS = 5_000, 12, 400_000
"""Titles in a table of contents, tables within tables, and tags of an e-book; more would take too long."""

_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways to scramble fonts, which protect no text."""

_MATTER_TYPES = frozenset(KNOWN["book"]["types"].split())
_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,500}>")
_EMPTY = re.compile(r"<([a-zA-Z][\w:-]{0,40})([^<>]{0,2000}?)/>")
_VOID = frozenset(HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS or ())
_NOT_READ = re.compile(r"\b(?:noteref|footnotes?|endnotes?|rearnotes?|pagebreak|backlink)\b")
_NOT_SHOWN = frozenset({"pagenum", "pageno", "page-number", "pg-boilerplate", "pgheader", "noteref", "fnanchor"})
_ANCHOR = "dogear-anchor"


def read_epub(name: str, archive: Archive) -> Novel:
    """Read an e-book. Raises ImportRefused if it is damaged, protected or without text."""
    protected = archive.read("META-INF/encryption.xml")
    methods = elements(xml(name, protected), "EncryptionMethod") if protected else ()
    if any(value_of(method, "Algorithm") not in _FONTS for method in methods):
        what = f"{name} is an e-book with copy protection: only its shop's own program can open it."
        raise ImportRefused(f"{what} Type in its chapters, or import notes or a page about it.")
    package = _Package(name, archive)
    table = package.table()
    flow = _Flow(package, [place for _, place, _ in table])
    listed = [Entry(title, flow.start(place), depth, flow.is_matter(place)) for title, place, depth in table]
    starts = {entry.start for entry in listed}  # a page outside the story may be missing in the table
    listed += [file for file in flow.files() if (file.matter or is_matter(file.title)) and file.start not in starts]
    chapters = chapters_of(listed, flow.lines, package.facts.title)
    by_heading = chapters_of(headed(flow.lines), flow.lines, package.facts.title)
    numbers = [number for chapter in by_heading if (number := numbered(chapter.title)[0])]
    # A table of the parts alone, or of nothing but the beginning, says less than the headings.
    if len(chapters) < 2 or (numbers == list(range(1, len(by_heading) + 1)) and len(by_heading) >= 2 * len(chapters)):
        chapters = max(chapters, by_heading, key=len)
    if len(chapters) < 2:
        chapters = max(chapters, chapters_of(flow.files(), flow.lines, package.facts.title), key=len)
    if not chapters and (told := tuple(paragraphs(flow.lines))):
        chapters = [Chapter("", told)]
    if not chapters:
        raise ImportRefused(f"{name} holds no text, perhaps only pictures of pages. Type in its number of chapters.")
    return novel_of(name, flow.lines, chapters, package.facts, "an e-book (EPUB)", package.description)


def read_opf(name: str, data: bytes) -> Novel:
    """Read what Calibre keeps beside an e-book: facts and the publisher's description. Raises ImportRefused."""
    facts, about = _facts(xml(name, data))
    lines = (PageLine(facts.title), PageLine(about))
    return Novel(name, lines, kind="metadata of an e-book (OPF)", facts=facts, description=about)


class _Package:
    """The description of an e-book: facts, the files in reading order, the table of contents."""

    def __init__(self, name: str, archive: Archive) -> None:
        self.name, self.archive = name, archive
        entries, container = archive.entries, xml(name, archive.read("META-INF/container.xml"))
        found = (*(value_of(file, "full-path") for file in elements(container, "rootfile")), *entries)
        path = next((path for path in found if path in entries and path.lower().endswith(".opf")), "")
        if not path:
            raise ImportRefused(f"{name} is an e-book without a description of its files. Convert it to EPUB anew.")
        root = xml(name, archive.read(path))
        self.facts, self.description = _facts(root)
        items = {value_of(item, "id"): item for item in elements(root, "item")}
        self._paths = {id_: path_from(path, value_of(item, "href"))[0] for id_, item in items.items()}
        told = (value_of(item, "idref") for item in elements(root, "itemref") if value_of(item, "linear") != "no")
        self.spine = [
            file for file in dict.fromkeys(self._paths.get(id_, "") for id_ in told) if file in archive.entries
        ]
        self.navs = [self._paths[i] for i, item in items.items() if "nav" in value_of(item, "properties").split()]
        self.ncx = [file for file in self._paths.values() if file.endswith(".ncx")]

    def table(self) -> list[tuple[str, Place, int]]:
        """Return the titles of the table of contents with place and depth, from EPUB 3's or EPUB 2's."""
        found = [entry for path in self.navs[:1] for entry in self._nav(path)]
        if len(found) < 2:
            found = [entry for path in self.ncx[:1] for entry in self._ncx(path)] or found
        return [entry for entry in found[:MAX_ENTRIES] if entry[0] and entry[2] < MAX_DEPTH]

    def _nav(self, path: str) -> Iterator[tuple[str, Place, int]]:
        tree = BeautifulSoup(_repaired(decoded(self.archive.read(path))), "lxml")
        tables = tree.find_all("nav", limit=20)
        named = [nav for nav in tables if {"toc", "doc-toc"} & {attribute(nav, "epub:type"), attribute(nav, "role")}]
        for anchor in (named or tables or [tree])[0].find_all(["a", "span"], limit=MAX_ENTRIES):
            href, parent = attribute(anchor, "href"), anchor.parent
            if anchor.name == "a" or (parent is not None and parent.name == "li"):
                depth = sum(above.name == "ol" for above in anchor.parents) - 1
                yield one_line(words_of(anchor)), path_from(path, href) if href else ("", ""), depth

    def _ncx(self, path: str) -> Iterator[tuple[str, Place, int]]:
        for point in elements(xml(self.name, self.archive.read(path)), "navPoint"):
            label = next((child for child in point if str(child.tag).endswith("navLabel")), None)
            link = next((value_of(child, "src") for child in point if str(child.tag).endswith("content")), "")
            yield one_line(words_in(label)), path_from(path, link), sum(1 for _ in point.iterancestors()) - 2


def _facts(root: etree._Element) -> tuple[BookFacts, str]:
    """Return what the metadata of an e-book say, and the publisher's description."""
    said: dict[str, list[etree._Element]] = {}
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*"):
        said.setdefault(str(element.tag).rpartition("}")[2], []).append(element)
    stated_in = list(elements(root, "meta"))
    meta = {value_of(one, "name") or value_of(one, "property"): one for one in stated_in}
    texts = {name: [one_line(words_in(one)) for one in found] for name, found in said.items()}
    roles = {value_of(one, "refines")[1:]: words_in(one) for one in stated_in if value_of(one, "property") == "role"}

    def first(name: str) -> str:
        return next(filter(None, texts.get(name, ())), "")

    def stated(*names: str) -> str:
        found = next((meta[name] for name in names if name in meta), None)
        return "" if found is None else value_of(found, "content") or words_in(found)

    by = [(one, value_of(one, "role") or roles.get(value_of(one, "id"), "aut")) for one in said.get("creator", ())]
    authors = [one_line(words_in(one)) for one, role in by if role == "aut"]
    number = stated("calibre:series_index", "group-position")
    language = first("language")
    facts = BookFacts(
        title=first("title"), author=", ".join(filter(None, authors[:3])), year=year_in(first("date")),
        series=stated("calibre:series", "belongs-to-collection"),
        series_number=float(number) or None if re.fullmatch(r"\d{1,4}(?:\.\d{1,3})?", number) else None,
        isbn=isbn_in(" ".join(texts.get("identifier", ()))),
        language=KNOWN["languages"].get(language[:2].lower(), language) if language != "und" else "",
    )  # fmt: skip
    about = "".join(map(str, said["description"][0].itertext())) if said.get("description") else ""
    return facts, words_of(BeautifulSoup(about, "lxml").body)[:4_000]


class _Flow:
    """The lines of all files of the spine in reading order, with the places that the table of contents names."""

    def __init__(self, package: _Package, wanted: Sequence[Place]) -> None:
        self.lines: list[PageLine] = []
        self._starts: dict[Place, int] = {}
        self._anchored: set[str] = set()
        self._matter: set[str] = set()
        self._spine = package.spine
        tags = size = 0
        for path in self._spine:
            source = _repaired(decoded(package.archive.read(path)))
            tags += source.count("<")
            size += len(source)
            if tags > MAX_TAGS or size > 4 * MAX_TEXT:
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

    def start(self, link: Place) -> int | None:
        """Return where the text of a link begins, or None if it is not in the reading order."""
        known = self._starts.get(link)
        return self._starts.get((link[0], "")) if known is None and link[0] not in self._anchored else known

    def is_matter(self, link: Place) -> bool:
        """Return whether a file says itself that it is no part of the story."""
        return link[0] in self._matter and not link[1]

    def files(self) -> list[Entry]:
        """Return the files as a table of contents, for an e-book without table and headings."""
        starts = [self._starts[path, ""] for path in self._spine]
        found = []
        for path, start, end in zip(self._spine, starts, [*starts, len(self.lines)][1:], strict=True):
            heading = next((line.text for line in self.lines[start:end] if line.level), "")
            found.append(Entry(heading, start, matter=path in self._matter))
        return found


def _rule(tag: Tag) -> str | Sequence[PageLine] | None:
    if tag.name == _ANCHOR:
        return [PageLine("", mark=attribute(tag, "id"))]
    left_out = (
        _NOT_READ.search(attribute(tag, "epub:type")) or not _NOT_SHOWN.isdisjoint(classes(tag))
        or attribute(tag, "id") in ("pg-header", "pg-footer")
        or (tag.name == "sup" and re.fullmatch(r"\W*(?:\d{1,4}|[*†‡a-z])\W*", tag.get_text()[:20]))
    )  # fmt: skip
    return "" if left_out else None


def _repaired(source: str) -> str:
    """Return XHTML as HTML: <title/> and the like would hide what follows."""
    text = _DECLARATION.sub("", clean(source))
    return _EMPTY.sub(lambda tag: tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>", text)
