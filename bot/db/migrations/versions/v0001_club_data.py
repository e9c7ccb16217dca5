"""Members, ceilings, shelves, reviews, conversations, questions, usage, choices and notes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table("members", _big("club"), _big("id"), _big("writes"), _key("members", "club", "id"))
    op.create_index("ix_members_id", "members", ["id"])
    _what_members_tell()
    _what_is_asked()
    op.create_table(
        "ceilings",
        *(_big("club"), _big("place"), _text("book"), *_reached(), _big("set_by"), _moment("at")),
        _key("ceilings", "club", "place", "book"),
    )
    op.create_index("ix_ceilings_set_by", "ceilings", ["set_by"])
    op.create_table(
        "usage", _big("club"), sa.Column("day", sa.Date(), nullable=False), _big("tokens"), _key("usage", "club", "day")
    )
    op.create_table(
        "choices",
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        _big("club"),
        _key("choices", "member"),
    )
    op.create_table("notes", _text("name"), _text("value"), _key("notes", "name"))


def _what_members_tell() -> None:
    op.create_table(
        "positions",
        *(*_member("positions"), _text("book"), *_reached(), _moment("at"), _big("number")),
        _key("positions", "club", "member", "book"),
    )
    op.create_table(
        "changes",
        *(*_member("changes"), _big("number"), _moment("at"), _moment("taken_back", nullable=True)),
        *(_json("before"), _json("after")),
        _key("changes", "club", "member", "number"),
    )
    op.create_table(
        "shelves",
        *(*_member("shelves"), _text("key"), _text("title"), _text("shelf"), _text("book", nullable=True)),
        _moment("at"),
        _key("shelves", "club", "member", "key"),
    )
    op.create_table(
        "reviews",
        *(_number(), *_member("reviews"), _text("book"), _big("stars", nullable=True), _text("text"), _big("said")),
        *(_json("needs"), _moment("written"), _moment("edited", nullable=True)),
        _key("reviews", "id"),
        sa.UniqueConstraint("club", "member", "book", name="uq_reviews_club_member_book"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reviews_club_book", "reviews", ["club", "book"])


def _what_is_asked() -> None:
    op.create_table(
        "turns",
        *(_number(), *_member("turns"), _big("place"), _text("question"), _text("answer")),
        *(_text("book", nullable=True), _json("needs"), _moment("at")),
        _key("turns", "id"),
    )
    op.create_index("ix_turns_club_place", "turns", ["club", "place"])
    op.create_index("ix_turns_club_member", "turns", ["club", "member"])
    op.create_table(
        "questions",
        *(_text("id"), *_member("questions"), _big("place"), sa.Column("adults", sa.Boolean(), nullable=False)),
        *(_text("do"), _text("text"), _text("book", nullable=True), _moment("at")),
        _key("questions", "id"),
    )
    op.create_index("ix_questions_club_member", "questions", ["club", "member"])
    op.create_index("ix_questions_at", "questions", ["at"])


def _big(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _number() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _reached() -> tuple[sa.Column[Any], ...]:
    return _big("marks"), _big("of"), _text("unit")


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _member(table: str) -> tuple[sa.Column[Any], sa.Column[Any], sa.ForeignKeyConstraint]:
    """Return the columns that say whose a row is, and what makes it go with the member."""
    to = ["members.club", "members.id"]
    named = f"fk_{table}_members"
    return _big("club"), _big("member"), sa.ForeignKeyConstraint(["club", "member"], to, named, ondelete="CASCADE")
