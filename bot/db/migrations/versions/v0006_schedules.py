"""Schedules, the steps that were done for them, and who wants to be reminded."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "schedules",
        sa.Column("id", NUMBER, nullable=False),
        *(_big("club"), _big("place"), _big("organiser"), _text("name"), _text("book"), _text("state")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("plan", "wanted", "touched")),
        *(_big("version"), sa.Column("due", sa.DateTime(timezone=True), nullable=True)),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
        sa.UniqueConstraint("name", name="uq_schedules_name"),
        sqlite_autoincrement=True,
    )
    for column in ("club", "due", "organiser"):
        op.create_index(f"ix_schedules_{column}", "schedules", [column])
    op.create_table(
        "schedule_steps",
        *(_text("id"), _schedule(), _moment("since"), _moment("until")),
        *(sa.Column("done", sa.Boolean(), nullable=False), _big("result")),
        sa.PrimaryKeyConstraint("id", name="pk_schedule_steps"),
        _of_schedule("schedule_steps"),
    )
    op.create_index("ix_schedule_steps_schedule", "schedule_steps", ["schedule"])
    op.create_table(
        "reminders",
        *(_schedule(), _text("by"), _moment("at"), _big("club"), _big("member")),
        sa.PrimaryKeyConstraint("schedule", "club", "member", name="pk_reminders"),
        _of_schedule("reminders"),
        sa.ForeignKeyConstraint(
            ["club", "member"], ["members.club", "members.id"], "fk_reminders_members", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_reminders_club_member", "reminders", ["club", "member"])


def _schedule() -> sa.Column[int]:
    return sa.Column("schedule", NUMBER, nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _of_schedule(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["schedule"], ["schedules.id"], f"fk_{table}_schedules", ondelete="CASCADE")
