"""Books that clubs have added, with their documents."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, MOMENT, WORDS, of

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "club_books", *of(WORDS, "slug", "state"), *of(BIG, "club"), *of(WORDS, "toml", "digest"),
        *of(BIG, "size", "added_by"), *of(MOMENT, "at"), sa.PrimaryKeyConstraint("slug", "state"),
        sa.Index(None, "club"), sa.Index(None, "added_by"),
    )  # fmt: skip
    op.create_table(
        "club_documents", *of(WORDS, "slug", "state", "name", "text"),
        sa.ForeignKeyConstraint(
            ["slug", "state"], ["club_books.slug", "club_books.state"], onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", "state", "name"),
    )  # fmt: skip
