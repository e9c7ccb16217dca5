"""What members' own editions have, their own stars, and notes for nobody else."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, JSON, of

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("positions", *of(JSON, "totals", nullable=True))
    op.add_column("shelves", *of(BIG, "stars", nullable=True))
    op.add_column("reading_notes", *of(FLAG, "private", server_default=sa.false()))
