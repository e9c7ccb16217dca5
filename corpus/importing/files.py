"""Files that organisers bring: known by their content, and read as a page, notes or a novel."""

import datetime as dt
import io
import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.books import COVERS
from corpus.errors import ImportRefused
from corpus.importing.cast import is_cast, read_cast
from corpus.importing.draft import BookFacts
from corpus.importing.epub import read_epub, read_opf
from corpus.importing.exports import site_of
from corpus.importing.notes import is_notes, read_notes
from corpus.importing.novel import Novel, is_gutenberg, read_gutenberg
from corpus.importing.packed import Archive, elements, value_of, xml
from corpus.importing.page import MAX_TEXT, PageLine, SavedPage, clean, decoded, one_line, read_markup, text_lines
from corpus.importing.phrases import isbn_in, year_in
from corpus.importing.wikipedia import is_wikitext, read_wikitext

MAX_BYTES = 20_000_000  # bytes of a file; saved pages are far smaller

MAX_PDF_PAGES, MAX_PDF_SECONDS = 400, 60.0  # pages of a PDF, and the seconds after which no more of them are read

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what a PDF has wrong is told once, by us

_AGAIN = "Save the page again, as “Webpage, HTML only” or as text, and import that file."
_AS_WORD = "Open it in its own program, save it as .docx or .txt, and import that."
_AS_EPUB = "Convert it to EPUB, for example with Calibre, and import that."
_UNREADABLE = (
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Word document", _AS_WORD),
    (re.compile(rb"\{\\rtf"), "a rich-text file", _AS_WORD),
    (re.compile(rb".{60}(?:BOOKMOBI|TEXtREAd)|TPZ|\xeaDRMION", re.DOTALL), "a Kindle book", _AS_EPUB),
    (re.compile(rb"[^\0]{0,1000}<FictionBook"), "an e-book (FB2)", _AS_EPUB),
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b"), "a packed file", "Unpack it, and import the files in it."),
    (re.compile(rb"(?:From|Subject|MIME-Version|Snapshot-Content-Location):(?s:.{0,3000})multipart/related"),
     "a web archive", _AGAIN),
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKUP = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)?(?:<\?xml[^<>]{0,200}>\s*)?<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHAT = re.compile(
    r"^\W{0,3}\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?\]?(?: -|:)?[ \t]+"
    r"[^\s:][^:\n]{0,60}(?::|$)|^\W{0,2}\d{1,2}:\d{2}(?::\d{2})?\W{1,2} ?(?:<[^>\n]{1,40}>|[^\s:][^:\n]{0,40}:)",
    re.IGNORECASE,
)
_CHAT_PAGE = re.compile(
    r'class="(?:chatlog|chatlog__[\w-]+|preamble__entry)[" ]|<div class="(?:page_wrap|history)">', re.IGNORECASE
)


def read_file(path: Path) -> SavedPage:
    """Read a file of any known kind. Raises ImportRefused, in one sentence with a cure, for all others."""
    name = path.name
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise ImportRefused(f"{name} has {size / 1e6:.1f} MB; a page has at most 20 MB. {_AGAIN}")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImportRefused(f"{path} cannot be read ({reason}). Check its name and folder.") from error
    if not data.strip():
        raise ImportRefused(f"{name} is empty. {_AGAIN}")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        archive = Archive(name, data)
        if "META-INF/container.xml" in archive.entries:
            return read_epub(name, archive)
        if "word/document.xml" not in archive.entries:
            what = f"{name} is a packed file (ZIP), neither an e-book nor a Word document."
            raise ImportRefused(f"{what} Unpack it, or save it as .docx or .txt, and import that.")
        return _checked(SavedPage(name, tuple(_docx_lines(name, archive))))
    if b"%PDF-" in data[:1_024]:
        return _checked(SavedPage(name, tuple(_pdf_lines(name, data))))
    if b"<package" in data[:3_000] and b"http://www.idpf.org/2007/opf" in data[:3_000]:
        return read_opf(name, data)
    if path.suffix.lower() == ".json":
        return _data(name, data)
    page = _checked(_page(path, data))
    _refuse_what_is_members_own(page)
    if is_gutenberg("\n".join(line.text for line in page.lines[:1_000])):
        return read_gutenberg(page)
    if is_wikitext(page):
        return read_wikitext(page)
    return read_notes(page) if is_notes(page) else page


def _page(path: Path, data: bytes) -> SavedPage:
    """Return what was read from a file as a page. Raises ImportRefused if it is not one."""
    name = path.name
    if known := next(((what, cure) for start, what, cure in _UNREADABLE if start.match(data)), None):
        raise ImportRefused(f"{name} is {known[0]}, which cannot be read here. {known[1]}")
    text = decoded(data)
    if len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) / 200:
        raise ImportRefused(f"{name} is a binary file, not a page. {_AGAIN}")
    saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    if not _MARKUP.match(text[:5_000]) and not (path.suffix.lower() in (".html", ".htm", ".xhtml") and "<" in text):
        return SavedPage(name, tuple(text_lines(clean(text))), None, saved, clean(text))
    markup = read_markup(text)
    return SavedPage(name, markup.lines, markup, saved)


def _checked(page: SavedPage) -> SavedPage:
    """Return a page. Raises ImportRefused if it holds no text, or too much."""
    if not any(map(str.isalnum, page.text)):
        raise ImportRefused(f"{page.name} holds no text, perhaps only pictures. Copy its text into a .txt file.")
    if len(page.text) > MAX_TEXT:
        what = f"{page.name} holds {len(page.text) // 1_000_000} million characters of text; a page holds at most"
        raise ImportRefused(f"{what} {MAX_TEXT // 1_000_000} million. Import the part that is about the book.")
    return page


def _data(name: str, data: bytes) -> SavedPage:
    """Read what an open catalogue says of a book. Raises ImportRefused."""
    try:
        said = json.loads(decoded(data))
    except (ValueError, RecursionError):
        said = None
    return read_cast(name, said) if is_cast(said) else read_open_library(name, said)


def read_open_library(name: str, said: Any) -> Novel:  # noqa: ANN401 (whatever JSON holds)
    """Read an edition, a work or the first book of a search, as Open Library tells it. Raises ImportRefused."""
    if isinstance(said, dict) and len(said) == 1:  # {"ISBN:9780000000019": {…}}, or the books of a search
        said = next(iter(said.values()))
    if isinstance(said, dict):
        said = said.get("docs") or said.get("details") or said
    if isinstance(said, list) and said:
        said = said[0]
    known = {"key", "authors", "author_name", "number_of_pages", "publishers", "url"}
    if not isinstance(said, dict) or not isinstance(said.get("title"), str) or known.isdisjoint(said):
        what = f"{name} is data for programs (JSON), not Open Library’s about a book."
        raise ImportRefused(f"{what} Import a page or a text.")

    def told(field: str) -> list[str]:
        values = found if isinstance(found := said.get(field), list) else [found]
        texts = (one.get("name") or one.get("value") if isinstance(one, dict) else one for one in values)
        return [one_line(str(text)) for text in texts if text]

    by = re.sub(r"^by\s+", "", "".join(told("by_statement")).rstrip(". "), flags=re.IGNORECASE)
    pages = said.get("number_of_pages") or said.get("number_of_pages_median")
    series = re.match(
        r"([^,;#(]{2,100}?)[\s,;#(]*(?:(?:no|vol|book|bk)\.?\s*)?(\d{1,3})?\W*$", " ".join(told("series")[:1])
    )
    years = (*told("first_publish_year"), *told("first_publish_date"), *told("publish_date"))
    facts = BookFacts(
        title="".join(told("title")), author=", ".join((told("author_name") or told("authors"))[:3]) or by,
        year=year_in(" ".join(years)),
        series=series[1] if series else "", series_number=float(series[2]) if series and series[2] else None,
        pages=pages if isinstance(pages, int) and 0 < pages < 100_000 else None,
        cover=f"{COVERS}/b/id/{cover}-M.jpg" if isinstance(cover := said.get("cover_i"), int) else "",
        isbn=isbn_in(f"{said.get('isbn_13')} {said.get('isbn')} {said.get('identifiers')}"),
    )  # fmt: skip
    about = " ".join(told("description")).partition("----------")[0][:4_000]
    lines = (PageLine(facts.title), PageLine(about))
    return Novel(name, lines, kind="what Open Library says of a book", facts=facts, description=about)


def _docx_lines(name: str, archive: Archive) -> Iterator[PageLine]:
    """Yield the paragraphs of a Word document, with its headings and list items."""
    styles = archive.read("word/styles.xml")
    levels: dict[str, int] = {}
    for style in elements(xml(name, styles), "style") if styles else ():
        called = next((value_of(child, "val").casefold() for child in elements(style, "name")), "")
        if level := re.fullmatch(r"heading ([1-9])|title", called):
            levels[value_of(style, "styleId")] = min(6, int(level[1] or 1))
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
    import pypdf  # it takes 16 MB, and few files are PDFs
    from pypdf.errors import PyPdfError

    end = time.monotonic() + MAX_PDF_SECONDS
    damage = PyPdfError, ValueError, TypeError, LookupError, AttributeError, OSError, RuntimeError, ArithmeticError
    pages: list[list[str]] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ImportRefused(f"{name} is a PDF with a password. Save a copy without one, and import that.")
        if len(reader.pages) > MAX_PDF_PAGES:
            what = f"{name} has more than {MAX_PDF_PAGES} pages."
            raise ImportRefused(f"{what} Save those about the book as a PDF of their own.")
        for page in reader.pages:
            if time.monotonic() > end:
                raise ImportRefused(f"{name} takes too long to read. Copy its text into a .txt file and import that.")
            pages.append([one_line(row) for row in clean(page.extract_text()).split("\n")])
    except damage as error:
        raise ImportRefused(f"{name} is a damaged PDF. Save it again, or copy its text into a .txt file.") from error
    edges = [row for rows in pages for row in dict.fromkeys([*rows[:2], *rows[-2:]]) if row]
    often = {row for row in edges if len(pages) > 2 and edges.count(row) > len(pages) / 2}
    width = min(120, max((len(row) for rows in pages for row in rows), default=0))
    found: list[PageLine] = []
    for row in (row for rows in pages for row in rows):
        if row in often or re.fullmatch(r"\W*(?:page )?\d{0,4}(?: of \d{1,4})?\W*", row, re.IGNORECASE):
            continue
        above = found[-1].text if found else ""
        goes_on = len(above) >= 0.6 * width and not above.endswith((".", "!", "?", "”", ":"))
        if above and goes_on and not re.match(r"(?:\d{1,3}[.)]|[•●▪–-])\s", row):
            found[-1] = PageLine(f"{above} {row}")
        else:
            found += [PageLine(""), PageLine(row)]
    return found


def _refuse_what_is_members_own(page: SavedPage) -> None:
    """Raise ImportRefused for a table of a member's books, and for what people said in a chat."""
    if site := site_of(page.source):
        what = f"{page.name} is a list of one member’s books, with shelves and ratings, as exported from {site}."
        raise ImportRefused(f"{what} Its owner can put them on their own shelf with /shelf import.")
    told = [line.text for line in page.lines if line.text][:400]
    stamped = sum(bool(_CHAT.match(text)) for text in told)
    exported = any(text.startswith(("Guild:", "Channel:")) for text in told[:5])
    markup = page.markup.source[:200_000] if page.markup else ""
    if (stamped >= 4 and 3 * stamped >= len(told)) or (stamped and exported) or len(_CHAT_PAGE.findall(markup)) > 2:
        what = f"{page.name} is a chat export: what people wrote there is theirs, and nobody asked them."
        raise ImportRefused(f"{what} Each can write a review with /review; text of your own can be imported as .txt.")
