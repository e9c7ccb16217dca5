"""Discussion prompts in place of suggestions, watched places, what was found there, and the audit."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, JSON, MOMENT, NUMBER, TEXT, belongs_to_member, of

revision = "0004"
down_revision = "0003"

MOVED = """
    INSERT INTO discussion_prompts
        (id, club, member, place, adults, text, at, kind, message, state, reason, "by", overridden, post)
    SELECT id, club, member, place, adults, text, at, '', message,
        CASE WHEN settled THEN 'rejected' ELSE 'suggested' END, '', 0, false, 0 FROM suggestions
"""
"""Suggestions that were settled were never shown to anybody: they stay settled, as rejected ones."""


def upgrade() -> None:
    """Make the tables, move the suggestions, and take their table away."""
    op.create_table(
        "discussion_prompts", *of(NUMBER, "id"), *of(BIG, "club", "member", "place"), *of(FLAG, "adults"),
        *of(TEXT, "text"), *of(MOMENT, "at"), *of(TEXT, "kind"), *of(TEXT, "book", nullable=True),
        *of(BIG, "mark", nullable=True), *of(JSON, "needs", nullable=True), *of(BIG, "message", nullable=True),
        *of(TEXT, "state", "reason"), *of(BIG, "by"), *of(MOMENT, "due", nullable=True), *of(FLAG, "overridden"),
        *of(BIG, "post"), *of(MOMENT, "claimed", nullable=True), belongs_to_member(), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("club", "message"), sa.Index(None, "club", "state"), sa.Index(None, "state", "due"),
        sa.Index(None, "club", "member"), sa.Index(None, "by"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.execute(MOVED)
    op.drop_table("suggestions")
    op.create_table(
        "watches", *of(BIG, "club", "place", "set_by"), *of(MOMENT, "at"), sa.PrimaryKeyConstraint("club", "place"),
        sa.Index(None, "set_by"),
    )  # fmt: skip
    op.create_table(
        "findings", *of(NUMBER, "id"), *of(BIG, "club", "member", "place"), *of(FLAG, "adults"), *of(BIG, "message"),
        *of(JSON, "needs"), *of(MOMENT, "at"), *of(FLAG, "told"), *of(TEXT, "outcome"), belongs_to_member(),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("club", "message"), sa.Index(None, "club", "outcome"),
        sa.Index(None, "told", "at"), sa.Index(None, "club", "member"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "audit", *of(NUMBER, "id"), *of(BIG, "club", "place", "by"), *of(TEXT, "did"), *of(MOMENT, "at"),
        *of(BIG, "message", nullable=True), *of(TEXT, "about"), *of(JSON, "sources"), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("club", "did", "message"), sa.Index(None, "club", "at"), sa.Index(None, "by"),
    )  # fmt: skip
