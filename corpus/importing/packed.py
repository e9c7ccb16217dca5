"""Packed files (EPUB, Word): opened in memory, with limits on entries, sizes and nesting."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from corpus.errors import ImportRefused

MAX_ENTRIES, MAX_ENTRY, MAX_UNPACKED, MAX_RATIO = 5_000, 10_000_000, 40_000_000, 200
"""Files; bytes of one and of all when unpacked (a novel has 4 MB), and for one packed byte (text has about 4)."""


class Archive:
    """A packed file, read entry by entry; nothing is written to disk. Raises ImportRefused."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._left = name, MAX_UNPACKED
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
            raise ImportRefused(f"{name} is damaged and cannot be unpacked. Download or save it again.") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise ImportRefused(f"{name} holds {len(entries):,} files; at most {MAX_ENTRIES:,} are read. Save it anew.")
        for entry in entries:
            if entry.filename.startswith("/") or "\\" in entry.filename or ".." in entry.filename.split("/"):
                raise ImportRefused(f"{name} holds a file outside its own folder. Get the book from another place.")
            if entry.file_size > max(1_000_000, MAX_RATIO * entry.compress_size):
                raise ImportRefused(f"{name} would unpack to far more than a book. Get it from another place.")
        self.entries = {entry.filename: entry for entry in entries}

    def read(self, path: str) -> bytes:
        """Return the content of an entry, or b"" if there is none."""
        entry = self.entries.get(path)
        if entry is None:
            return b""
        try:
            with self._zip.open(entry) as file:
                data = file.read(MAX_ENTRY + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise ImportRefused(f"{self._name} is damaged: {path[-80:]} cannot be unpacked. Save it again.") from error
        except RuntimeError as error:
            raise ImportRefused(f"{self._name} has a password. Save a copy without one, and import that.") from error
        self._left -= len(data)
        if len(data) > MAX_ENTRY or self._left < 0:
            raise ImportRefused(f"{self._name} unpacks to more text than any novel has. Import the part that matters.")
        return data


def xml(name: str, data: bytes) -> etree._Element:
    """Parse XML without entities, document types and the network. Raises ImportRefused."""
    parser = etree.XMLParser(resolve_entities=False, recover=True, remove_comments=True, remove_pis=True)
    try:
        root = None if b"<!ENTITY" in data else etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise ImportRefused(f"{name} is damaged: its description cannot be read. Save it again.")
    return root


def elements(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the elements with one of these names, in whatever namespace."""
    yield from root.iter(*(f"{{*}}{name}" for name in names))


def value_of(element: etree._Element, name: str) -> str:
    """Return an attribute by its name without namespace, or ""."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def words_in(element: etree._Element | None) -> str:
    """Return the words of an element on one line."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def path_from(base: str, link: str) -> tuple[str, str]:
    """Return the path of a linked entry, and the anchor in it."""
    path, _, anchor = link.partition("#")
    path = unquote(path)
    return (posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else base), unquote(anchor)
