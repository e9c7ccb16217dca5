"""A schedule in Discord: its threads and forum posts, what opens a meeting, reminders, and word to the organiser.

Each can be found again: a thread by its name, a message by the id of its button or its small print, an event by the
line with its name in calendars.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Sequence
from typing import Literal

import discord

from bot.club.people import Member
from bot.club.schedules.due import Kind, Step
from bot.club.schedules.plan import Schedule, Section
from bot.club.schedules.showing import thread_title
from bot.club.schedules.stage import Unwelcome
from bot.club.shards import Shards
from bot.discord.already_posted import LOOKED_THROUGH, SLACK, small_print
from bot.discord.cards import CardView
from bot.discord.club_bot import ClubBot
from bot.discord.delivering import NOBODY, post_in
from bot.discord.safe_text import one_line
from bot.discord.schedule_buttons import RemindButton, late_items
from bot.discord.schedule_cards import note_card, opening_card, prompts_card, reminder_card
from bot.discord.schedule_events import ScheduleEvents
from bot.discord.schedule_prompts import SectionPrompts
from bot.discord.schedule_refusals import GONE, WRITING, allowed_to, needed_in
from bot.discord.schedule_twins import first_thread
from bot.discord.vote_posts import ids_of

log = logging.getLogger(__name__)

WEEK: Literal[10_080] = 10_080
"""Minutes without a message after which Discord archives a thread: the longest that there is."""

Parent = discord.TextChannel | discord.ForumChannel


class ScheduleStage(ScheduleEvents):
    """Implements `Stage`."""

    def __init__(self, bot: ClubBot) -> None:
        super().__init__(bot)
        self._prompts = SectionPrompts(bot.services.prompts)

    @property
    def shards(self) -> Shards:
        """The shards whose clubs this process serves."""
        return self._bot.presence.shards

    async def here(self, club: int) -> bool:
        """Return whether the bot is in a club whose channels Discord has told."""
        return await self._bot.presence.here(club)

    # Threads

    async def open_thread(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        """Open the thread or forum post of a section, and return its id."""
        title = one_line(thread_title(schedule, section), 100)
        what = f"open the thread “{title}”"
        channel = self._channel(schedule)
        if not isinstance(channel, Parent):
            raise Unwelcome(GONE.format(what=what))
        with allowed_to(what, channel, needed_in(channel)):
            if since and (found := await self._thread_named(channel, title, since)):
                return found
            begun = discord.utils.utcnow()
            if isinstance(channel, discord.TextChannel):
                kind = discord.ChannelType.news_thread if channel.is_news() else discord.ChannelType.public_thread
                thread = await channel.create_thread(name=title, type=kind, auto_archive_duration=WEEK)
                return await first_thread(thread, begun)
            tags = channel.available_tags[:1] if channel.flags.require_tag else []
            card = opening_card(schedule, section, self._books, [_button(schedule, section, "post")], late=late)
            post = await channel.create_thread(
                name=title, auto_archive_duration=WEEK, view=CardView(card), applied_tags=tags, allowed_mentions=NOBODY
            )
            return await first_thread(post.thread, begun)

    async def _thread_named(self, channel: Parent, name: str, since: dt.datetime) -> int:
        """Return the bot's own thread of that name since a moment; 0 where there is none."""
        me, begun = self._me, since - SLACK

        def is_it(thread: discord.Thread) -> bool:
            mine = (thread.parent_id, thread.owner_id, thread.name) == (channel.id, me, name)
            return mine and discord.utils.snowflake_time(thread.id) >= begun

        for thread in await channel.guild.active_threads():
            if is_it(thread):
                return thread.id
        async for thread in channel.archived_threads(limit=LOOKED_THROUGH):
            if is_it(thread):
                return thread.id
        return 0

    # Messages

    async def open_meeting(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        """Post the opening message in a section's thread with its discussion prompts, and return its id.

        The opening message of a forum post is there with it already: its prompts follow in a message of their own.
        """
        thread = self._messageable(schedule, section.thread)
        button = _button(schedule, section, "opening")
        parent = self._channel(schedule)
        in_forum = isinstance(parent, discord.ForumChannel)
        with allowed_to(f"open the meeting in “{thread_title(schedule, section)}”", parent, WRITING):
            if since and (found := await self._found(thread, since, lambda message: button.mark in ids_of(message))):
                await self._prompts.posted(schedule.club, found)
                return found.id
            prompts = await self._prompts.claimed(schedule, section)
            if in_forum and not prompts:
                return section.thread  # Discord: the first message of a post has the id of the post
            if in_forum:
                card = prompts_card(prompts, [button])
            else:
                card = opening_card(schedule, section, self._books, [button], late=late, prompts=prompts)
            try:
                message = await post_in(thread, card, f"open-{schedule.id}-{section.number}")
            except (discord.Forbidden, discord.NotFound):
                await self._prompts.stopped(prompts)  # where Discord itself failed, the message may be there
                raise
            await self._prompts.posted(schedule.club, message)
            return message.id

    async def remind(
        self, schedule: Schedule, section: Section, step: Step, members: Collection[Member], *,
        directly: bool, batch: int, since: dt.datetime | None,
    ) -> None:  # fmt: skip
        """Remind members of a meeting, each by direct message, or all of them in one message in the thread."""
        mark = f"{'day' if step.kind is Kind.DAY_BEFORE else 'hour'}{section.sequence}b{batch}"
        button = _button(schedule, section, mark)
        opened = [each.thread for each in schedule.live if each.thread]
        channel = self._channel(schedule)
        if directly or not (opened or isinstance(channel, discord.TextChannel)):
            for member in members:
                await self._remind_directly(schedule, section, member, button, since)
            return
        there = self._messageable(schedule, opened[-1] if opened else schedule.place)
        people = [member.id for member in members]
        with allowed_to("remind those who asked for it", channel, WRITING):
            if since and await self._found(there, since, lambda message: button.mark in ids_of(message)):
                return
            await post_in(there, reminder_card(schedule, section, [button], people), button.mark[-25:], people)

    async def _remind_directly(
        self, schedule: Schedule, section: Section, member: Member, button: RemindButton, since: dt.datetime | None
    ) -> None:
        if not await self._bot.is_member(member.club, member.id):
            return
        with allowed_to("write to a member", None, WRITING):
            channel = await self._bot.create_dm(discord.Object(member.id))
            if since and await self._found(channel, since, lambda message: button.mark in ids_of(message)):
                return
            await post_in(channel, reminder_card(schedule, section, [button]), button.mark[-25:])

    async def tell_organiser(
        self, schedule: Schedule, text: str, mark: str, since: dt.datetime | None, undecided: Sequence[int] = ()
    ) -> None:
        """Tell the organiser something, by direct message or else where the schedule is."""
        items = late_items(schedule.id, undecided)
        small = f"Note {mark}"
        text = f"{schedule.title}: {text}"
        if schedule.organiser:
            try:
                channel = await self._bot.create_dm(discord.Object(schedule.organiser))
                if not (since and await self._found(channel, since, lambda message: small in small_print(message))):
                    await post_in(channel, note_card(text, small, items), mark[-25:])
            except discord.Forbidden:
                log.info("the organiser of schedule %d takes no direct messages", schedule.id)
            else:
                return
        opened = [section.thread for section in schedule.live if section.thread]
        parent = self._channel(schedule)
        there = schedule.place if isinstance(parent, discord.TextChannel) or not opened else opened[-1]
        with allowed_to("tell the organiser", parent, WRITING):
            place = self._messageable(schedule, there)
            if since and await self._found(place, since, lambda message: small in small_print(message)):
                return
            pinged = [schedule.organiser] if schedule.organiser else []
            await post_in(place, note_card(text, small, items, schedule.organiser), mark[-25:], pinged)

    # Finding

    async def _found(
        self, channel: discord.abc.Messageable, since: dt.datetime, is_it: Callable[[discord.Message], bool]
    ) -> discord.Message | None:
        """Return the bot's own message that was posted since a moment."""
        async for message in channel.history(after=since - SLACK, oldest_first=True, limit=LOOKED_THROUGH):
            if message.author.id == self._me and is_it(message):
                return message
        return None

    def _messageable(self, schedule: Schedule, channel: int) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel, guild_id=schedule.club)


def _button(schedule: Schedule, section: Section, mark: str) -> RemindButton:
    return RemindButton(schedule.id, section.number, mark)
