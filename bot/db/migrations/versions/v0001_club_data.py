"""Members, ceilings, shelves, reviews, conversations, questions, usage, choices and notes."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, JSON, MOMENT, NUMBER, TEXT, belongs_to_member, of

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "members", *of(BIG, "club", "id", "writes"), sa.PrimaryKeyConstraint("club", "id"), sa.Index(None, "id")
    )
    op.create_table(
        "positions", *of(BIG, "club", "member"), belongs_to_member(), *of(TEXT, "book"), *of(BIG, "marks", "of"),
        *of(TEXT, "unit"), *of(MOMENT, "at"), *of(BIG, "number"), sa.PrimaryKeyConstraint("club", "member", "book"),
    )  # fmt: skip
    op.create_table(
        "changes", *of(BIG, "club", "member"), belongs_to_member(), *of(BIG, "number"), *of(MOMENT, "at"),
        *of(MOMENT, "taken_back", nullable=True), *of(JSON, "before", "after"),
        sa.PrimaryKeyConstraint("club", "member", "number"),
    )  # fmt: skip
    op.create_table(
        "shelves", *of(BIG, "club", "member"), belongs_to_member(), *of(TEXT, "key", "title", "shelf"),
        *of(TEXT, "book", nullable=True), *of(MOMENT, "at"), sa.PrimaryKeyConstraint("club", "member", "key"),
    )  # fmt: skip
    op.create_table(
        "reviews", *of(NUMBER, "id"), *of(BIG, "club", "member"), belongs_to_member(), *of(TEXT, "book"),
        *of(BIG, "stars", nullable=True), *of(TEXT, "text"), *of(BIG, "said"), *of(JSON, "needs"),
        *of(MOMENT, "written"), *of(MOMENT, "edited", nullable=True), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("club", "member", "book"), sa.Index(None, "club", "book"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "turns", *of(NUMBER, "id"), *of(BIG, "club", "member"), belongs_to_member(), *of(BIG, "place"),
        *of(TEXT, "question", "answer"), *of(TEXT, "book", nullable=True), *of(JSON, "needs"), *of(MOMENT, "at"),
        sa.PrimaryKeyConstraint("id"), sa.Index(None, "club", "place"), sa.Index(None, "club", "member"),
    )  # fmt: skip
    op.create_table(
        "questions", *of(TEXT, "id"), *of(BIG, "club", "member"), belongs_to_member(), *of(BIG, "place"),
        *of(FLAG, "adults"), *of(TEXT, "do", "text"), *of(TEXT, "book", nullable=True), *of(MOMENT, "at"),
        sa.PrimaryKeyConstraint("id"), sa.Index(None, "club", "member"), sa.Index(None, "at"),
    )  # fmt: skip
    op.create_table(
        "ceilings", *of(BIG, "club", "place"), *of(TEXT, "book"), *of(BIG, "marks", "of"), *of(TEXT, "unit"),
        *of(BIG, "set_by"), *of(MOMENT, "at"), sa.PrimaryKeyConstraint("club", "place", "book"),
        sa.Index(None, "set_by"),
    )  # fmt: skip
    op.create_table(
        "usage", *of(BIG, "club"), *of(sa.Date(), "day"), *of(BIG, "tokens"), sa.PrimaryKeyConstraint("club", "day")
    )
    op.create_table(
        "choices", *of(BIG, "member", autoincrement=False), *of(BIG, "club"), sa.PrimaryKeyConstraint("member")
    )
    op.create_table("notes", *of(TEXT, "name", "value"), sa.PrimaryKeyConstraint("name"))
