"""Everything that a club's door needs, put together once: one value that is handed to every cog."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.club.allowance import Allowance, Rates
from bot.club.audiences import Audiences
from bot.club.auditing import Audit
from bot.club.ceilings import Ceilings
from bot.club.conversation import Conversations
from bot.club.direct import DirectMessages
from bot.club.figures import Figures
from bot.club.following import Following
from bot.club.my_data import MyData
from bot.club.presence import LeftClubs
from bot.club.progress import Progress
from bot.club.prompts.drafts import Drafts
from bot.club.prompts.queue import Prompts
from bot.club.questions import Questions
from bot.club.records import Notes, Records
from bot.club.reviews import Reviews
from bot.club.schedules.schedules import Schedules
from bot.club.setting_up import SetUp
from bot.club.shards import EVERY, Shards
from bot.club.shelves import Shelves
from bot.club.votes.nominating import Nominations
from bot.club.votes.voting import Votes
from bot.club.watching.watching import Watching
from bot.club.working import Workers
from bot.discussion import Discussion
from bot.meter import Meter
from corpus.books import Book, Slug

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What a club can do."""

    discussion: Discussion
    workers: Workers
    audiences: Audiences
    conversations: Conversations
    questions: Questions
    progress: Progress
    shelves: Shelves
    reviews: Reviews
    ceilings: Ceilings
    prompts: Prompts
    drafts: Drafts
    watching: Watching
    audit: Audit
    nominations: Nominations
    votes: Votes
    schedules: Schedules
    set_up: SetUp
    figures: Figures
    direct: DirectMessages
    my_data: MyData
    allowance: Allowance
    notes: Notes
    presence: LeftClubs
    following: Following
    shards: Shards
    now: Callable[[], dt.datetime]
    meter: Meter

    @property
    def books(self) -> Mapping[Slug, Book]:
        """The books of the library."""
        return self.discussion.library.books

    async def forget_old(self) -> None:
        """Let go of what is older than its buttons work, or than the audit goes back."""
        await self.questions.forget_old()
        if gone := await self.audit.forget_old():
            log.info("%d old entries of the audit forgotten", gone)

    @classmethod
    def of(
        cls, discussion: Discussion, records: Records, workers: Workers,
        now: Callable[[], dt.datetime], rates: Rates = Rates(), meter: Meter | None = None,
        behind: Callable[[], None] = lambda: None, shards: Shards = EVERY, own_store: bool = True,
    ) -> Services:  # fmt: skip
        """Return the services over a discussion and a database.

        `behind` hears of a vector store that could not be changed; `own_store` says that no other process has it.
        """
        books, meter = discussion.library.books, meter or Meter()
        audiences = Audiences(records.positions, records.ceilings, books)
        allowance = Allowance(rates, records.usage, now, meter)
        conversations = Conversations(records.conversations, now)
        shelves = Shelves(records.shelves, books, now)
        reviews = Reviews(records.reviews, discussion.club_texts, books, workers, now, behind, shards)
        audit = Audit(records.audit, now)
        set_up = SetUp(records.clubs, books)
        watching = Watching(discussion, audiences, records.watching, audit, workers, now, shards)
        return cls(
            discussion=discussion,
            workers=workers,
            audiences=audiences,
            conversations=conversations,
            questions=Questions(
                discussion, audiences, conversations, records.questions, set_up, allowance, workers, now, meter
            ),
            progress=Progress(records.positions, shelves, books, now),
            shelves=shelves,
            reviews=reviews,
            ceilings=Ceilings(records.ceilings, books, now),
            prompts=Prompts(discussion, audiences, records.prompts, audit, workers, now),
            drafts=Drafts(discussion, audiences, allowance, workers),
            watching=watching,
            audit=audit,
            nominations=Nominations(records.votes, books, now),
            votes=Votes(records.votes, now),
            schedules=Schedules(records.schedules, records.ceilings, audit, books, now),
            set_up=set_up,
            figures=Figures(records.figures, now),
            direct=DirectMessages(records.choices),
            my_data=MyData(records.personal, reviews),
            allowance=allowance,
            notes=records.notes,
            presence=records.presence,
            following=Following(reviews, watching, own_store=own_store),
            shards=shards,
            now=now,
            meter=meter,
        )
