import asyncio
import datetime as dt

from bot.db.sessions import Sessions
from bot.limits import Allowance
from bot.people import Member
from tests.fakes.app import app_on

MONDAY, TUESDAY = dt.date(2025, 3, 3), dt.date(2025, 3, 4)


async def test_tokens_spent_at_once_are_all_counted(records: Sessions) -> None:
    await asyncio.gather(*(Allowance(app_on(records)).spend(Member(1, 20), tokens) for tokens in range(100)))
    assert await Allowance(app_on(records)).spent(1) == sum(range(100))
