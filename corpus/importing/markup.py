"""HTML into lines: what a reader of the page would see, block by block, without scripts, menus and forms."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import trafilatura
from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement

from corpus.importing.cleaning import clean
from corpus.importing.lines import Line

MAX_TAGS = 200_000
"""More tags than any page of a book has; parsing them takes a few seconds."""

MAX_READABLE_TAGS = 20_000
"""Tags of such a page, for the same reason."""

MAX_READABLE = 400_000
"""Characters of HTML in which the readable part is searched for: the search takes the square of their number."""

Rule = Callable[[Tag], "str | Sequence[Line] | bool | None"]
"""What becomes of an element: words or lines in place of it, True for its contents even where the page hides them,
None for its contents where it does not."""

_SKIPPED = frozenset({
    "aside", "audio", "button", "canvas", "dialog", "embed", "footer", "head", "iframe", "input", "math", "menu",
    "nav", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "ol", "p", "pre",
    "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset({
    "blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """A parsed HTML page: its lines, its tree for importers that know the site, and what its head says."""

    lines: tuple[Line, ...]
    tree: BeautifulSoup
    site: str
    title: str
    source: str

    def readable(self) -> tuple[Line, ...]:
        """Return the part of the page that is its text, as found by trafilatura; all lines where it finds none."""
        if len(self.source) > MAX_READABLE or self.source.count("<") > MAX_READABLE_TAGS:
            return self.lines
        found = trafilatura.extract(
            self.source, output_format="markdown", include_comments=False, include_links=False, favor_recall=True
        )
        lines = [_markdown_line(row) for row in clean(found or "").split("\n")]
        return tuple(lines) if sum(len(line.text) for line in lines) >= 200 else self.lines


def read_markup(source: str) -> Markup:
    """Parse HTML. What the page says of encodings and doctypes does not matter any more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        tree = BeautifulSoup(source, "lxml")
    root = tree.find("main") or tree.body or tree
    return Markup(tuple(lines_of(root)), tree, _site(tree), _title(tree), source)


def lines_of(root: Tag, rule: Rule = lambda _: None) -> list[Line]:
    """Return the lines of an element in reading order; a blank line stands where the page leaves one."""
    writer = _Writer()
    waiting: list[tuple[PageElement, bool]] = [(child, False) for child in reversed(root.contents)]
    while waiting:
        node, closing = waiting.pop()
        if isinstance(node, Tag):
            if closing:
                writer.close(node.name)
                continue
            replacement = rule(node)
            if isinstance(replacement, str):
                writer.words(replacement)
            elif replacement and replacement is not True:
                writer.put(replacement)
            elif replacement or (replacement is None and not _is_hidden(node)):
                writer.open(node.name)
                waiting.append((node, True))
                waiting += [(child, False) for child in reversed(node.contents)]
        elif type(node) is NavigableString:
            writer.words(clean(node))
    return writer.finished()


class _Writer:
    """Puts words together to lines, as blocks open and close around them."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._words: list[str] = []
        self._level, self._item, self._is_put = 0, False, False

    def words(self, words: str) -> None:
        self._words.append(words)

    def put(self, lines: Sequence[Line]) -> None:
        self._end_line()
        self._lines += lines
        self._is_put = True

    def open(self, name: str) -> None:
        if name == "br" and not "".join(self._words).strip() and not self._is_put:
            self._blank()
        self._is_put = False
        if name in _BLOCKS:
            self._end_line()
        if name in _SPACED:
            self._blank()
        if name[0] == "h" and name[1:].isdigit():
            self._level = int(name[1:])
        elif name == "li":
            self._item = True

    def close(self, name: str) -> None:
        if name in ("td", "th"):
            self._words.append("  ")
        if name in _BLOCKS:
            self._end_line()
        if name in _SPACED:
            self._blank()
        if name[0] == "h" and name[1:].isdigit():
            self._level = 0
        elif name == "li":
            self._item = False

    def finished(self) -> list[Line]:
        self._end_line()
        return self._lines

    def _end_line(self) -> None:
        words = " ".join("".join(self._words).split())
        if words:
            self._lines.append(Line(words, self._level, self._item))
            self._item = False
        self._words = []

    def _blank(self) -> None:
        if self._lines and (self._lines[-1].text or self._lines[-1].mark):
            self._lines.append(Line(""))


def classes(tag: Tag) -> list[str]:
    """Return the classes of an element."""
    return [str(name) for name in tag.get_attribute_list("class") if name]


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute of an element, empty where it has none."""
    return str(tag.get(name) or "")


def words_of(tag: Tag | None) -> str:
    """Return the words of an element on one line."""
    return " ".join(line.text for line in lines_of(tag) if line.text) if tag else ""


def _is_hidden(tag: Tag) -> bool:
    return tag.name in _SKIPPED or tag.has_attr("hidden") or bool(_HIDDEN.search(attribute(tag, "style")[:1_000]))


def _site(tree: BeautifulSoup) -> str:
    """Return the name of the site that a page says it comes from, in lower case."""
    generator = tree.find("meta", attrs={"name": "generator"})
    if isinstance(generator, Tag) and attribute(generator, "content").startswith("MediaWiki"):
        return "wikipedia"
    for name, key in (("meta", "content"), ("link", "href")):
        for tag in tree.find_all(name, limit=200):
            said = attribute(tag, key).lower()
            if "og:" in attribute(tag, "property") or "canonical" in tag.get_attribute_list("rel"):
                site = next((site for site in ("goodreads", "wikipedia") if site in said[:200]), "")
                if site:
                    return site
    return ""


def _title(tree: BeautifulSoup) -> str:
    heading = words_of(tree.find("h1"))
    if heading:
        return heading
    return " ".join(clean(tree.title.get_text()).split()) if tree.title else ""


def _markdown_line(row: str) -> Line:
    words = " ".join(row.split())
    marks = len(words) - len(words.lstrip("#"))
    if 0 < marks < 7 and words[marks : marks + 1] == " ":
        return Line(words[marks:].strip(), level=marks)
    if words[:2] in ("- ", "* "):
        return Line(words[2:].strip(), item=True)
    return Line(words)
