"""Discussion prompts in place of suggestions, watched places, what was found there, and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

MOVED = sa.text(
    "INSERT INTO discussion_prompts "
    '(id, club, member, place, adults, text, at, kind, message, state, reason, "by", overridden, post) '
    "SELECT id, club, member, place, adults, text, at, '', message, "
    "CASE WHEN settled THEN 'rejected' ELSE 'suggested' END, '', 0, :no, 0 FROM suggestions"
).bindparams(sa.bindparam("no", False, sa.Boolean()))
"""Suggestions that were settled were never shown to anybody: they stay settled, as rejected ones."""


def upgrade() -> None:
    """Make the tables, move the suggestions, and take their table away."""
    _prompts()
    op.execute(MOVED)
    op.drop_table("suggestions")
    op.create_table(
        "watches",
        *(_big("club"), _big("place"), _big("set_by"), _moment("at")),
        sa.PrimaryKeyConstraint("club", "place", name="pk_watches"),
    )
    op.create_index("ix_watches_set_by", "watches", ["set_by"])
    _findings()
    op.create_table(
        "audit",
        *(sa.Column("id", NUMBER, nullable=False), _big("club"), _big("place"), _big("by"), _text("did")),
        *(
            _moment("at"),
            _big("message", nullable=True),
            _text("about"),
            sa.Column("sources", sa.JSON(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("club", "did", "message", name="uq_audit_club_did_message"),
    )
    op.create_index("ix_audit_club_at", "audit", ["club", "at"])
    op.create_index("ix_audit_by", "audit", ["by"])


def _prompts() -> None:
    table = "discussion_prompts"
    op.create_table(
        table,
        *(sa.Column("id", NUMBER, nullable=False), _big("club"), _big("member"), _big("place"), _flag("adults")),
        *(_text("text"), _moment("at"), _text("kind"), _text("book", nullable=True), _big("mark", nullable=True)),
        *(sa.Column("needs", sa.JSON(), nullable=True), _big("message", nullable=True), _text("state")),
        *(_text("reason"), _big("by"), _moment("due", nullable=True), _flag("overridden"), _big("post")),
        _moment("claimed", nullable=True),
        _of_member(table),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("club", "message", name=f"uq_{table}_club_message"),
        sqlite_autoincrement=True,
    )
    for columns in (["club", "state"], ["state", "due"], ["club", "member"], ["by"]):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def _findings() -> None:
    op.create_table(
        "findings",
        *(sa.Column("id", NUMBER, nullable=False), _big("club"), _big("member"), _big("place"), _flag("adults")),
        *(_big("message"), sa.Column("needs", sa.JSON(), nullable=False), _moment("at"), _flag("told")),
        _text("outcome"),
        _of_member("findings"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("club", "message", name="uq_findings_club_message"),
        sqlite_autoincrement=True,
    )
    for columns in (["club", "outcome"], ["told", "at"], ["club", "member"]):
        op.create_index(f"ix_findings_{'_'.join(columns)}", "findings", columns)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _of_member(table: str) -> sa.ForeignKeyConstraint:
    to, named = ["members.club", "members.id"], f"fk_{table}_members"
    return sa.ForeignKeyConstraint(["club", "member"], to, named, ondelete="CASCADE")
