"""Columns as released versions have them: nothing here may change, but something new may come."""

from typing import Any

import sqlalchemy as sa

BIG, FLAG, JSON, TEXT = sa.BigInteger(), sa.Boolean(), sa.JSON(), sa.String()
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def of(kind: Any, *names: str, nullable: bool = False, **more: Any) -> list[sa.Column[Any]]:  # noqa: ANN401
    """Return columns of one kind."""
    return [sa.Column(name, kind, nullable=nullable, **more) for name in names]


def belongs_to_member() -> sa.ForeignKeyConstraint:
    """Return what deletes a row with its member."""
    return sa.ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE")
