"""Pages and libraries that the tests of the importers share."""

from pathlib import Path

import pytest

from tests.corpus.importing.books import Kept, Page, Saved

PAGES = Path(__file__).parent / "pages"


@pytest.fixture
def page() -> Page:
    """Return the path of one of the pages kept beside the tests."""
    return lambda name: PAGES / name


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    """Save a text as a page."""

    def save(name: str, text: str) -> Path:
        path = tmp_path / "saved" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return save


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Save bytes as a file."""

    def keep(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return keep


@pytest.fixture
def lamp(library: Path) -> Path:
    """Return a library with The Lamp, a book of twelve chapters."""
    facts = 'title = "The Lamp"\nauthor = "Ada Winterbourne"\nunit = "chapter"\nmarks = 12\npages = 288\n'
    (library / "the-lamp").mkdir()
    (library / "the-lamp" / "book.toml").write_text(facts, encoding="utf-8")
    return library


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return an empty library."""
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def two_books(library: Path) -> Path:
    """Return a library with Barchester Towers, placed by chapters, and the book before it."""
    for slug, text in {
        "barchester-towers": 'title = "Barchester Towers"\nauthor = "Anthony Trollope"\nunit = "chapter"\nmarks = 53\n'
        'series = "Chronicles of Barsetshire"\nseries_number = 2\n',
        "the-warden": 'title = "The Warden"\nauthor = "Anthony Trollope"\nunit = "chapter"\nmarks = 21\n'
        'series = "Chronicles of Barsetshire"\nseries_number = 1\n',
    }.items():
        (library / slug).mkdir()
        (library / slug / "book.toml").write_text(text, encoding="utf-8")
    return library
