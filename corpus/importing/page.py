"""Saved pages: their text cleaned, and cut into lines."""

import datetime as dt
import hashlib
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.builder import HTMLTreeBuilder
from bs4.element import NavigableString, PageElement

from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts

# Control characters, soft hyphens, zero-width characters, bidirectional overrides, private use, tags, non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff\ud800-\udfff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Return `text` in NFC, with plain line breaks and without invisible characters."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", unicodedata.normalize("NFC", text)))


def one_line(text: str) -> str:
    """Return `text` on one line, without HTML comments."""
    before, *commented = clean(text).split("<!--")
    after = (part.partition("-->")[2] if "-->" in part else part for part in commented)
    return " ".join(" ".join([before, *after]).split())


def cut_to(text: str, limit: int) -> str:
    """Return `text` with at most `limit` characters, cut between words."""
    if len(text) <= limit:
        return text
    end = text.rfind(" ", 0, limit)
    return text[: end if end > 0 else limit]


NAME = "\ue000"  # a placeholder for a person's name in HTML; cleaning removes this character from the page's own text


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of text; `level` is its heading level, and `mark` says what begins here according to the HTML."""

    text: str
    level: int = 0
    item: bool = False
    mark: str = ""


MAX_HEADING, MAX_PARAGRAPH = 150, 20_000  # characters of a heading and of a paragraph that are kept


def unwrapped(lines: Sequence[PageLine]) -> list[PageLine]:
    """Return the lines of a text without the breaks of a fixed width."""
    width = max((len(line.text) for line in lines), default=0)
    full = [line for line in lines if len(line.text) >= 0.7 * width]
    if not 40 <= width <= 120 or len(full) < 6:
        return list(lines)
    joined: list[PageLine] = []
    goes_on = False
    for line in lines:
        if goes_on and line.text and not line.level and not line.item:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
        goes_on = len(line.text) >= 0.6 * width and not line.level and not line.text.endswith((".", "!", "?", "”"))
    return joined


MAX_TAGS, MAX_HIDDEN = 200_000, 2_000  # tags and hidden texts of a page; more would take too long

MAX_READABLE, MAX_READABLE_TAGS = 400_000, 20_000
"""Characters and tags of HTML in which the readable part is searched for: the time grows with their square."""

Rule = Callable[[Tag], "str | Sequence[PageLine] | None"]  # what replaces an element: words, lines, or its contents

_SKIPPED = frozenset({
    "aside", "audio", "button", "canvas", "dialog", "embed", "footer", "head", "iframe", "input", "math", "menu",
    "nav", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = HTMLTreeBuilder.DEFAULT_BLOCK_ELEMENTS | {"body", "br", "center", "legend", "tbody", "thead", "tr"}
_SPACED = frozenset({*_LEVELS, "blockquote", "dl", "hr", "ol", "p", "pre", "table", "ul"})
_HIDING = frozenset({"blockquote", "div", "label", "li", "p", "section", "span"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """A parsed HTML page: its source, its tree, and its lines."""

    source: str
    tree: BeautifulSoup
    lines: tuple[PageLine, ...]

    @property
    def window(self) -> str:
        """The title of the page's window."""
        return one_line(self.tree.title.get_text()) if self.tree.title else ""

    @property
    def title(self) -> str:
        """The first heading of the page, or the title of its window."""
        return words_of(self.tree.find("h1")) or self.window

    @property
    def site(self) -> str:
        """The site that the page says it is from, in lower case, or ""."""
        if self.tree.select_one('meta[name="generator"][content^="MediaWiki"]'):
            return "wikipedia"
        tags = self.tree.select('meta[property*="og:"], link[rel~="canonical"]', limit=200)
        said = [(attribute(tag, "content") or attribute(tag, "href")).lower()[:200] for tag in tags]
        return next((site for text in said for site in ("goodreads", "wikipedia") if site in text), "")

    def readable(self) -> tuple[PageLine, ...]:
        """Return the main text of the page as found by trafilatura, or all lines if it finds none."""
        import trafilatura  # it takes 10 MB, and few pages need it

        if len(self.source) > MAX_READABLE or self.source.count("<") > MAX_READABLE_TAGS:
            return self.lines
        found = trafilatura.extract(
            self.source, output_format="markdown", include_comments=False, include_links=False, favor_recall=True
        )
        lines = tuple(text_lines(clean(found or ""), markdown=True))
        return lines if sum(len(line.text) for line in lines) >= 200 else self.lines


def read_markup(source: str) -> Markup:
    """Parse HTML that has been decoded already. Raises ImportRefused for too much of it."""
    if source.count("<") > MAX_TAGS:
        raise ImportRefused("The page has too much mark-up. Save it as text and import that.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        tree = BeautifulSoup(source, "lxml")
    if _mark_hidden(tree):
        source = str(tree)
    return Markup(source, tree, tuple(lines_of(tree.find("main") or tree.body or tree)))


_SPOILER = re.compile(r"(?<!no-)(?<!non-)spoiler(?!s?-?_?(?:free|warning|alert|control))", re.IGNORECASE)
HIDDEN_BEGINS, HIDDEN_ENDS = "(view spoiler)[", "(hide spoiler)]"
"""What stands around a text that its writer hid, as Goodreads has it."""


def _mark_hidden(tree: BeautifulSoup) -> bool:
    """Put marks around what a page shows only to those who ask for spoilers; return whether there is any."""
    found = [tag for tag in tree.find_all(class_=_SPOILER, limit=MAX_HIDDEN) if tag.name in _HIDING]
    found += [tag for tag in tree.find_all("details", limit=MAX_HIDDEN) if "spoiler" in words_of(tag.summary).lower()]
    if len(found) >= MAX_HIDDEN:
        raise ImportRefused(f"The page hides more than {MAX_HIDDEN:,} texts as spoilers. Save a part of it as text.")
    for tag in found:
        if not any("spoiler)" in node for node in islice(tag.descendants, 200) if isinstance(node, NavigableString)):
            tag.insert(0, HIDDEN_BEGINS)
            tag.append(HIDDEN_ENDS)
    return bool(found)


def lines_of(root: Tag, rule: Rule = lambda _: None) -> list[PageLine]:
    """Return the lines of an element in reading order, with blank lines between paragraphs."""
    writer = _Writer()
    waiting: list[PageElement | str] = list(reversed(root.contents))  # a plain name: an element ends here
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            replacement = rule(node)
            if isinstance(replacement, str):
                writer.words.append(replacement)
            elif replacement is not None:
                writer.end_line()
                writer.lines += replacement
            elif not _is_hidden(node):
                writer.open(node.name)
                waiting += [node.name, *reversed(node.contents)]
        elif type(node) is NavigableString:
            writer.words.append(clean(node))
        elif type(node) is str:
            writer.close(node)
    writer.end_line()
    return writer.lines


class _Writer:
    """Joins words into lines as blocks open and close."""

    def __init__(self) -> None:
        self.lines: list[PageLine] = []
        self.words: list[str] = []
        self._level, self._item = 0, False

    def open(self, name: str) -> None:
        self._edge(name, blank=name == "br" and not "".join(self.words).strip())
        self._level = _LEVELS.get(name, self._level)
        self._item = self._item or name == "li"

    def close(self, name: str) -> None:
        if name in ("td", "th"):
            self.words.append("  ")
        self._edge(name)
        self._level = 0 if name in _LEVELS else self._level
        self._item = self._item and name != "li"

    def end_line(self) -> None:
        if words := " ".join("".join(self.words).split()):
            self.lines.append(PageLine(words, self._level, self._item))
            self._item = False
        self.words = []

    def _edge(self, name: str, *, blank: bool = False) -> None:
        if name in _BLOCKS:
            self.end_line()
        if (blank or name in _SPACED) and self.lines and (self.lines[-1].text or self.lines[-1].mark):
            self.lines.append(PageLine(""))


def classes(tag: Tag) -> list[str]:
    """Return the classes of an element."""
    return [str(name) for name in tag.get_attribute_list("class") if name]


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute of an element, or ""."""
    return str(tag.get(name) or "")


def words_of(tag: Tag | None) -> str:
    """Return the words of an element on one line."""
    return " ".join(line.text for line in lines_of(tag) if line.text) if tag else ""


def _is_hidden(tag: Tag) -> bool:
    return tag.name in _SKIPPED or tag.has_attr("hidden") or bool(_HIDDEN.search(attribute(tag, "style")[:1_000]))


MAX_TEXT = 4_000_000  # characters of text: more than four long novels

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CHARSET = re.compile(rb"(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?([\w-]{1,40})", re.IGNORECASE)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_BULLET = re.compile(r"^[•‣▪◦●]\s*")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as lines, what it is and says of the book; `source`: a plain text as written (without `markup`)."""

    name: str
    lines: tuple[PageLine, ...]
    markup: Markup | None = None
    saved: dt.date | None = None
    source: str = ""
    kind: str = ""
    facts: BookFacts = field(default_factory=BookFacts)

    @property
    def text(self) -> str:
        """The text of the page."""
        return "\n".join(line.text for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """What identifies the page if it is imported again."""
        return hashlib.sha256("\n".join(f"{line.mark}{line.text}" for line in self.lines).encode()).hexdigest()[:12]

    def readable(self) -> Sequence[PageLine]:
        """Return the lines of the main text."""
        return self.markup.readable() if self.markup else unwrapped(self.lines)


def decoded(data: bytes) -> str:
    """Return the text of a file by its byte order mark, as UTF-8, or by the encoding that it states."""
    stated = _CHARSET.search(data[:5_000])
    marked = [encoding for mark, encoding in _BOMS.items() if data.startswith(mark)]
    for encoding in (*marked, "utf-8", stated[1].decode() if stated else "cp1252", "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return data.decode("latin-1")


def text_lines(text: str, *, markdown: bool = False) -> Iterator[PageLine]:
    """Yield the lines of a plain text, with bullets and the headings of Markdown; blank lines separate paragraphs."""
    for row in text.split("\n"):
        words = " ".join(row.split())
        if markdown and (heading := _HEADING.match(words)):
            yield PageLine(heading[2], level=len(heading[1]))
        elif _BULLET.match(words) or (markdown and words[:2] in ("- ", "* ", "+ ")):
            yield PageLine(words[1:].strip(), item=True)
        else:
            yield PageLine(words)
