"""Who is coming to a section's meeting, and who was asked where they are."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, MOMENT, NUMBER, WORDS, belongs_to_member, of

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "section_members", *of(NUMBER, "schedule"), *of(BIG, "section"), *of(WORDS, "what"), *of(MOMENT, "at"),
        *of(BIG, "club", "member"), sa.ForeignKeyConstraint(["schedule"], ["schedules.id"], ondelete="CASCADE"),
        belongs_to_member(), sa.PrimaryKeyConstraint("schedule", "section", "club", "member", "what"),
        sa.Index(None, "club", "member"),
    )  # fmt: skip
