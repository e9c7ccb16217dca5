"""`backup` and `restore` on the command line: what a person reads of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main
from bot.db.migrate import upgrade
from retrieval.location import hold
from tests.fakes.discussion import small_library

TOKEN = "MTk4Nj.Cl2FMQ.a-token-of-nobody"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """A data folder with a database, and the environment that leads to it."""
    library = small_library(tmp_path / "library")
    upgrade(tmp_path / "data")
    return {"DOGEAR_DATA": str(tmp_path / "data"), "DOGEAR_LIBRARY": str(library.folder), "DISCORD_TOKEN": TOKEN}


def test_a_backup_says_what_is_in_it_and_how_to_keep_it(
    home: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "b.zip")], home) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "a library of 3 books" in told
    assert "settings without secrets" in told
    assert TOKEN.encode() not in (tmp_path / "b.zip").read_bytes()


def test_a_restore_says_where_everything_is(
    home: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "b.zip")], home) == 0
    assert main(["restore", str(tmp_path / "b.zip")], home | {"DOGEAR_LIBRARY": ""}) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "What was there before is in" in told
    assert "set DOGEAR_LIBRARY to that" in told
    assert "built again when the bot next starts" in told


def test_a_restore_beside_a_running_bot_is_one_line_and_changes_nothing(
    home: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "b.zip")], home) == 0
    capsys.readouterr()
    with hold(tmp_path / "data"):
        assert main(["restore", str(tmp_path / "b.zip")], home) == 1
    assert "is in use" in " ".join(capsys.readouterr().err.split())
    assert not list((tmp_path / "data").glob("before-restore-*"))


def test_a_file_that_is_no_backup_is_one_line(
    home: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.zip").write_text("no archive", encoding="utf-8")
    assert main(["restore", str(tmp_path / "b.zip")], home) == 1
    shown = capsys.readouterr().err
    assert "no backup of Dogear" in " ".join(shown.split())
    assert "Traceback" not in shown
