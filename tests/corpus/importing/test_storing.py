"""Putting files into a library: all of them, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import ImportRefused
from corpus.importing.write import store


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_new_book_appears_whole(tmp_path: Path) -> None:
    paths = store(tmp_path / "library", "x", {"book.toml": "a", "one.md": "b"})
    assert contents(tmp_path) == {"library/x/book.toml": "a", "library/x/one.md": "b"}
    assert [path.name for path in paths] == ["book.toml", "one.md"]


def test_files_are_added_to_a_book_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "book.toml").write_text("old", encoding="utf-8")
    (tmp_path / "x" / "mine.md").write_text("mine", encoding="utf-8")
    store(tmp_path, "x", {"book.toml": "new\r\n", "one.md": "b"})
    assert (tmp_path / "x" / "book.toml").read_bytes() == b"new\r\n"
    assert contents(tmp_path / "x").keys() == {"book.toml", "mine.md", "one.md"}


def test_where_one_file_cannot_be_moved_the_others_are_taken_back(tmp_path: Path) -> None:
    (tmp_path / "x" / "two.md").mkdir(parents=True)
    (tmp_path / "x" / "book.toml").write_text("old", encoding="utf-8")
    (tmp_path / "x" / "two.md" / "in-the-way").write_text("", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(ImportRefused, match="nothing was changed"):
        store(tmp_path, "x", {"book.toml": "new", "one.md": "a", "two.md": "b"})
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_where_the_folder_cannot_be_written_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a file where the folder would be", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(ImportRefused):
        store(tmp_path, "x", {"book.toml": "new"})
    assert contents(tmp_path) == before
    with pytest.raises(ImportRefused):
        store(tmp_path / "x" / "library", "y", {"book.toml": "new"})
