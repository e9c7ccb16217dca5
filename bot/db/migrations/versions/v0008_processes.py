"""What several processes tell one another, and who tells an author; the indexes of what is due end with its club."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, MOMENT, WORDS, of

revision = "0008"
down_revision = "0007"

WITH_CLUB = (
    ("schedules", ("due",)),
    ("votes", ("state", "closes")),
    ("discussion_prompts", ("state", "due")),
    ("findings", ("told", "at")),
)
"""Indexes that end with the club from now on."""


def upgrade() -> None:
    """Make the tables and the indexes."""
    op.create_table("away", *of(BIG, "club", autoincrement=False), sa.PrimaryKeyConstraint("club"))
    op.create_table("claims", *of(WORDS, "name"), *of(MOMENT, "until"), sa.PrimaryKeyConstraint("name"))
    op.create_table("revisions", *of(WORDS, "name"), *of(BIG, "number"), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "review_changes", *of(BIG, "number", autoincrement=False), *of(BIG, "club", "review"), *of(WORDS, "origin"),
        sa.PrimaryKeyConstraint("number"),
    )  # fmt: skip
    op.add_column("findings", *of(MOMENT, "claimed", nullable=True))
    for table, columns in WITH_CLUB:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
        op.create_index(None, table, [*columns, "club"])
    op.create_index(None, "discussion_prompts", ["claimed", "club"])
