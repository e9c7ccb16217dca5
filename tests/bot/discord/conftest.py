"""The club in which members of the tests talk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from retrieval.door import Retriever
from tests.fakes.club import Club, opened_club


@pytest.fixture
async def club(island: Retriever, tmp_path: Path) -> AsyncIterator[Club]:
    """A club that reads The Lantern and The Kite."""
    async with opened_club(island, tmp_path) as opened:
        yield opened
