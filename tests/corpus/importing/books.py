"""E-books, Word documents and PDFs as different programs write them, made small for tests."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from corpus.documents import Block
from corpus.library import Library

Page = Callable[[str], Path]
Saved = Callable[[str, str], Path]
Kept = Callable[[str, bytes], Path]
"""The fixtures `page`, `saved` and `kept`: a page beside the tests by its name, a text and bytes that are saved."""

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
Table = Sequence["tuple[str, str] | tuple[str, str, Table]"]
"""Titles with their links, and with those below them."""


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return files packed as a ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def xhtml(body: str, kind: str = "") -> str:
    """Return a page of an e-book, with an empty title as some programs write it."""
    typed = f' epub:type="{kind}"' if kind else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body{typed}>{body}</body></html>'
    )


def prose(about: str, paragraphs: int = 3) -> str:
    """Return paragraphs that can be told from all others."""
    told = f"of the {about} and would not leave the window until the lamp had been trimmed."
    return "".join(f"<p>On evening {n} Nell spoke {told}</p>" for n in range(1, paragraphs + 1))


def epub(
    pages: Mapping[str, str], *, nav: Table = (), ncx: Table = (), meta: str = "", outside: Sequence[str] = (),
    more: Mapping[str, str | bytes] | None = None, title: str = "The Lamp", author: str = "Ada Winterbourne",
) -> bytes:  # fmt: skip
    """Return an e-book of these pages in this order; those `outside` are no part of the reading order."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    linear = (' linear="no"' if name in outside else "" for name in pages)
    spine = "".join(f'<itemref idref="i{n}"{how}/>' for n, how in enumerate(linear))
    files: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    if nav:
        items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        files["OPS/nav.xhtml"] = xhtml(f'<nav epub:type="toc"><h1>Contents</h1>{_listed(nav)}</nav>')
    if ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        points = _points(ncx)
        files["OPS/toc.ncx"] = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'
    files["OPS/book.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
        f"<dc:language>en-GB</dc:language>{meta}</metadata><manifest>{items}</manifest>"
        f'<spine toc="ncx">{spine}</spine></package>'
    )
    files |= {f"OPS/{name}": page for name, page in pages.items()}
    return zipped(files | dict(more or {}))


def _listed(table: Table) -> str:
    rows = (f'<li><a href="{row[1]}">{row[0]}</a>{_listed(row[2]) if len(row) > 2 else ""}</li>' for row in table)
    return f"<ol>{''.join(rows)}</ol>"


def _points(table: Table) -> str:
    return "".join(
        f"<navPoint><navLabel><text>{row[0]}</text></navLabel><content src='{row[1]}'/>"
        f"{_points(row[2]) if len(row) > 2 else ''}</navPoint>"
        for row in table
    )


def docx(paragraphs: Sequence[tuple[str, str]]) -> bytes:
    """Return a Word document of paragraphs, each with its style: "", "Heading 2", "List"."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    told = "".join(
        f"<w:p><w:pPr>{_style(style)}</w:pPr><w:r><w:t>{text[:5]}</w:t></w:r><w:r><w:t>{text[5:]}</w:t></w:r></w:p>"
        for style, text in paragraphs
    )
    names = "".join(f'<w:style w:styleId="berschrift{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2, 3))
    return zipped(
        {
            "word/document.xml": f"<w:document {space}><w:body>{told}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {space}>{names}</w:styles>",
        }
    )


def _style(name: str) -> str:
    if name == "List":
        return '<w:numPr><w:ilvl w:val="0"/></w:numPr>'
    return f'<w:pStyle w:val="berschrift{name[-1]}"/>' if name else ""


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF with these lines on its pages."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for lines in pages:
        text = "".join(f"({line}) Tj T* " for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 50 780 Td {text}ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        font = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        objects.append(b"<< /Type /Page /Parent 2 0 R /Resources %s /Contents %d 0 R >>" % (font, len(objects)))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 595 842] >>" % (b" ".join(kids), len(kids))
    out, places = b"%PDF-1.4\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, start,
    )  # fmt: skip


def blocks(library: Path, kind: str = "text") -> list[Block]:
    """Return what a library without problems tells of The Lamp in its documents of a kind."""
    loaded = Library.load(library)
    assert loaded.problems == ()
    return [block for document in loaded.documents["the-lamp"] if document.kind == kind for block in document.blocks]
