"""Commands set up the logs of the whole process; after each test they are as they were."""

import pytest


@pytest.fixture(autouse=True)
def _logs(logs_as_before: None) -> None:
    """Restore them."""
