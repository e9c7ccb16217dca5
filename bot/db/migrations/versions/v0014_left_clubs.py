"""Since when the bot has left a club."""

from alembic import op

from bot.db.migrations.columns import MOMENT, of

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column."""
    op.add_column("away", *of(MOMENT, "since", nullable=True))
