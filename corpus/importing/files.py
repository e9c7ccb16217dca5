"""Files that organisers bring: named for what they are by their content, then read as a page, a novel or metadata."""

import csv
import hashlib
import io
import json
import logging
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pypdf
from pypdf.errors import PyPdfError

from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, PageContent, Paragraph
from corpus.importing.epub import facts_of, read_epub
from corpus.importing.notes import is_notes, read_notes
from corpus.importing.novel import is_gutenberg, read_gutenberg
from corpus.importing.packed import Archive, elements, value_of, xml
from corpus.importing.page import MAX_TEXT, PageLine, SavedPage, clean, one_line, page_of, read_bytes
from corpus.importing.phrases import year_in
from corpus.text import plural

MAX_PDF_PAGES, MAX_PDF_SECONDS = 400, 60.0
"""Pages of a PDF, and the seconds after which no more of them are read."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what a PDF has wrong is told once, by us

_OFFICE = {
    "xl/workbook.xml": "a table (Excel)", "ppt/presentation.xml": "slides (PowerPoint)",
    "content.xml": "an OpenDocument text", "Index/Document.iwa": "a Pages document", "index.xml": "a Pages document",
}  # fmt: skip
_AS_WORD = "Open it in its own program, save it as .docx or .txt, and import that."
_AS_EPUB = "Convert it to EPUB, for example with Calibre, and import that."
_OTHERS = {
    b"\xd0\xcf\x11\xe0": ("an old Word document", _AS_WORD), b"{\\rtf": ("a rich-text file", _AS_WORD),
    b"TPZ": ("a Kindle book", _AS_EPUB), b"\xeaDRMION": ("a protected Kindle book", "Type in its chapters instead."),
    b"AT&TFORM": ("a DjVu book", _AS_EPUB), b"Rar!": ("a packed file", "Unpack it, and import the files in it."),
    b"7z\xbc\xaf": ("a packed file", "Unpack it, and import the files in it."),
}  # fmt: skip
_CHAT = re.compile(
    r"^\W{0,3}\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?\]?(?: -|:)?[ \t]+"
    r"[^\s:][^:\n]{0,60}(?::|$)|^\W{0,2}\d{1,2}:\d{2}(?::\d{2})?\W{1,2} ?(?:<[^>\n]{1,40}>|[^\s:][^:\n]{0,40}:)",
    re.IGNORECASE,
)
_CHAT_PAGE = re.compile(
    r'class="(?:chatlog|chatlog__[\w-]+|preamble__entry)[" ]|<div class="(?:page_wrap|history)">', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Metadata(SavedPage):
    """What a catalogue says about a book, and the publisher's description."""

    facts: BookFacts = field(default_factory=BookFacts)
    kind: str = ""
    description: str = ""


def read_file(path: Path) -> SavedPage:
    """Read a file of any known kind. Raises ImportRefused, in one sentence with a cure, for all others."""
    data = read_bytes(path)
    name = path.name
    fingerprint = hashlib.sha256(data).hexdigest()[:12]
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(name, Archive(name, data), fingerprint)
    if b"%PDF-" in data[:1_024]:
        return _page(name, _pdf_lines(name, data), fingerprint)
    what, cure = next((known for start, known in _OTHERS.items() if data.startswith(start)), ("", ""))
    if data[60:68] in (b"BOOKMOBI", b"TEXtREAd"):
        what, cure = "a Kindle book (MOBI)", _AS_EPUB
    if what:
        raise ImportRefused(f"{name} is {what}, which cannot be read here. {cure}")
    if b"<package" in data[:3_000] and b"http://www.idpf.org/2007/opf" in data[:3_000]:
        facts, description = facts_of(xml(name, data))
        return Metadata(
            name, (PageLine(facts.title),), fingerprint=fingerprint, facts=facts, kind="metadata (OPF)",
            description=description,
        )  # fmt: skip
    if b"<FictionBook" in data[:1_000]:
        raise ImportRefused(f"{name} is an e-book (FB2), which cannot be read here. {_AS_EPUB}")
    if data.lstrip()[:1] in (b"{", b"[") and (path.suffix.lower() == ".json" or data.rstrip()[-1:] in (b"}", b"]")):
        try:
            return _json(name, json.loads(data.decode("utf-8-sig")), fingerprint)
        except (ValueError, RecursionError):
            pass  # a text that begins with a bracket
    page = page_of(path, data)
    _refuse_lists(page)
    _refuse_chats(page)
    head = "\n".join(line.text for line in page.lines[:1_000])
    if is_gutenberg(head):
        return read_gutenberg(page)
    return read_notes(page) if is_notes(page) else page


def _page(name: str, lines: Iterable[PageLine], fingerprint: str) -> SavedPage:
    """Return the text of a document as a page. Raises ImportRefused if there is none, or too much."""
    told = tuple(lines)
    if not any(map(str.isalnum, "".join(line.text for line in told))):
        raise ImportRefused(f"{name} holds no text, perhaps only pictures of pages. Copy its text into a .txt file.")
    if sum(len(line.text) for line in told) > MAX_TEXT:
        raise ImportRefused(f"{name} holds more text than four long novels. Import the part that is about the book.")
    return SavedPage(name, told, fingerprint=fingerprint)


def _packed(name: str, archive: Archive, fingerprint: str) -> SavedPage:
    if "META-INF/container.xml" in archive or archive.read("mimetype").strip() == b"application/epub+zip":
        return read_epub(name, archive, fingerprint)
    if "word/document.xml" in archive:
        return _page(name, _docx_lines(name, archive), fingerprint)
    what = next((what for path, what in _OFFICE.items() if path in archive), "")
    if what:
        raise ImportRefused(f"{name} is {what}, which cannot be read here. {_AS_WORD}")
    raise ImportRefused(
        f"{name} is a packed file (ZIP), neither an e-book nor a Word document. Unpack it and import the files in it."
    )


def _docx_lines(name: str, archive: Archive) -> Iterable[PageLine]:
    """Yield the paragraphs of a Word document, with its headings and list items."""
    styles = archive.read("word/styles.xml")
    levels: dict[str, int] = {}
    for style in elements(xml(name, styles), "style") if styles else ():
        called = next((value_of(child, "val").casefold() for child in elements(style, "name")), "")
        level = re.fullmatch(r"heading ([1-9])", called)
        if level or called == "title":
            levels[value_of(style, "styleId")] = min(6, int(level[1])) if level else 1
    for paragraph in elements(xml(name, archive.read("word/document.xml")), "p"):
        pieces = elements(paragraph, "t", "tab", "br", "cr")
        text = one_line("".join((piece.text or "") if str(piece.tag).endswith("}t") else " " for piece in pieces))
        style = next((value_of(element, "val") for element in elements(paragraph, "pStyle")), "")
        item = next(elements(paragraph, "numPr"), None) is not None and style not in levels
        if text:
            yield PageLine(text, levels.get(style, 0), item)
            yield PageLine("")


def _pdf_lines(name: str, data: bytes) -> list[PageLine]:
    """Return the lines of a PDF without page numbers and what is repeated on every page. Raises ImportRefused."""
    end = time.monotonic() + MAX_PDF_SECONDS
    pages: list[list[str]] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ImportRefused(f"{name} is a PDF with a password. Save a copy without one, and import that.")
        if len(reader.pages) > MAX_PDF_PAGES:
            raise ImportRefused(
                f"{name} has more than {MAX_PDF_PAGES} pages. Save those about the book as a PDF of their own."
            )
        for page in reader.pages:
            if time.monotonic() > end:
                raise ImportRefused(f"{name} takes too long to read. Copy its text into a .txt file and import that.")
            pages.append([one_line(row) for row in clean(page.extract_text()).split("\n")])
    except ImportRefused:
        raise
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
        RecursionError,
        ArithmeticError,
    ) as error:
        raise ImportRefused(f"{name} is a damaged PDF. Save it again, or copy its text into a .txt file.") from error
    edges = [row for rows in pages for row in dict.fromkeys([*rows[:2], *rows[-2:]]) if row]
    often = {row for row in edges if len(pages) > 2 and edges.count(row) > len(pages) / 2}
    width = max((len(row) for rows in pages for row in rows), default=0)
    found: list[PageLine] = []
    for row in (row for rows in pages for row in rows):
        if row in often or re.fullmatch(r"\W*(?:page )?\d{0,4}(?: of \d{1,4})?\W*", row, re.IGNORECASE):
            continue
        above = found[-1].text if found else ""
        begins = re.match(r"(?:\d{1,3}[.)]|[•●▪–-])\s", row)
        if (
            above
            and not begins
            and len(above) >= 0.6 * min(width, 120)
            and not above.endswith((".", "!", "?", "”", ":"))
        ):
            found[-1] = PageLine(f"{above} {row}")
        else:
            found += [PageLine(""), PageLine(row)]
    return found


def _json(name: str, said: object, fingerprint: str) -> SavedPage:
    """Read what Open Library says about a book. Raises ImportRefused for other data."""
    if isinstance(said, dict) and isinstance(said.get("docs"), list) and said["docs"]:
        said = said["docs"][0]
    elif isinstance(said, dict) and len(said) == 1 and re.match(r"(?:ISBN|OLID|OCLC|LCCN):", next(iter(said))):
        said = next(iter(said.values()))
        said = said.get("details", said) if isinstance(said, dict) else said
    rows = said if isinstance(said, list) else said.get("messages") if isinstance(said, dict) else None
    if (
        isinstance(rows, list)
        and rows
        and isinstance(rows[0], dict)
        and {"text", "content", "message"} & rows[0].keys()
    ):
        _refuse_chat(name)
    told = said if isinstance(said, dict) else {}
    known = {"key", "authors", "author_name", "number_of_pages", "publishers", "url"}
    if not isinstance(told.get("title"), str) or not known & told.keys():
        raise ImportRefused(
            f"{name} is data for programs (JSON), not Open Library’s about a book. Import a page or a text."
        )
    about = told.get("description", "")
    about = str(about.get("value", "") if isinstance(about, dict) else about)
    facts = _open_library(told)
    return Metadata(
        name, (PageLine(facts.title),), fingerprint=fingerprint, facts=facts, kind="what Open Library says of a book",
        description=one_line(about.partition("----------")[0])[:4_000],
    )  # fmt: skip


def _open_library(said: Mapping[str, object]) -> BookFacts:
    def listed(name: str) -> list[str]:
        value = said.get(name)
        found = value if isinstance(value, list) else [value] if value else []
        return [str(one.get("name", "") if isinstance(one, dict) else one) for one in found]

    known = said.get("identifiers")
    isbns = [*listed("isbn_13"), *listed("isbn"), *(known.get("isbn_13", ()) if isinstance(known, dict) else ())]
    by = re.sub(r"^(?:by|von|par)\s+", "", str(said.get("by_statement", "")).rstrip(". "), flags=re.IGNORECASE)
    authors = [name for name in (*listed("author_name"), *listed("authors")) if name]
    pages = said.get("number_of_pages") or said.get("number_of_pages_median")
    years = (str(said.get(name, "")) for name in ("first_publish_year", "first_publish_date", "publish_date"))
    series = re.match(
        r"([^,;#(]{2,100}?)[\s,;#(]*(?:(?:no|vol|book|bk)\.?\s*)?(\d{1,3})?\W*$", next(iter(listed("series")), "")
    )
    return BookFacts(
        title=one_line(str(said["title"])), author=one_line(", ".join(authors[:3]) or by),
        year=next((year for text in years if (year := year_in(text))), None),
        series=series[1] if series else "", series_number=float(series[2]) if series and series[2] else None,
        pages=pages if isinstance(pages, int) and 0 < pages < 100_000 else None,
        isbn=next((isbn for one in isbns if re.fullmatch(r"97[89]\d{10}", isbn := re.sub(r"\D", "", str(one)))), ""),
    )  # fmt: skip


def _refuse_lists(page: SavedPage) -> None:
    """Raise ImportRefused for a table of the books of a member."""
    names = {cell.strip(' "').casefold() for cell in re.split(r"[,;\t]", page.source[:5_000].partition("\n")[0])}
    if not {"title", "primary author", "book title"} & names or len(names) < 4:
        return
    site = (
        "Goodreads" if "exclusive shelf" in names or "bookshelves" in names
        else "The StoryGraph" if {"read status", "star rating"} & names
        else "LibraryThing" if "primary author" in names
        else "another site"
    )  # fmt: skip
    try:
        count = sum(1 for _ in csv.reader(line.text for line in page.lines[1:] if line.text))
    except csv.Error:  # it is damaged, and a list all the same
        count = len(page.lines) - 1
    raise ImportRefused(
        f"{page.name} is a list of {plural(count, 'book')}, one member’s shelves and ratings as exported from {site}, "
        "not a page about one book. Its owner can put them on a shelf with /shelf, one book at a time."
    )


def _refuse_chats(page: SavedPage) -> None:
    """Raise ImportRefused for what people said in a chat."""
    told = [line.text for line in page.lines if line.text][:400]
    stamped = sum(bool(_CHAT.match(text)) for text in told)
    markup = page.markup.source[:200_000] if page.markup else ""
    exported = any(text.startswith(("Guild:", "Channel:")) for text in told[:5])
    if (stamped >= 4 and 3 * stamped >= len(told)) or (stamped and exported) or len(_CHAT_PAGE.findall(markup)) > 2:
        _refuse_chat(page.name)


def _refuse_chat(name: str) -> None:
    raise ImportRefused(
        f"{name} is a chat export: what people wrote there is theirs, and nobody asked them. "
        "Each of them can write a review with /review; text of your own can be imported as .txt."
    )


def matches(page: SavedPage) -> bool:
    """Return whether a file holds metadata."""
    return isinstance(page, Metadata)


def read(page: SavedPage, setting: ImportContext) -> PageContent:
    """Return the facts, with the publisher's description as the premise."""
    if not isinstance(page, Metadata):
        raise TypeError("only metadata are read here")
    setting.ledger.recognised(page.kind)
    told: Sequence[DraftSection] = (DraftSection((Paragraph(page.description),)),) if page.description else ()
    premise = DraftDocument("premise-catalogue", "premise", "What the book is about", "the publisher", tuple(told), {})
    return PageContent(page.facts, (premise,) if told else ())
