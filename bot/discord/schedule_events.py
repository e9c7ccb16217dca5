"""Discord's scheduled events: one for each meeting, which shows what the schedule says."""

from __future__ import annotations

import datetime as dt

import discord
from discord.abc import GuildChannel

from bot.club.schedules.calendar import uid
from bot.club.schedules.plan import MEETING, Schedule, Section
from bot.club.schedules.showing import ceiling_name, thread_title
from bot.club.schedules.stage import Unwelcome
from bot.discord.club_bot import ClubBot
from bot.discord.limits import PLACE_NAME
from bot.discord.safe_text import one_line
from bot.discord.schedule_refusals import EVENTS, allowed_to
from bot.discord.schedule_twins import first_event


class ScheduleEvents:
    """Keeps the events of schedules."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._books = bot, bot.services.books

    @property
    def _me(self) -> int:
        return self._bot.user.id if self._bot.user else 0

    async def make_event(self, schedule: Schedule, section: Section, since: dt.datetime | None) -> int:
        """Create the event of a meeting, and return its id."""
        guild, title = self._guild(schedule), _title(schedule, section)
        with allowed_to(f"create the event “{title}”", self._any_channel(guild), EVENTS):
            if since:
                for event in await guild.fetch_scheduled_events(with_counts=False):
                    if event.creator_id == self._me and uid(schedule, section) in (event.description or "").split():
                        return event.id
            made = await guild.create_scheduled_event(
                name=title,
                start_time=section.meets,
                end_time=section.meets + MEETING,
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                location=self._location(schedule),
                description=_description(schedule, section),
            )
            return await first_event(made, guild)

    async def bring_event(self, schedule: Schedule, event: int) -> None:
        """Have an event show what its schedule says now, or be gone where no section has it."""
        guild = self._guild(schedule)
        section = next((each for each in schedule.live if each.event == event), None)
        with allowed_to(
            f"change an event of “{one_line(schedule.title, PLACE_NAME)}”", self._any_channel(guild), EVENTS
        ):
            try:
                there = await guild.fetch_scheduled_event(event, with_counts=False)
            except discord.NotFound:
                return  # somebody has deleted it: that is theirs to decide
            if there.status is not discord.EventStatus.scheduled:
                return
            if section is None:
                await there.delete()
                return
            await there.edit(
                name=_title(schedule, section),
                start_time=section.meets,
                end_time=section.meets + MEETING,
                location=self._location(schedule),
                description=_description(schedule, section),
            )

    def _guild(self, schedule: Schedule) -> discord.Guild:
        guild = self._bot.get_guild(schedule.club)
        if guild is None:
            raise Unwelcome("I am not in that server any more.")
        return guild

    def _channel(self, schedule: Schedule) -> GuildChannel | None:
        """Return the channel of a schedule; None where it is gone."""
        return self._guild(schedule).get_channel(schedule.place)

    def _any_channel(self, guild: discord.Guild) -> GuildChannel | None:
        return next(iter(guild.channels), None)

    def _location(self, schedule: Schedule) -> str:
        channel = self._channel(schedule)
        return f"#{one_line(channel.name, PLACE_NAME - 1)}" if channel else "Discord"


def _title(schedule: Schedule, section: Section) -> str:
    return one_line(thread_title(schedule, section), PLACE_NAME)


def _description(schedule: Schedule, section: Section) -> str:
    """Return what an event says of itself; its last line is what it is found by, and stays."""
    upto = ceiling_name(schedule, section.ceiling)
    return f"We speak of this {upto}. /schedule show has all meetings, and reminders.\n{uid(schedule, section)}"
