"""Nominations, votes and ballots."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, JSON, MOMENT, NUMBER, TEXT, belongs_to_member, of

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of nominations, votes and ballots."""
    op.create_table(
        "nominations", *of(BIG, "club", "member"), *of(TEXT, "key", "title"), *of(TEXT, "book", nullable=True),
        *of(MOMENT, "at"), belongs_to_member(), sa.PrimaryKeyConstraint("club", "member", "key"),
    )  # fmt: skip
    op.create_table(
        "votes", *of(NUMBER, "id"), *of(BIG, "club", "place"), *of(FLAG, "adults"), *of(TEXT, "name", "kind"),
        *of(JSON, "books"), *of(FLAG, "hidden"), *of(TEXT, "seed"), *of(MOMENT, "opened", "closes"),
        *of(TEXT, "state"), *of(FLAG, "running", nullable=True), *of(MOMENT, "claimed"), *of(BIG, "message", "result"),
        *of(JSON, "count", nullable=True), *of(MOMENT, "counted", nullable=True), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"), sa.UniqueConstraint("club", "running"), sa.Index(None, "state", "closes"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "ballots", *of(NUMBER, "vote"), *of(BIG, "club", "member"), *of(JSON, "choices"), *of(MOMENT, "at"),
        belongs_to_member(), sa.ForeignKeyConstraint(["vote"], ["votes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("vote", "club", "member"), sa.Index(None, "club", "member"),
    )  # fmt: skip
