"""Made-up clubs in a database, as many as are wanted (`clubs.sql`), and work that is due in them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from bot.club.schedules.writing import written
from tests.fakes.scheduled import a_schedule

CLUBS = Path(__file__).with_name("clubs.sql").read_text(encoding="utf-8")

SETTINGS = "SELECT set_config('made.clubs', $1, false), set_config('made.plan', $2, false)"

DUE = """
    INSERT INTO discussion_prompts (club, member, place, adults, text, at, kind, needs, state, reason, "by", due,
        overridden, post)
    SELECT made.club, ((made.club >> 22) - 1000000) * 1000 + 1, made.place, false, 'Why does she stay?', now(), '',
        '{}', 'approved', '', 0, $3, false, 0 FROM unnest($1::bigint[], $2::bigint[]) made(club, place)
"""


async def fill(address: str, clubs: int) -> None:
    """Fill an empty database with clubs, each of which has a schedule that goes on tomorrow."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(SETTINGS, str(clubs), json.dumps(written(a_schedule())))
        await connection.execute(CLUBS)
    finally:
        await connection.close()


async def plan(address: str, places: Mapping[int, int], due: dt.datetime) -> None:
    """Have a discussion prompt be due in these clubs, each in its place, at the same moment."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(DUE, list(places), list(places.values()), due)
    finally:
        await connection.close()


async def number(address: str, query: str) -> int:
    """Return the number that a query finds."""
    connection = await asyncpg.connect(address)
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()
