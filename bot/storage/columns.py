"""Columns that hold our values: times, how far a text reveals, and how far somebody is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeDecorator

from bot.club.reached import Reached
from corpus.books import Reveals

BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives out itself: SQLite does so only for what it calls INTEGER, which is as big."""


_NOT_KEPT = re.compile("[\0\ud800-\udfff]")


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Return a moment in UTC. Raises ValueError for one without a zone: nobody knows when it was."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(dt.UTC)


class Words(TypeDecorator[str]):
    """Text, without what not every database can keep: NUL, and halves of letters that no encoding has.

    A server orders it by the numbers of its letters, as SQLite does: an order by language differs between servers,
    and one that changes with an update of the system would break the indexes.
    """

    impl = String().with_variant(String(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is written, or looked for."""
        return None if value is None else _NOT_KEPT.sub("", value)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, kept in UTC and returned with its zone. A time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return what is written: the moment in UTC."""
        return None if value is None else in_utc(value)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return what was written: SQLite keeps no zones, so what comes back without one is in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class RevealsColumn(TypeDecorator[Reveals]):
    """What the readers of a text need, as JSON: marks by book."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Reveals | None, dialect: Dialect) -> dict[str, int] | None:
        """Return what is written."""
        return None if value is None else dict(value.marks)

    def process_result_value(self, value: Mapping[str, int] | None, dialect: Dialect) -> Reveals | None:
        """Return what was written."""
        return None if value is None else Reveals.of(value)


class ReachedColumns:
    """Three columns that say together how far somebody is."""

    marks: Mapped[int]
    of: Mapped[int]
    unit: Mapped[str]

    @property
    def reached(self) -> Reached:
        """How far that is."""
        return Reached(self.marks, self.of, self.unit)
