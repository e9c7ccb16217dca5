"""What can be looked at while the bot runs, and how it is at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.club.services import Services
from retrieval.search import PassagesState


@dataclass(frozen=True, slots=True)
class GatewayState:
    """Discord's gateway: shards of this process, how many are connected, the slowest one's latency, and since when.

    `each` says of every shard whether it is connected, `of` how many the bot has in all processes, `clubs` in how many
    servers it is through these.
    """

    shards: int
    connected: int
    latency: float | None
    since: dt.datetime
    each: Mapping[int, bool] = field(default_factory=dict)
    of: int = 1
    clubs: int = 0

    @property
    def ready(self) -> bool:
        """Whether every shard is connected."""
        return self.connected >= self.shards


@dataclass(frozen=True, slots=True)
class Instruments:
    """What is looked at, each by a call; `check_store` takes its time and needs a thread.

    It may return words on what the store is. Both checks raise a DogearError that says what is wrong.
    """

    gateway: Callable[[], GatewayState]
    leaving: Callable[[], bool]
    passages: Callable[[], PassagesState]
    check_store: Callable[[], object]
    check_database: Callable[[], Awaitable[object]]
    waiting: Callable[[], int]
    in_work: Callable[[], int]

    @classmethod
    def of(cls, services: Services, gateway: Callable[[], GatewayState], leaving: Callable[[], bool]) -> Instruments:
        """Return the instruments of a club's services."""
        discussion, workers = services.discussion, services.workers
        return cls(
            gateway=gateway,
            leaving=leaving,
            passages=discussion.state,
            check_store=discussion.check_store,
            check_database=lambda: services.notes.note("health"),
            waiting=lambda: workers.waiting,
            in_work=lambda: min(workers.asked_for, workers.threads),
        )
