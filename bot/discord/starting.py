"""Before the first shard connects: whether Discord lets this process start, and what it says of shards."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from bot.club.shards import Shards
from corpus.errors import DogearError

log = logging.getLogger(__name__)

INVALID_SHARD, SHARDING_REQUIRED = 4010, 4011
"""Discord: codes with which it closes the gateway."""


class CannotStart(DogearError):
    """Discord does not let the bot start like this; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What Discord says at `/gateway/bot`: the shards that it would take, and how many sessions may begin."""

    shards: int
    remaining: int
    total: int
    resets_in: dt.timedelta
    concurrency: int

    def check(self, shards: Shards | None, now: dt.datetime) -> None:
        """Raise CannotStart where there are too few session starts left; tell of shards that are too few.

        Discord (Gateway, Session Start Limit): a bot that goes on beyond it has its token reset.
        """
        needed = len(shards.ids) if shards else self.shards
        if needed > self.remaining:
            raise CannotStart(
                f"Discord allows the bot {self.remaining:,} more session starts, and this process needs {needed:,}. "
                f"There are {self.total:,} again at {now + self.resets_in:%Y-%m-%d %H:%M} UTC: start it then, and look "
                "for what made it start so often."
            )
        if shards and shards.count < self.shards:
            log.warning(
                "SHARDS divides the clubs into %d; Discord advises %d. It refuses shards with more than 2,500 clubs.",
                shards.count, self.shards,
            )  # fmt: skip


def refusal(code: int, shards: Shards | None) -> CannotStart | None:
    """Return what is wrong where Discord closed the gateway because of the shards; None for any other reason."""
    said = f"SHARDS={shards}" if shards else "The number of shards"
    if code == SHARDING_REQUIRED:
        return CannotStart(f"{said} is too few for Discord: no shard may have more than 2,500 clubs. Divide into more.")
    if code == INVALID_SHARD:
        return CannotStart(
            f"{said} is refused by Discord. A very large bot needs a multiple of the number that Discord gave it; "
            "docs/fleet.md has more."
        )
    return None
