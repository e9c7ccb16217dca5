import asyncio
import datetime as dt

from bot.db.base import Sessions
from bot.features.ask.store import StoredUsage

MONDAY, TUESDAY = dt.date(2025, 3, 3), dt.date(2025, 3, 4)


async def test_tokens_spent_at_once_are_all_counted(records: Sessions) -> None:
    await asyncio.gather(*(StoredUsage(records).spend(1, MONDAY, tokens) for tokens in range(100)))
    assert await StoredUsage(records).spent(1, MONDAY) == sum(range(100))
