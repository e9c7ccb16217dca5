"""Commands set up the logs of the whole process; behind each test they are as they were."""

import logging
from collections.abc import Iterator

import pytest

from bot.logs import CHATTY


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    root, chatty = logging.getLogger(), [logging.getLogger(name) for name in CHATTY]
    before = (root.level, list(root.handlers), [logger.level for logger in chatty])
    yield
    logging.captureWarnings(capture=False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for logger, level in zip(chatty, before[2], strict=True):
        logger.setLevel(level)
