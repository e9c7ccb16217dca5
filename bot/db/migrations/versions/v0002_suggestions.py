"""Discussion prompts that members suggest."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, MOMENT, NUMBER, TEXT, belongs_to_member, of

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of suggestions."""
    op.create_table(
        "suggestions", *of(NUMBER, "id"), *of(BIG, "club", "member", "place"), *of(FLAG, "adults"), *of(TEXT, "text"),
        *of(BIG, "message", nullable=True), *of(MOMENT, "at"), *of(FLAG, "settled"), belongs_to_member(),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("club", "message"), sa.Index(None, "club", "settled"),
        sa.Index(None, "club", "member"), sqlite_autoincrement=True,
    )  # fmt: skip
