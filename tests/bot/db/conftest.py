"""Records in an empty database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.db.base import Sessions
from tests.fakes.records import opened_records


@pytest.fixture
async def records(database: str | Path) -> AsyncIterator[Sessions]:
    async with opened_records(database) as opened:
        yield opened
