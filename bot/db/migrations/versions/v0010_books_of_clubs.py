"""Books that clubs have added, with their documents."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "club_books",
        sa.Column("slug", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("toml", WORDS, nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("slug", "state", name="pk_club_books"),
    )
    op.create_index("ix_club_books_club", "club_books", ["club"])
    op.create_index("ix_club_books_added_by", "club_books", ["added_by"])
    op.create_table(
        "club_documents",
        sa.Column("slug", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["slug", "state"], ["club_books.slug", "club_books.state"],
            name="fk_club_documents_club_books", onupdate="CASCADE", ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", "state", "name", name="pk_club_documents"),
    )  # fmt: skip
