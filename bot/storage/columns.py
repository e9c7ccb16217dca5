"""Columns that hold our values: times, how far a text reveals, and how far somebody is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeDecorator

from bot.club.reached import Reached
from corpus.reveals import Reveals

BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives out itself: SQLite does so only for what it calls INTEGER, which is as big."""


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Return a moment in UTC. Raises ValueError for one without a zone: nobody knows when it was."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(dt.UTC)


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
