from __future__ import annotations

from pathlib import Path

import pytest

from bot.db.base import Address, StorageUnavailable


@pytest.mark.parametrize("where", [Path("some/data"), "some/data"])
def test_a_folder_holds_a_file_of_sqlite(where: str | Path) -> None:
    address = Address.of(where)
    assert address.name == str(Path("some/data/club.db"))
    assert address.file == Path("some/data/club.db")
    assert address.dsn == ""


@pytest.mark.parametrize("kind", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2"])
def test_a_server_is_named_without_its_password(kind: str) -> None:
    address = Address.of(f"{kind}://smiley:secret@localhost/dogear")
    assert address.dsn == "postgresql://smiley:secret@localhost/dogear"
    assert address.name == "dogear at localhost"
    assert address.file is None
    assert "secret" not in repr(address)


def test_a_file_of_sqlite_may_lie_anywhere() -> None:
    assert Address.of("sqlite:///other/place.db").name == "other/place.db"


@pytest.mark.parametrize(
    "where",
    [
        "mysql://smiley:secret@localhost/dogear",
        "postgresql://smiley:secret@localhost",
        "postgresql://smiley:secret@localhost:port/dogear",
        "sqlite://",
        "sqlite:///:memory:",
        "://secret",
    ],
)
def test_an_address_that_is_none_is_told_without_showing_it(where: str) -> None:
    with pytest.raises(StorageUnavailable, match="Write a folder, or postgresql://") as problem:
        Address.of(where)
    assert "secret" not in str(problem.value)
    assert problem.value.__cause__ is None
