"""What features are built from: the library, the database, threads, the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from bot.db.sessions import Sessions
from bot.logs import Meter
from bot.people import EVERY, Shards, club_name
from bot.settings import Settings
from bot.workers import Workers
from corpus.books import Book, Slug
from corpus.library import KnownBooks

if TYPE_CHECKING:  # at run time it would load the vector store
    from bot.answering.engine import Discussion

T = TypeVar("T")


@dataclass(frozen=True)
class App:
    """What is opened once when the bot starts, and handed to every feature.

    `store_behind` is called when a change could not be written to the vector store.
    """

    discussion: Discussion
    database: Sessions
    workers: Workers
    now: Callable[[], dt.datetime]
    settings: Settings = Settings()
    meter: Meter = field(default_factory=Meter)
    store_behind: Callable[[], None] = lambda: None
    _parts: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def shards(self) -> Shards:
        """The shards of this process, whose clubs it serves."""
        return self.settings.shards or EVERY

    @property
    def books(self) -> KnownBooks:
        """All books by slug, the clubs' own included: to look one up, never to find one by name or to list them."""
        return self.discussion.library.books

    def books_of(self, club: int) -> Mapping[Slug, Book]:
        """Return the books that may be named, listed and picked in a club: the library's and its own."""
        return self.books.of(club_name(club))

    def get(self, kind: Callable[[App], T]) -> T:
        """Return the app's one object of a class, such as a feature's store; it is made when it is first asked for."""
        if kind not in self._parts:
            self._parts[kind] = kind(self)
        part: T = self._parts[kind]
        return part
