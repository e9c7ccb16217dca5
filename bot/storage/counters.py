"""The counters that give out ids: a number that was given out once is never given out again, deleted or not."""

from __future__ import annotations

from sqlalchemy import Select, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection


async def counter(connection: AsyncConnection, table: Table) -> int:
    """Return the highest id that a table has given out; 0 where it has given out none, or gives out none."""
    column = table.autoincrement_column
    if column is None:
        return 0
    highest = await connection.scalar(select(func.max(column)))
    if connection.dialect.name == "sqlite":
        kept = await connection.scalar(
            text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table.name}
        )
    else:
        sequence = await connection.scalar(_sequence(table, column.name))
        kept = await connection.scalar(text(f"SELECT last_value FROM {sequence} WHERE is_called"))  # noqa: S608
    return max(highest or 0, kept or 0)


async def count_on(connection: AsyncConnection, table: Table, last: int) -> None:
    """Let the next id of a table be the one after `last`."""
    column = table.autoincrement_column
    if column is None or not last:
        return
    values = {"table": table.name, "last": last}
    if connection.dialect.name == "sqlite":
        await connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
        await connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), values)
    else:
        sequence = await connection.scalar(_sequence(table, column.name))
        await connection.execute(select(func.setval(sequence, last)))


def _sequence(table: Table, column: str) -> Select[str]:
    return select(func.pg_get_serial_sequence(table.name, column))
