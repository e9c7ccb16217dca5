"""Reading a page from disk: refused where it is no page, else decoded, cleaned and cut into lines."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import ImportRefused
from corpus.importing.cleaning import clean
from corpus.importing.lines import Line
from corpus.importing.markup import MAX_TAGS, Markup, read_markup

MAX_BYTES = 20_000_000
"""A saved page is far smaller; a larger file is not read at all."""

MAX_TEXT = 4_000_000
"""Characters of text: more than four long novels, and less than a document of a library may hold."""

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
"""What to do where a file is no page."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as lines; `markup` is what its HTML said besides, or None for a page of plain text."""

    name: str
    lines: tuple[Line, ...]
    markup: Markup | None = None
    fingerprint: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """All the words of the page."""
        return "\n".join(line.text for line in self.lines)


def read_page(path: Path) -> Page:
    """Read one file. Raises ImportRefused where it is no page."""
    data = _bytes(path)
    text = _decoded(path, data)
    if _MARKUP.match(text[:5_000]) or (path.suffix.lower() in (".html", ".htm", ".xhtml") and "<" in text):
        if text.count("<") > MAX_TAGS:
            raise ImportRefused(f"{path.name} holds too much mark-up to be a page. Save it as text and import that.")
        markup: Markup | None = read_markup(text)
        lines = markup.lines if markup else ()
    else:
        markup, lines = None, _text_lines(clean(text), markdown=path.suffix.lower() in (".md", ".markdown"))
    words = "\n".join(f"{line.mark}{line.text}" for line in lines)
    if not any(map(str.isalnum, words)):
        raise ImportRefused(f"{path.name} holds no text. {AGAIN}")
    if len(words) > MAX_TEXT:
        raise ImportRefused(
            f"{path.name} holds {len(words) // 1_000_000} million characters of text; a page holds at most "
            f"{MAX_TEXT // 1_000_000} million. Import the part that is about the book."
        )
    return Page(path.name, lines, markup, hashlib.sha256(words.encode()).hexdigest()[:12])


def _bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise ImportRefused(f"There is no file {path}. Check the name, or where you are.")
        if not path.is_file():
            raise ImportRefused(f"{path} is no file. Name the saved page itself.")
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
            raise ImportRefused(f"{path.name} is {what}, no page. Copy its text into a .txt file and import that.")
    text = _text(data)
    if text is None or len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) / 200:
        raise ImportRefused(f"{path.name} is a binary file, no page. {AGAIN}")
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


def _text_lines(text: str, *, markdown: bool) -> tuple[Line, ...]:
    """Cut plain text into lines; a blank line is kept, as it separates paragraphs."""
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
            lines.append(Line(heading[2], level=len(heading[1])))
        elif item:
            lines.append(Line(words[1:].strip(), item=True))
        else:
            lines.append(Line(words))
    return tuple(lines)
