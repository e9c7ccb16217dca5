"""Nominations, votes and ballots."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of nominations, votes and ballots."""
    op.create_table(
        "nominations",
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("book", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _of_member("nominations"),
        sa.PrimaryKeyConstraint("club", "member", "key", name="pk_nominations"),
    )
    _votes()
    op.create_table(
        "ballots",
        sa.Column("vote", NUMBER, nullable=False),
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _of_member("ballots"),
        sa.ForeignKeyConstraint(["vote"], ["votes.id"], name="fk_ballots_votes", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("vote", "club", "member", name="pk_ballots"),
    )
    op.create_index("ix_ballots_club_member", "ballots", ["club", "member"])


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("adults", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("books", sa.JSON(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=True),
        sa.Column("claimed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.JSON(), nullable=True),
        sa.Column("counted", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.UniqueConstraint("name", name="uq_votes_name"),
        sa.UniqueConstraint("club", "running", name="uq_votes_club_running"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_votes_state_closes", "votes", ["state", "closes"])


def _of_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["club", "member"], ["members.club", "members.id"], name=f"fk_{table}_members", ondelete="CASCADE"
    )
