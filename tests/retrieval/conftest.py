"""What many tests of retrieval are about."""

from pathlib import Path

import pytest

from tests.fakes.bookshelf import write_kite, write_lantern


@pytest.fixture
def shelf(library: Path) -> Path:
    """A library of The Lantern and The Kite."""
    write_lantern(library)
    write_kite(library)
    return library
