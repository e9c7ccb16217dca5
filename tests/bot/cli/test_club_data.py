"""Commands for the club's data: `db upgrade`, `db copy`, `backup` and `restore`, and what the doctor says of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.data import described, place_of
from bot.cli.doctor import check
from bot.cli.main import main
from bot.db.migrate import HEAD, upgrade
from bot.db.sessions import NAME, Address
from bot.settings import Settings
from corpus.errors import DogearError
from tests.fakes.discussion import small_library
from tests.fakes.postgres import Databases
from tests.fakes.released_rows import lay_out, raw


def environment(where: str | Path) -> dict[str, str]:
    return {"DOGEAR_DATA": str(where)} if isinstance(where, Path) else {"DATABASE_URL": where}


def test_an_upgrade_says_from_where_to_where(database: str | Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade"], environment(database)) == 0
    again = f"version {HEAD} already." if isinstance(database, str) else f"made, version {HEAD}."
    assert capsys.readouterr().out == f"{Address.of(database).name}: {again}\n"


def test_an_older_file_is_brought_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out(tmp_path, "0003")
    assert main(["db", "upgrade", "--data", str(tmp_path)], {}) == 0
    assert capsys.readouterr().out == f"{tmp_path / NAME}: from version 0003 to {HEAD}.\n"


def test_a_copy_counts_every_table_and_shows_no_password(
    tmp_path: Path, postgres: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(tmp_path / "here", HEAD)
    with postgres.bare() as server:
        assert main(["db", "copy", str(tmp_path / "here"), "DATABASE_URL"], {"DATABASE_URL": server}) == 0
        first = capsys.readouterr()
        assert main(["db", "copy", server, str(tmp_path / "back.db")], {}) == 0
        again = capsys.readouterr()
    assert "findings                     1\n" in first.out
    assert first.out.endswith(" rows in 29 tables are on both sides.\n")
    assert again.out == first.out
    assert server not in first.out + first.err + again.out + again.err
    with closing(sqlite3.connect(tmp_path / "back.db")) as copied:
        assert copied.execute("SELECT value FROM notes").fetchall() == [("hash",)]


def test_what_cannot_be_copied_is_told_and_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upgrade(tmp_path / "here")
    for arguments, said in (
        ([str(tmp_path / "gone"), str(tmp_path / "there")], "There is no club's data in"),
        ([str(tmp_path / "here"), str(tmp_path / "here")], "into itself"),
        ([str(tmp_path / "here"), "DATABASE_URL"], "DATABASE_URL is not set"),
        ([str(tmp_path / "here"), "mysql://u:secret@h/d"], "none that Dogear knows"),
    ):
        assert main(["db", "copy", *arguments], {}) == 1
        seen = capsys.readouterr()
        assert said in seen.err
        assert "secret" not in seen.err


def test_a_place_is_a_folder_a_file_or_an_address(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    assert place_of("data", Settings()) == "data"
    assert place_of("other.db", Settings()) == "sqlite:///other.db"
    assert place_of(str(tmp_path / "kept"), Settings()) == f"sqlite:///{tmp_path / 'kept'}"
    assert place_of("postgresql://h/d.db", Settings()) == "postgresql://h/d.db"


def test_the_doctor_says_which_database_there_is(tmp_path: Path, database: str | Path) -> None:
    upgrade(database)
    assert described(database).endswith(f", {Address.of(database).name}, version {HEAD}")
    assert described(tmp_path / "none yet").endswith("made when it is needed")


def test_the_doctor_has_a_cure_for_a_database_that_cannot_be_used(tmp_path: Path) -> None:
    lay_out(tmp_path, "0005")
    assert described(tmp_path).endswith(f"version 0005, brought to {HEAD} at the next start")
    with raw(tmp_path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DogearError, match="Update this one"):
        described(tmp_path)
    found = check("Club data", lambda: described("postgresql://smiley:secret@127.0.0.1:1/dogear"))
    assert not found.ok
    assert "dogear at 127.0.0.1:1 cannot be reached" in found.cure
    assert "secret" not in str(found)


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
    assert "the club's data, the library, the settings" in told
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
