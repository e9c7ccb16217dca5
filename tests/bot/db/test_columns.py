from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import StatementError

from bot.db.base import UtcDateTime

TABLE = Table("moments", MetaData(), Column("at", UtcDateTime()))


def there_and_back(moment: dt.datetime | None) -> dt.datetime | None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE).values(at=moment))
        found: dt.datetime | None = connection.execute(select(TABLE.c.at)).scalar_one()
    engine.dispose()
    return found


@pytest.mark.parametrize("hours", [0, 9, -3.5])
def test_a_moment_comes_back_in_utc_to_the_microsecond(hours: float) -> None:
    moment = dt.datetime(2025, 3, 1, 23, 59, 59, 123_456, tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    found = there_and_back(moment)
    assert found == moment
    assert found is not None
    assert found.tzinfo is dt.UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="no time zone"):
        there_and_back(dt.datetime(2025, 3, 1))  # noqa: DTZ001
