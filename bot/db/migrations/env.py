"""Runs migrations on the connection that it is given, inside of the transaction that is open there."""

from typing import Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from bot.db.base import Base, Words


def _as_kept(kind: str, item: object, autogenerate: object) -> str | Literal[False]:
    """Write a column's type into a draft as the database knows it: ours may change, a version may not."""
    if kind == "type" and isinstance(item, Words):
        return 'sa.String().with_variant(sa.String(collation="C"), "postgresql")'
    return f"sa.{item.impl_instance!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_as_kept,
    render_as_batch=True,  # SQLite cannot change most things about a table, but copy it
)
context.run_migrations()
