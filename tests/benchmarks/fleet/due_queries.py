"""What it takes to find what is due for a process, among the schedules of many clubs.

python -m tests.benchmarks.fleet.due_queries [--clubs 100000]

Beside the condition on the shard, which the index answers, stands a list of the process's clubs, which it replaced. In
the last row no club of the process has anything due, so that the index is walked to its end.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

import asyncpg
from sqlalchemy import select

from bot.club.shards import Shards
from bot.storage.database import open_records
from bot.storage.schedule_tables import ScheduleRow
from bot.storage.upgrading import upgrade
from tests.fakes.postgres_server import own_server

MINE = Shards((0, 1, 2, 3), 16)
ROUNDS = 20

SCHEDULES = """
    INSERT INTO schedules (club, place, organiser, name, book, state, plan, wanted, touched, version, due)
    SELECT (n + 1000000) << 22, 1, 1, 's' || n, 'book-1', 'running',
        json_build_object('title', repeat('a plan of some length ', 50)), '[]', '[]', 3,
        now() + interval '1 day' + n * interval '1 second' FROM generate_series(0::bigint, $1 - 1) n
"""
OTHERS = "UPDATE schedules SET due = NULL WHERE (club >> 22) % 16 < 4"


async def taken(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the milliseconds of a query, the middle of several."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - begun) * 1000)
    return median(times)


async def measure(clubs: int) -> None:
    """Fill a database with schedules, and print what each way takes."""
    with own_server() as server:
        await asyncio.to_thread(upgrade, server.url)
        connection = await asyncpg.connect(server.url)
        await connection.execute(SCHEDULES, clubs)
        await connection.execute("VACUUM ANALYZE schedules")
        async with open_records(server.url) as records:
            row, sessions = ScheduleRow, records.schedules._sessions
            mine = [club for n in range(clubs) if MINE.holds(club := (n + 1_000_000) << 22)]
            listed = select(row.due).where(row.club.in_(mine), row.due.is_not(None)).order_by(row.due).limit(1)

            async def by_list() -> None:
                async with sessions.reading() as session:
                    await session.scalar(listed)

            async def by_shard() -> None:
                await records.schedules.next_due(MINE)

            if len(mine) < 32_767:  # more parameters PostgreSQL does not take
                print(f"next due, by a list of {len(mine):,} clubs  {await taken(by_list):8.2f} ms")
            print(f"next due, by shard                    {await taken(by_shard):8.2f} ms")
            await connection.execute(OTHERS)
            await connection.execute("VACUUM ANALYZE schedules")
            print(f"next due, by shard, where none is     {await taken(by_shard):8.2f} ms")
        await connection.close()


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="What it takes to find what is due for a process.")
    parser.add_argument("--clubs", type=int, default=100_000)
    asyncio.run(measure(parser.parse_args().clubs))


if __name__ == "__main__":
    main()
