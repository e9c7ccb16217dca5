"""Schedules, the steps that were done for them, and who wants to be reminded."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, JSON, MOMENT, NUMBER, TEXT, belongs_to_member, of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "schedules", *of(NUMBER, "id"), *of(BIG, "club", "place", "organiser"), *of(TEXT, "name", "book", "state"),
        *of(JSON, "plan", "wanted", "touched"), *of(BIG, "version"), *of(MOMENT, "due", nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("name"), sa.Index(None, "club"), sa.Index(None, "due"),
        sa.Index(None, "organiser"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "schedule_steps", *of(TEXT, "id"), *of(NUMBER, "schedule"), *of(MOMENT, "since", "until"), *of(FLAG, "done"),
        *of(BIG, "result"), sa.PrimaryKeyConstraint("id"), _of_schedule(), sa.Index(None, "schedule"),
    )  # fmt: skip
    op.create_table(
        "reminders", *of(NUMBER, "schedule"), *of(TEXT, "by"), *of(MOMENT, "at"), *of(BIG, "club", "member"),
        sa.PrimaryKeyConstraint("schedule", "club", "member"), _of_schedule(), belongs_to_member(),
        sa.Index(None, "club", "member"),
    )  # fmt: skip


def _of_schedule() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["schedule"], ["schedules.id"], ondelete="CASCADE")
