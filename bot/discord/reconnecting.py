"""Coming back soon after Discord failed.

discord.py doubles the time between tries to connect a shard, up to seventeen minutes, and begins anew only where
nothing has failed for half an hour: after ten minutes of failures a bot could stay away for longer than Discord did.
"""

from __future__ import annotations

from typing import Literal

from discord.backoff import ExponentialBackoff
from discord.shard import ShardInfo

DOUBLED = 8
"""Times that the longest wait is doubled, from one second: to 256 seconds."""

PEACE = 90
"""Seconds without a failure after which the waits begin anew.

Discord (Gateway, Session Start Limit): 1,000 sign-ins a day. A shard that fails whenever this is over needs 960.
"""


class Waits(ExponentialBackoff[Literal[False]]):
    """How long a shard waits between its tries to connect."""

    def __init__(self) -> None:
        super().__init__()
        self._max, self._reset_time = DOUBLED, PEACE


def come_back_soon(shard: ShardInfo) -> None:
    """Let a shard wait no longer than that."""
    shard._parent._backoff = Waits()
