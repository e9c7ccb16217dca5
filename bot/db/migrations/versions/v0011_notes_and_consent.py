"""Notes of members, and who agreed to be counted."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, JSON, MOMENT, NUMBER, WORDS, belongs_to_member, of

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "reading_notes", *of(NUMBER, "id"), *of(BIG, "club", "member"), *of(WORDS, "book", "text"), *of(BIG, "said"),
        *of(JSON, "needs"), *of(MOMENT, "at"), *of(FLAG, "named", "hidden"), belongs_to_member(),
        sa.PrimaryKeyConstraint("id"), sa.Index(None, "club", "book"), sa.Index(None, "club", "member"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        "counted", *of(BIG, "club", "member"), *of(FLAG, "agreed"), *of(MOMENT, "at"), belongs_to_member(),
        sa.PrimaryKeyConstraint("club", "member"),
    )  # fmt: skip
