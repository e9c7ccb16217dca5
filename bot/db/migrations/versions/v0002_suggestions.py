"""Discussion prompts that members suggest."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of suggestions."""
    op.create_table(
        "suggestions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("adults", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["club", "member"], ["members.club", "members.id"], name="fk_suggestions_members", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
        sa.UniqueConstraint("club", "message", name="uq_suggestions_club_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_suggestions_club_settled", "suggestions", ["club", "settled"])
    op.create_index("ix_suggestions_club_member", "suggestions", ["club", "member"])
