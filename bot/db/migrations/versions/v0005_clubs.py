"""What clubs chose for themselves, and where they are in books, in numbers."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, JSON, MOMENT, TEXT, of

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "clubs", *of(BIG, "club", autoincrement=False),
        *of(BIG, "moderators", "organisers", "talk", "schedule", nullable=True), *of(TEXT, "zone"),
        *of(TEXT, "book", nullable=True), *of(TEXT, "walk"), sa.PrimaryKeyConstraint("club"),
    )  # fmt: skip
    op.create_table(
        "figures", *of(BIG, "club"), *of(TEXT, "book"), *of(MOMENT, "at"), *of(JSON, "groups"),
        sa.PrimaryKeyConstraint("club", "book"),
    )  # fmt: skip
