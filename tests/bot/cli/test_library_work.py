"""What an organiser does with a library: import, and see where text was placed; and who else may see that."""

import re
from pathlib import Path

import pytest

from bot.cli.main import main
from corpus.importing import import_files
from tests.fakes.bookshelf import KITE, KITE_DOCUMENTS, write_book
from tests.fakes.catalogue_server import catalogue_server
from tests.fakes.club_books import DOCUMENTS

ROOT = Path(__file__).parents[3]
TOLD = "Edward went after the train, and in the city he becomes a clockmaker."
WRITTEN = f"I read The Kite by Mary Traditional in one night.\n\n{TOLD}\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The Kite, and a page about it."""
    folder = tmp_path / "library"
    folder.mkdir()
    write_book(folder, KITE, KITE_DOCUMENTS, marks=4, author="Traditional")
    (tmp_path / "page.txt").write_text(WRITTEN, encoding="utf-8")
    return folder


def run(library: Path, *arguments: str) -> int:
    return main([*arguments, "--library", str(library), "--data", str(library.parent / "data")], {})


def test_an_import_tells_where_its_text_was_placed(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(library, "import", str(library.parent / "page.txt"), "--book", KITE) == 0
    out = capsys.readouterr().out
    assert "The Kite: where the text without labels was placed" in out
    assert "summary.md" not in out.partition("where the text")[2]  # only what was imported
    assert f"the end: “{TOLD}”" in out
    assert "<!-- reveals: 4 -->" in out
    assert f"python run_bot.py placed {KITE}" in out


def test_the_same_is_told_again_at_any_time(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_files([library.parent / "page.txt"], KITE, library)
    write_book(library, "the-lamp", {"summary.md": "## Chapter 1\n\nIt is lit.\n"})
    assert run(library, "placed", "The Kite") == 0
    assert TOLD in capsys.readouterr().out
    assert run(library, "placed") == 0
    assert "The Lamp: all of it is labelled." in capsys.readouterr().out


def test_an_import_stands_where_the_store_cannot_be_had(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (library.parent / "data").write_text("no folder", encoding="utf-8")
    assert run(library, "import", str(library.parent / "page.txt"), "--book", KITE) == 0
    seen = capsys.readouterr()
    assert "The files are written, but where their text is placed cannot be told now" in seen.err
    assert f"python run_bot.py placed {KITE}" in seen.out


def test_an_unknown_book_is_named_before_anything_is_indexed(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(library, "placed", "The Kit") == 1
    assert "Did you mean The Kite?" in capsys.readouterr().err


def test_text_beyond_every_position_is_for_the_terminal_of_the_library_alone() -> None:
    """`placed_for_the_owner` passes no gate; nothing that members reach may call it. Training reaches nobody."""
    callers = [
        str(path.relative_to(ROOT))
        for folder in ("bot", "corpus", "prompts", "retrieval")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\.placed_for_the_owner\b|getattr\([^)]*placed_for", path.read_text(encoding="utf-8"))
    ]
    assert [name for name in callers if not name.startswith("retrieval/training/")] == ["bot/cli/library.py"]


def test_what_open_catalogues_have_is_taken_too(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(library, "vellichor", {"summary.md": DOCUMENTS["summary.md"]}, marks=5, author="Ortensia Vale")
    folders = ("--library", str(library), "--data", str(library.parent / "data"))
    with catalogue_server() as server:
        settings = dict.fromkeys(("OPEN_LIBRARY_URL", "CASTS_URL", "WIKIPEDIA_URL"), server.url)
        asked = ["import", "--look-up", "--book", "vellichor", *folders]
        assert main(asked, settings | {"CATALOGUES": "off"}) == 1
        assert "turned off" in capsys.readouterr().err
        assert server.asked == []
        assert main(asked, settings) == 0
    assert "1 of 2 people wait longer than their source says" in capsys.readouterr().out
    home = library / "vellichor"
    assert "pages = 272" in (home / "book.toml").read_text(encoding="utf-8")
    names = "people-audiosilo premise-book premise-wikipedia summary-audiosilo summary-wikipedia"
    assert sorted(path.stem for path in home.glob("*-*.md")) == names.split()
