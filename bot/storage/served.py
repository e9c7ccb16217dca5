"""Which rows are of clubs that a process serves: a condition for the database, so that no others are read."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Integer, and_, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.club.shards import Shards
from bot.storage.process_tables import AwayRow

_TIME_BITS: ColumnElement[int] = literal_column("22", Integer)
"""The bits of an id below its time. PostgreSQL shifts by a number of 4 bytes only, so it is not a parameter."""


def of_shards(club: InstrumentedAttribute[int], shards: Shards) -> ColumnElement[bool] | None:
    """Return that a club is of these shards; None where every club is.

    The indexes of what is due end with the club, so this is looked at in the index, and no row is read for it.
    """
    if shards.all_there_are:
        return None
    return (club.bitwise_rshift(_TIME_BITS) % shards.count).in_(shards.ids)


def served(club: InstrumentedAttribute[int], shards: Shards) -> ColumnElement[bool]:
    """Return that a club is of these shards, and that the bot is in it."""
    here = ~select(AwayRow.club).where(AwayRow.club == club).exists()
    mine = of_shards(club, shards)
    return here if mine is None else and_(mine, here)
