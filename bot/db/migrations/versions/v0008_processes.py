"""What several processes tell one another, and who tells an author; the indexes of what is due end with its club."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")

WITH_CLUB = (
    ("schedules", ("due",)),
    ("votes", ("state", "closes")),
    ("discussion_prompts", ("state", "due")),
    ("findings", ("told", "at")),
)
"""Indexes that end with the club from now on."""


def upgrade() -> None:
    """Make the tables and the indexes."""
    op.create_table(
        "away",
        sa.Column("club", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("club", name="pk_away"),
    )
    op.create_table(
        "claims",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_claims"),
    )
    op.create_table(
        "revisions",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revisions"),
    )
    op.create_table(
        "review_changes",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("review", sa.BigInteger(), nullable=False),
        sa.Column("origin", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_review_changes"),
    )
    op.add_column("findings", sa.Column("claimed", sa.DateTime(timezone=True), nullable=True))
    for table, columns in WITH_CLUB:
        before = "_".join(columns)
        op.drop_index(f"ix_{table}_{before}", table_name=table)
        op.create_index(f"ix_{table}_{before}_club", table, [*columns, "club"])
    op.create_index("ix_discussion_prompts_claimed_club", "discussion_prompts", ["claimed", "club"])
