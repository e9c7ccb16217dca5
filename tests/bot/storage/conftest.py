"""Records in an empty database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import StoredRecords
from tests.fakes.records import opened_records


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[StoredRecords]:
    async with opened_records(tmp_path) as opened:
        yield opened
