"""What the tests of the corpus share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.corpus.shelf import Shelf

settings.register_profile("busy", deadline=None)  # a busy machine is no mistake in the code
settings.load_profile("busy")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A library of one book, Smiley's People, without documents."""
    return Shelf(tmp_path)
