"""The file of positions: what is written is read again, and a broken one is kept and told of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.asking import MAX_BYTES, NAME, PositionsFile, PositionsNotKept, Reader
from tests.corpus.shelf import TINKER, novel

READER = Reader().moved(novel(), 9).moved(novel(TINKER, 38), 38).turned(novel())


def broken(data: Path, content: str | bytes) -> tuple[Reader, str]:
    path = data / NAME
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return PositionsFile(data).read()


def test_the_first_time_there_is_nothing_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert PositionsFile(tmp_path / "new").read() == (Reader(), "")
    assert not (tmp_path / "new").exists()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    PositionsFile(tmp_path / "new").write(READER)
    assert PositionsFile(tmp_path / "new").read() == (READER, "")
    assert READER.before


def test_the_file_is_for_its_owner_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    PositionsFile(tmp_path).write(READER)
    PositionsFile(tmp_path).write(Reader())
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


FIELDS: dict[str, object] = {"version": 1, "book": None, "chosen": False, "places": {}, "before": []}
PLACE = {"marks": 3, "of": 27, "unit": "chapter"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff\xfe\x00",
        "[" * 100_000,
        "{}",
        json.dumps(FIELDS | {"version": 2}),
        json.dumps(FIELDS | {"book": 3}),
        json.dumps(FIELDS | {"places": [1]}),
        json.dumps(FIELDS | {"before": {}}),
        json.dumps(FIELDS | {"before": [3]}),
        json.dumps(FIELDS | {"places": {"x": 3}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"marks": 28}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"marks": -1}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"marks": True}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"marks": 2.0}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"of": 0, "marks": 0}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"unit": "mile"}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"unit": ["chapter"]}}}),
        json.dumps(FIELDS | {"places": {"x": PLACE | {"more": 1}}}),
    ],
)
def test_a_file_that_cannot_be_understood_is_set_aside_and_told_of(tmp_path: Path, content: str | bytes) -> None:
    reader, trouble = broken(tmp_path, content)
    aside = tmp_path / f"{NAME}.broken-1"
    assert reader == Reader()
    assert str(aside) in trouble
    assert aside.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert PositionsFile(tmp_path).read() == (Reader(), "")


def test_a_second_broken_file_does_not_replace_the_first(tmp_path: Path) -> None:
    broken(tmp_path, "one")
    broken(tmp_path, "two")
    assert (tmp_path / f"{NAME}.broken-1").read_text(encoding="utf-8") == "one"
    assert (tmp_path / f"{NAME}.broken-2").read_text(encoding="utf-8") == "two"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    assert "kept as" in broken(tmp_path, b" " * (MAX_BYTES + 1))[1]


def test_the_fields_of_the_file_are_enough(tmp_path: Path) -> None:
    assert broken(tmp_path, json.dumps(FIELDS | {"places": {"x": PLACE}}))[1] == ""


def test_where_nothing_can_be_written_the_error_says_so_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(PositionsNotKept, match="for this conversation only"):
        PositionsFile(tmp_path / "data").write(READER)
    assert (tmp_path / "data").read_text(encoding="utf-8") == "a file, not a folder"


def test_a_file_that_may_not_be_read_is_left_where_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    reader, trouble = PositionsFile(tmp_path).read()
    assert reader == Reader()
    assert "cannot be read" in trouble
    assert (tmp_path / NAME).is_dir()
