from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.sessions import EXAMPLE, Address, StorageUnavailable


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (EXAMPLE, "database at host:5432"),
        ("postgres://smiley@localhost/dogear", "dogear at localhost"),
        ("postgresql:///dogear", "dogear at this machine"),
        ("postgresql://smiley@/dogear?host=%2Frun%2Fpostgresql", "dogear at /run/postgresql"),
        ("postgresql://smiley@[::1]:5433/dogear", "dogear at [::1]:5433"),
        ("postgresql://smiley@one:5432,two:5433,[::1]/dogear", "dogear at one:5432,two:5433,[::1]"),
    ],
)
def test_an_address_is_read_as_people_get_it(written: str, name: str) -> None:
    assert Address.of_server(written).name == name


def test_a_parameter_that_only_other_programs_know_is_left_out_and_the_others_stay() -> None:
    address = Address.of_server("postgresql://h/d?sslmode=require&channel_binding=require&keepalives_idle=9&a=1%202")
    assert address.dsn == "postgresql://h/d?sslmode=require&a=1%202"
    assert Address.of_server("postgresql://h/d?ssl=verify-full").dsn == "postgresql://h/d?sslmode=verify-full"


def test_passwords_are_known_as_written_and_as_meant_and_never_shown() -> None:
    address = Address.of_server("postgresql://smiley:a%40b@h/d?password=other")
    assert set(address.passwords) == {"a%40b", "a@b", "other"}
    assert address.name == "d at h"
    assert not any(word in repr(address) for word in ("a%40b", "a@b", "other"))


@pytest.mark.parametrize(
    "written",
    [
        "",
        "dogear",
        "mysql://h/d",
        "postgresql://h",
        "postgresql://h/",
        "postgresql://h/d/e",
        "postgresql://h:port/d",
        "postgresql://h:0/d",
        "postgresql://h:65536/d",
        "postgresql://h:5432,two:x/d",
        "postgresql://u:p#w@h/d",
        "postgresql://u:p/w@h/d",
        "postgresql://h/d?sslmode",
        "postgresql://h/a database",
        "postgresql://h/d%0ae",
        "postgresql://[::1/d",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no address of a database"):
        Address.of_server(written)


@given(st.text())
def test_anything_is_read_or_refused_without_showing_it(text: str) -> None:
    secret = "zq9-hidden-9qz"
    try:
        address = Address.of_server(f"postgresql://u:{secret}{text}@h/d")
    except ValueError as error:
        assert secret not in str(error)  # noqa: PT017 (either is right)
    else:
        assert secret not in f"{address.name}{address!r}"


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
    "where", ["mysql://smiley:secret@h/d", "postgresql://u:secret@h", "sqlite://", "sqlite:///:memory:", "://secret"]
)
def test_an_address_that_is_none_is_told_without_showing_it(where: str) -> None:
    with pytest.raises(StorageUnavailable, match="Write a folder, or postgresql://") as problem:
        Address.of(where)
    assert "secret" not in str(problem.value)
    assert problem.value.__cause__ is None
