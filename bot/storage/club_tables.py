"""The tables of clubs as wholes: what they chose, and where they are in books, in numbers. Nobody is named in them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base


class ClubRow(Base):
    """What a club chose, and the step at which its first-run walk goes on."""

    __tablename__ = "clubs"

    club: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moderators: Mapped[int | None]
    organisers: Mapped[int | None]
    talk: Mapped[int | None]
    schedule: Mapped[int | None]
    zone: Mapped[str]
    book: Mapped[str | None]
    walk: Mapped[str]


class FigureRow(Base):
    """A figure that stands: its groups as lists of first part, last part and members."""

    __tablename__ = "figures"
    __table_args__ = (PrimaryKeyConstraint("club", "book"),)

    club: Mapped[int]
    book: Mapped[str]
    at: Mapped[dt.datetime]
    groups: Mapped[list[list[int]]] = mapped_column(JSON)
