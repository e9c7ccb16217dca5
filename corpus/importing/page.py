"""Saved pages: reading a file, cleaning its text, and cutting it into lines."""

import datetime as dt
import hashlib
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import trafilatura
from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement

from corpus.errors import ImportRefused

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


NAME = "\ue000"
"""A placeholder for a person's name in HTML; cleaning removes this character from the page's own text."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of text; `level` is its heading level, and `mark` says what begins here according to the HTML."""

    text: str
    level: int = 0
    item: bool = False
    mark: str = ""


MAX_HEADING, MAX_PARAGRAPH = 150, 20_000
"""Characters of a heading and of a paragraph that are kept."""


@dataclass(slots=True)
class PageSection:
    """A heading of a page, and the lines below it."""

    heading: str = ""
    level: int = 2
    lines: list[PageLine] = field(default_factory=list)

    def take(self, text: str, line: PageLine) -> None:
        """Add the text of a line."""
        self.lines.append(PageLine(cut_to(text, MAX_PARAGRAPH), item=line.item))


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


MAX_TAGS = 200_000
"""Tags of a page; parsing more would take too long."""

MAX_READABLE_TAGS = 20_000
"""Tags of a page in which the readable part is searched for."""

MAX_READABLE = 400_000
"""Characters of HTML in which the readable part is searched for: the time grows with their square."""

Rule = Callable[[Tag], "str | Sequence[PageLine] | bool | None"]
"""What replaces an element: words or lines; True for its contents even if hidden; None for its contents."""

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
_HIDING = frozenset({"blockquote", "div", "label", "li", "p", "section", "span"})
MAX_HIDDEN = 2_000
"""Hidden texts of a page; one with more is refused."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """A parsed HTML page: its lines, its tree, and the site and title it names."""

    lines: tuple[PageLine, ...]
    tree: BeautifulSoup
    site: str
    title: str
    source: str

    @property
    def window(self) -> str:
        """The title of the page's window."""
        return " ".join(clean(self.tree.title.get_text()).split()) if self.tree.title else ""

    def readable(self) -> tuple[PageLine, ...]:
        """Return the main text of the page as found by trafilatura, or all lines if it finds none."""
        if len(self.source) > MAX_READABLE or self.source.count("<") > MAX_READABLE_TAGS:
            return self.lines
        found = trafilatura.extract(
            self.source, output_format="markdown", include_comments=False, include_links=False, favor_recall=True
        )
        lines = [_markdown_line(row) for row in clean(found or "").split("\n")]
        return tuple(lines) if sum(len(line.text) for line in lines) >= 200 else self.lines


def read_markup(source: str) -> Markup:
    """Parse HTML that has been decoded already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        tree = BeautifulSoup(source, "lxml")
    if _mark_hidden(tree):
        source = str(tree)
    root = tree.find("main") or tree.body or tree
    return Markup(tuple(lines_of(root)), tree, _site(tree), _title(tree), source)


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
    """Joins words into lines as blocks open and close."""

    def __init__(self) -> None:
        self._lines: list[PageLine] = []
        self._words: list[str] = []
        self._level, self._item, self._is_put = 0, False, False

    def words(self, words: str) -> None:
        self._words.append(words)

    def put(self, lines: Sequence[PageLine]) -> None:
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

    def finished(self) -> list[PageLine]:
        self._end_line()
        return self._lines

    def _end_line(self) -> None:
        words = " ".join("".join(self._words).split())
        if words:
            self._lines.append(PageLine(words, self._level, self._item))
            self._item = False
        self._words = []

    def _blank(self) -> None:
        if self._lines and (self._lines[-1].text or self._lines[-1].mark):
            self._lines.append(PageLine(""))


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


def _site(tree: BeautifulSoup) -> str:
    """Return the site that a page says it is from, in lower case, or ""."""
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
    return words_of(tree.find("h1")) or (" ".join(clean(tree.title.get_text()).split()) if tree.title else "")


def _markdown_line(row: str) -> PageLine:
    words = " ".join(row.split())
    marks = len(words) - len(words.lstrip("#"))
    if 0 < marks < 7 and words[marks : marks + 1] == " ":
        return PageLine(words[marks:].strip(), level=marks)
    if words[:2] in ("- ", "* "):
        return PageLine(words[2:].strip(), item=True)
    return PageLine(words)


MAX_BYTES = 20_000_000
"""Bytes of a file; saved pages are far smaller."""

MAX_TEXT = 4_000_000
"""Characters of text: more than four long novels."""

_BINARY = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a packed file (a Word document, an e-book, a ZIP)", b"\x89PNG": "a picture",
    b"GIF8": "a picture", b"\xff\xd8\xff": "a picture", b"{\\rtf": "a rich-text file", b"\x1f\x8b": "a packed file",
    b"SQLite": "a database", b"bplist": "a web archive", b"\x7fELF": "a program",
}  # fmt: skip
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CHARSET = re.compile(rb"<meta[^<>]{0,200}charset=[\"']?([\w-]{1,40})", re.IGNORECASE)
_MARKUP = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)?(?:<\?xml[^<>]{0,200}>\s*)?<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_WEB_ARCHIVE = re.compile(r"(?:From|Subject|MIME-Version|Snapshot-Content-Location):", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_BULLET = re.compile(r"^[•‣▪◦●]\s*")
AGAIN = "Save the page again, as “Webpage, HTML only” or as text, and import that file."
"""The cure for a file that is not a page."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as lines; `markup` is None for a page of plain text, whose text as it is written is `source`."""

    name: str
    lines: tuple[PageLine, ...]
    markup: Markup | None = None
    saved: dt.date | None = field(default=None, compare=False)
    fingerprint: str = field(default="", compare=False)
    source: str = field(default="", compare=False, repr=False)

    @property
    def text(self) -> str:
        """The text of the page."""
        return "\n".join(line.text for line in self.lines)

    def readable(self) -> Sequence[PageLine]:
        """Return the lines of the main text."""
        return self.markup.readable() if self.markup else unwrapped(self.lines)


def read_page(path: Path) -> SavedPage:
    """Read a file. Raises ImportRefused if it is not a page."""
    return page_of(path, read_bytes(path))


def page_of(path: Path, data: bytes) -> SavedPage:
    """Return what was read from a file as a page. Raises ImportRefused if it is not one."""
    text = _decoded(path, data)
    if _MARKUP.match(text[:5_000]) or (path.suffix.lower() in (".html", ".htm", ".xhtml") and "<" in text):
        if text.count("<") > MAX_TAGS:
            raise ImportRefused(f"{path.name} has too much mark-up for a page. Save it as text and import that.")
        markup: Markup | None = read_markup(text)
        lines = markup.lines if markup else ()
    else:
        markup, lines = None, _text_lines(clean(text), markdown=path.suffix.lower() in (".md", ".markdown"))
    words = "\n".join(f"{line.mark}{line.text}" for line in lines)
    if not any(map(str.isalnum, words)):
        raise ImportRefused(f"{path.name} has no text. {AGAIN}")
    if len(words) > MAX_TEXT:
        raise ImportRefused(
            f"{path.name} holds {len(words) // 1_000_000} million characters of text; a page holds at most "
            f"{MAX_TEXT // 1_000_000} million. Import the part that is about the book."
        )
    saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    fingerprint = hashlib.sha256(words.encode()).hexdigest()[:12]
    return SavedPage(path.name, lines, markup, saved, fingerprint, "" if markup else clean(text))


def read_bytes(path: Path) -> bytes:
    """Return the content of a file. Raises ImportRefused if it cannot be read, is empty or too large."""
    try:
        if not path.exists():
            raise ImportRefused(f"There is no file {path}. Check the name and the folder.")
        if not path.is_file():
            raise ImportRefused(f"{path} is not a file. Give the saved page itself.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            limit = f"a page has at most {MAX_BYTES // 1_000_000} MB"
            raise ImportRefused(f"{path.name} has {size / 1e6:.1f} MB; {limit}. {AGAIN}")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImportRefused(f"{path} cannot be read ({reason}). Check its permissions.") from error
    if not data.strip():
        raise ImportRefused(f"{path.name} is empty. {AGAIN}")
    return data


def _decoded(path: Path, data: bytes) -> str:
    for start, what in _BINARY.items():
        if data.startswith(start):
            raise ImportRefused(f"{path.name} is {what}, not a page. Copy its text into a .txt file and import that.")
    text = _text(data)
    if text is None or len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) / 200:
        raise ImportRefused(f"{path.name} is a binary file, not a page. {AGAIN}")
    if _WEB_ARCHIVE.match(text) and "multipart/related" in text[:3_000]:
        raise ImportRefused(f"{path.name} is a web archive. {AGAIN}")
    return text


def _text(data: bytes) -> str | None:
    encodings = [encoding for bom, encoding in _BOMS.items() if data.startswith(bom)]
    if not encodings and b"\x00" in data:
        return None
    declared = _CHARSET.search(data[:5_000])
    encodings += ["utf-8", *([declared[1].decode("ascii", "ignore")] if declared else []), "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return None


def _text_lines(text: str, *, markdown: bool) -> tuple[PageLine, ...]:
    """Split plain text into lines; blank lines separate paragraphs."""
    lines = []
    rows = text.split("\n")
    if markdown and rows[0].strip() == "---" and "---" in (row.strip() for row in rows[1:40]):
        end = next(n for n, row in enumerate(rows[1:40], 1) if row.strip() == "---")
        rows = rows[end + 1 :]  # front matter is the page's own business: it may not place anything here
    for row in rows:
        words = " ".join(row.split())
        heading = _HEADING.match(words) if markdown else None
        item = bool(_BULLET.match(words)) or (markdown and words[:2] in ("- ", "* ", "+ "))
        if heading:
            lines.append(PageLine(heading[2], level=len(heading[1])))
        elif item:
            lines.append(PageLine(words[1:].strip(), item=True))
        else:
            lines.append(PageLine(words))
    return tuple(lines)
