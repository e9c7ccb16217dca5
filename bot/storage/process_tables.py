"""The tables by which several processes share the clubs: what is whose turn, and what has changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base


class AwayRow(Base):
    """A club that the bot has left, and in which nothing is done until it is back."""

    __tablename__ = "away"

    club: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ClaimRow(Base):
    """What one process at a time may do, and until when another has to wait."""

    __tablename__ = "claims"

    name: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[dt.datetime]


class RevisionRow(Base):
    """How often something was changed. Whoever changes it locks the row, so that numbers are committed in order."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


class ReviewChangeRow(Base):
    """A review that was written, edited or deleted: by the number of the change, and by which process."""

    __tablename__ = "review_changes"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    club: Mapped[int]
    review: Mapped[int]
    origin: Mapped[str]
