"""`/schedule`: what the club reads and when it meets. Everybody sees it, organisers make and change it."""

import datetime as dt
from collections.abc import Callable

from discord import app_commands

from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.buttons import OPENINGS, Opening
from bot.discord.cards import Interaction
from bot.discord.context import ORGANISER, Right, app_of, deliver, parent_of
from bot.discord.visitor import FOR_ORGANISERS, AppCog, Feature, acknowledge, in_clubs
from bot.features.schedules import changes
from bot.features.schedules.changes import Do, ScheduleChange, ScheduleRequest
from bot.features.schedules.dates import DATE_BUTTONS, find_date
from bot.features.schedules.jobs import RunningSchedules
from bot.features.schedules.posts import calendar_card
from bot.features.schedules.rules import Schedule
from bot.features.schedules.stage import Parent, ScheduleStage
from bot.features.schedules.store import JOBS, Kept, Schedules
from bot.features.schedules.views import (
    BUTTONS,
    change_card,
    change_schedule,
    chosen_channel,
    plan_book,
    plan_card,
    shown,
)
from bot.features.schedules.words import MAX_LENGTH
from bot.people import Member, Place
from corpus.names import find_book

Typed = app_commands.Range[str, 1, 200]
Words = app_commands.Range[str, 1, MAX_LENGTH]
Days = app_commands.Range[int, -366, 366]
Number = app_commands.Range[int, 1, 999]

WORDS = "When you meet and how much you read: Fridays at 8pm, 5 chapters a week, from next week"
BOOK = "Which book; if left out, the one of this channel"


@autocomplete.offers
async def scheduled(interaction: Interaction) -> autocomplete.Names:
    """Offer the books for which the club has schedules."""
    return await app_of(interaction).get(Schedules).books_of(interaction.guild_id or 0)


class ScheduleCog(AppCog):
    """Schedules, from the preview to the calendar."""

    schedule = in_clubs(
        app_commands.Group(
            name="schedule", description="What we read and when we meet.", default_permissions=FOR_ORGANISERS
        )
    )

    @schedule.command()
    @app_commands.describe(
        book="The book; the club’s if left out", words=WORDS, zone="Time zone, by a large city; the club’s if left out",
        channel="Where its threads or posts open; if left out, the club’s schedule channel or this one"
    )  # fmt: skip
    @app_commands.autocomplete(book=autocomplete.books, zone=autocomplete.zones)
    async def create(
        self, interaction: Interaction, book: Typed | None = None, words: Words | None = None,
        zone: Typed | None = None, channel: Parent | None = None
    ) -> None:  # fmt: skip
        """Plan the reading of a book, in a form or in words. You see each section first (organisers)."""
        if not (book and words):
            await plan_book(interaction, book or "", words or "", zone or "", channel.id if channel else 0)
            return
        member, place = await acknowledge(interaction, ORGANISER)
        known = find_book(book, self._app.books_of(member.club))
        settings = await self._app.get(SetUp).settings(member.club)
        where = chosen_channel(interaction, channel.id if channel else settings.schedule or 0)
        prepared = ScheduleRequest(known.slug, words, zone or settings.zone, where.id, self._app.now())
        await deliver(interaction, await plan_card(self._app, member, place, prepared))

    @schedule.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=scheduled)
    async def show(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Show all sections and their dates, and set reminders."""
        await show_schedule(interaction, book or "")

    @schedule.command()
    @app_commands.describe(words="New plan for the rest, in your own words; a time alone moves all meetings", book=BOOK)
    @app_commands.autocomplete(book=scheduled)
    async def edit(self, interaction: Interaction, words: Words | None = None, book: Typed | None = None) -> None:
        """Change what is still to come: everything, one section, or the channel (organisers)."""
        if not words:
            await change_schedule(interaction, book or "")
            return
        books = self._app.books_of(interaction.guild_id or 0)
        await self._change(interaction, book, Do.EDIT, lambda was, now: changes.edited(was, books, now, words=words))

    @schedule.command()
    async def date(self, interaction: Interaction) -> None:
        """Ask in a poll which times suit, see its result, and choose one (organisers)."""
        await find_date(interaction)

    @schedule.command()
    @app_commands.describe(days="How many days later; -7 is a week earlier", book=BOOK,
                           section="The first section that moves; the next one if left out")  # fmt: skip
    @app_commands.autocomplete(book=scheduled)
    async def shift(
        self, interaction: Interaction, days: Days, book: Typed | None = None,
        section: Number | None = None
    ) -> None:  # fmt: skip
        """Move a meeting and all after it by days (organisers)."""
        await self._change(interaction, book, Do.SHIFT, lambda was, now: changes.shifted(was, section or 0, days, now))

    @schedule.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=scheduled)
    async def pause(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Pause the schedule: nothing opens until you resume it (organisers)."""
        await self._change(interaction, book, Do.PAUSE, changes.paused)

    @schedule.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=scheduled)
    async def resume(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Resume after a pause. If a meeting was missed, all the rest move (organisers)."""
        await self._change(interaction, book, Do.RESUME, changes.resumed)

    @schedule.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=scheduled)
    async def cancel(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Cancel the schedule. Open threads stay, nothing new opens (organisers)."""
        await self._change(interaction, book, Do.CANCEL, changes.cancelled)

    @schedule.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=scheduled)
    async def export(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Get the meetings as a file for your calendar."""
        kept, _, _ = await meant(interaction, book)
        await deliver(interaction, await calendar_card(self._app, kept.schedule))

    async def _change(
        self, interaction: Interaction, book: str | None, do: Do,
        change: Callable[[Schedule, dt.datetime], ScheduleChange],
    ) -> None:  # fmt: skip
        """Show what a change would change."""
        kept, member, place = await meant(interaction, book, ORGANISER)
        now = self._app.now()
        card = await change_card(self._app, member, place, do, kept, lambda was: change(was, now))
        await deliver(interaction, card)


async def meant(interaction: Interaction, book: str | None, right: Right | None = None) -> tuple[Kept, Member, Place]:
    """Return the schedule that is meant, who asks and where. Raises Refused, UnknownBook or NotPossible."""
    member, place = await acknowledge(interaction, right)
    app = app_of(interaction)
    known = find_book(book, app.books_of(member.club)) if book else None
    return await app.get(Schedules).find(place, parent_of(interaction), known), member, place


async def show_schedule(interaction: Interaction, book: str = "") -> None:
    """Show the sections of a schedule, and offer reminders."""
    kept, _, _ = await meant(interaction, book)
    await deliver(interaction, await shown(interaction, kept, 1))


OPENINGS["open-schedule"] = Opening("Schedule", show_schedule)


FEATURE = Feature(
    "schedules",
    cogs=(ScheduleCog,),
    buttons=(*BUTTONS, *DATE_BUTTONS),
    jobs={JOBS: lambda bot: RunningSchedules(bot.app, bot.jobs, ScheduleStage(bot)).do},
)
