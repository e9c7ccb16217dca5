"""What clubs chose for themselves, and where they are in books, in numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "clubs",
        sa.Column("club", sa.BigInteger(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("moderators", "organisers", "talk", "schedule")),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("book", sa.String(), nullable=True),
        sa.Column("walk", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("club", name="pk_clubs"),
    )
    op.create_table(
        "figures",
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("club", "book", name="pk_figures"),
    )
