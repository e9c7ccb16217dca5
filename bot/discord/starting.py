"""Checks before the first shard connects: session starts that are left, and the number of shards."""

from __future__ import annotations

import datetime as dt
import logging

from bot.club.shards import Shards
from corpus.errors import DogearError

log = logging.getLogger(__name__)

INVALID_SHARD, SHARDING_REQUIRED = 4010, 4011
"""Discord: codes with which it closes the gateway."""


class CannotStart(DogearError):
    """Discord does not let the bot start like this; the message says what to do."""


def check_start(shards: Shards | None, advised: int, remaining: int, total: int, resets: dt.datetime) -> None:
    """Raise CannotStart where too few session starts are left for the shards of this process.

    Discord (Gateway, Session Start Limit): the token of a bot that exceeds the limit is reset.
    """
    needed = len(shards.ids) if shards else advised
    if needed > remaining:
        raise CannotStart(
            f"Discord allows the bot {remaining:,} more session starts, and this process needs {needed:,}. There are "
            f"{total:,} again at {resets:%Y-%m-%d %H:%M} UTC: start it then, and look for what made it start so often."
        )
    if shards and shards.count < advised:
        log.warning(
            "SHARDS divides the clubs into %d; Discord advises %d. It refuses shards with more than 2,500 clubs.",
            shards.count, advised,
        )  # fmt: skip


def refusal(code: int, shards: Shards | None) -> CannotStart | None:
    """Return what is wrong where Discord closed the gateway because of the shards; None for any other reason."""
    said = f"SHARDS={shards}" if shards else "The number of shards"
    if code == SHARDING_REQUIRED:
        return CannotStart(f"{said} is too few for Discord: no shard may have more than 2,500 clubs. Divide into more.")
    if code == INVALID_SHARD:
        return CannotStart(
            f"{said} is refused by Discord. A very large bot needs a multiple of the number that Discord gave it."
        )
    return None
