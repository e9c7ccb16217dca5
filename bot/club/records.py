"""What a club keeps, and what is asked of whoever keeps it: values, and one protocol for each subject.

`bot/storage` keeps them in a database; nothing here knows how. Everything is asked for by member or by place, which
carry their club, so that nothing crosses from one club to another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.club.auditing import AuditRecords
from bot.club.figures import FigureRecords
from bot.club.people import Member, Place
from bot.club.processes import ChangeRecords, ClaimRecords, PresenceRecords
from bot.club.prompts.records import PromptRecords
from bot.club.reached import Reached
from bot.club.schedules.records import ScheduleRecords
from bot.club.settings import ClubRecords
from bot.club.shards import Shards
from bot.club.votes.records import VoteRecords
from bot.club.watching.records import WatchRecords
from corpus.errors import DogearError
from corpus.reveals import Reveals, Slug


class RecordsUnavailable(DogearError):
    """The club's data cannot be read or written now; its words are for whoever runs the bot, and not for members."""


# Where members are


@dataclass(frozen=True, slots=True)
class Report:
    """Where a member said they are in a book, and when."""

    reached: Reached
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a member did to their positions: each book's before and after, None where nothing was said.

    `number` tells a member's changes apart, and counts up.
    """

    before: Mapping[Slug, Reached | None]
    after: Mapping[Slug, Reached | None]
    number: int = field(default=0, compare=False)


class PositionRecords(Protocol):
    """Members' positions, with a history that can be taken back."""

    async def reported(self, member: Member) -> dict[Slug, Report]:
        """Return where a member is, by book, the latest report last."""
        ...

    async def change(self, member: Member, after: Mapping[Slug, Reached | None], at: dt.datetime) -> Change:
        """Note where a member is in these books (None forgets a book), as one change."""
        ...

    async def undo(self, member: Member, at: dt.datetime, number: int | None = None) -> Change | None:
        """Take the latest change back, and return it as it was done; None where none is left, or it is not `number`."""
        ...


# How far places go


class CeilingRecords(Protocol):
    """How far each place may go, by book."""

    async def ceiling(self, place: Place) -> dict[Slug, Reached]:
        """Return a place's ceiling; empty where none was set."""
        ...

    async def set_ceiling(self, place: Place, book: Slug, reached: Reached, by: int, at: dt.datetime) -> None:
        """Set how far a place may go in a book."""
        ...

    async def clear_ceiling(self, place: Place, book: Slug | None = None) -> int:
        """Take a place's ceiling away, in one book or in all; return in how many."""
        ...


# Shelves


class ShelfName(StrEnum):
    """The four parts of a member's shelf."""

    WANT = "want to read"
    READING = "reading"
    FINISHED = "finished"
    ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Shelved:
    """A book on a member's shelf: `book` is its slug, where the library has it; `key` tells books apart."""

    key: str
    title: str
    shelf: ShelfName
    at: dt.datetime
    book: Slug | None = None


class ShelfRecords(Protocol):
    """Members' shelves."""

    async def shelf(self, member: Member) -> list[Shelved]:
        """Return a member's books, the latest put first."""
        ...

    async def put(self, member: Member, shelved: Shelved) -> None:
        """Put a book on a member's shelf, or move it, by its key."""
        ...

    async def take(self, member: Member, key: str) -> Shelved | None:
        """Take a book off a member's shelf, and return it."""
        ...


# Reviews


@dataclass(frozen=True, slots=True)
class Review:
    """A member's review: `said` is how far it reveals by its author's word, `needs` what its readers need."""

    id: int
    club: int
    member: int
    book: Slug
    stars: int | None
    text: str
    said: int
    needs: Reveals
    written: dt.datetime
    edited: dt.datetime | None = None


class ReviewRecords(Protocol):
    """Members' reviews: one by each member of each book."""

    async def review(self, club: int, review_id: int) -> Review | None:
        """Return a review of a club."""
        ...

    async def by(self, member: Member) -> list[Review]:
        """Return a member's reviews, the latest first."""
        ...

    async def of_book(self, club: int, book: Slug) -> list[Review]:
        """Return a club's reviews of a book, the latest first."""
        ...

    async def save(self, review: Review) -> Review:
        """Keep a review in place of its author's earlier one of that book, and return it with its id.

        `id` is 0 in a new one; an earlier review keeps its id and its day of writing.
        """
        ...

    async def delete(self, club: int, review_id: int) -> bool:
        """Delete a review; return whether there was one."""
        ...

    async def every(self, shards: Shards) -> list[Review]:
        """Return the reviews that a process keeps in its vector store: of its shards' clubs.

        They are those of every club where direct messages come here, too, as these may be about any.
        """
        ...


# Conversation


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer in a place; `needs` is what the readers of the answer had read."""

    member: int
    question: str
    answer: str
    book: Slug | None
    needs: Reveals
    at: dt.datetime


class ConversationRecords(Protocol):
    """What was said in a place, as far as it is context for what comes next."""

    async def turns(self, place: Place, limit: int) -> list[Turn]:
        """Return the latest turns of a place, oldest first."""
        ...

    async def add(self, place: Place, turn: Turn) -> None:
        """Keep a turn; what is far older than any that is asked for may go."""
        ...


# Questions that buttons come back to


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asked, kept so that a button under the reply can ask it again; `id` is "" in a new one."""

    id: str
    member: Member
    place: Place
    do: str
    text: str
    book: Slug | None
    at: dt.datetime


class AskedRecords(Protocol):
    """Questions, for as long as their buttons may be pressed."""

    async def keep(self, asked: Asked) -> Asked:
        """Keep a question, and return it with an id of at most 16 letters that nobody can guess."""
        ...

    async def asked(self, asked_id: str) -> Asked | None:
        """Return a question."""
        ...

    async def forget_before(self, moment: dt.datetime) -> int:
        """Forget questions that are older; return how many."""
        ...


# What else there is to remember


class UsageRecords(Protocol):
    """Tokens of the chat model that a club has used, by day (UTC)."""

    async def spent(self, club: int, day: dt.date) -> int:
        """Return a club's tokens of a day."""
        ...

    async def spend(self, club: int, day: dt.date, tokens: int) -> None:
        """Add to a club's tokens of a day."""
        ...


class ClubChoices(Protocol):
    """Which club a direct message is about."""

    async def clubs(self, member_id: int) -> list[int]:
        """Return the clubs in which a person has told anything."""
        ...

    async def chosen(self, member_id: int) -> int | None:
        """Return the club that a person chose for direct messages."""
        ...

    async def choose(self, member_id: int, club: int) -> None:
        """Note the club that a person chose for direct messages."""
        ...


class Notes(Protocol):
    """Small facts that the bot itself remembers, such as which commands Discord has."""

    async def note(self, name: str) -> str | None:
        """Return a note."""
        ...

    async def write_note(self, name: str, value: str) -> None:
        """Write a note in place of the earlier one of that name."""
        ...


class PersonalData(Protocol):
    """Everything that is held about one person."""

    async def export(self, member_id: int, club: int | None = None) -> dict[str, Any]:
        """Return all of it as plain values for JSON, of one club or of all, under a name for each subject."""
        ...

    async def forget(self, member_id: int, club: int | None = None) -> Sequence[Review]:
        """Delete all of it, in one club or in all, and return the reviews that went with it."""
        ...


class Records(Protocol):
    """All that is kept, subject by subject."""

    @property
    def positions(self) -> PositionRecords:
        """Members' positions."""
        ...

    @property
    def ceilings(self) -> CeilingRecords:
        """How far places go."""
        ...

    @property
    def shelves(self) -> ShelfRecords:
        """Members' shelves."""
        ...

    @property
    def reviews(self) -> ReviewRecords:
        """Members' reviews."""
        ...

    @property
    def conversations(self) -> ConversationRecords:
        """What was said in places."""
        ...

    @property
    def questions(self) -> AskedRecords:
        """Questions that buttons come back to."""
        ...

    @property
    def prompts(self) -> PromptRecords:
        """Discussion prompts."""
        ...

    @property
    def watching(self) -> WatchRecords:
        """Watched places, and what was found there."""
        ...

    @property
    def audit(self) -> AuditRecords:
        """What was posted and decided."""
        ...

    @property
    def votes(self) -> VoteRecords:
        """Nominations, votes and ballots."""
        ...

    @property
    def schedules(self) -> ScheduleRecords:
        """Schedules, and who wants to be reminded."""
        ...

    @property
    def clubs(self) -> ClubRecords:
        """What clubs chose for themselves."""
        ...

    @property
    def figures(self) -> FigureRecords:
        """Where clubs are in books, in numbers."""
        ...

    @property
    def usage(self) -> UsageRecords:
        """Tokens used."""
        ...

    @property
    def choices(self) -> ClubChoices:
        """Clubs chosen for direct messages."""
        ...

    @property
    def notes(self) -> Notes:
        """What the bot itself remembers."""
        ...

    @property
    def personal(self) -> PersonalData:
        """Everything about one person."""
        ...

    @property
    def claims(self) -> ClaimRecords:
        """What one process at a time may do."""
        ...

    @property
    def presence(self) -> PresenceRecords:
        """Clubs that the bot has left."""
        ...

    @property
    def changes(self) -> ChangeRecords:
        """What was changed, by whichever process."""
        ...
