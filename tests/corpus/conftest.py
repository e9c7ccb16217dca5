"""What the tests of the corpus share."""

from pathlib import Path

import pytest

from tests.corpus.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A library of one book, Smiley's People, without documents."""
    return Shelf(tmp_path)
