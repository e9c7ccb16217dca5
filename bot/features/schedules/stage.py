"""Where schedules take place: what they post, create and change in Discord, and what Discord does not allow."""

import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Literal

import discord
from discord.abc import GuildChannel

from bot.discord.cards import PLACE_NAME, Card, CardView, one_line
from bot.discord.context import NOBODY, ClubBot, lacking, lacks_in, named, post_in
from bot.discord.jobs import SLACK, find_message, small_print
from bot.features.schedules import rules, views
from bot.features.schedules.rules import Schedule, ScheduleStep, Section, StepKind
from bot.jobs import Post
from bot.people import Member
from corpus.errors import DogearError

log = logging.getLogger(__name__)

WEEK: Literal[10_080] = 10_080
"""Minutes without a message after which Discord archives a thread: the longest that there is."""

THREADS = ("view_channel", "create_public_threads", "send_messages_in_threads", "read_message_history")
POSTS = ("view_channel", "send_messages", "send_messages_in_threads", "read_message_history")
EVENTS = ("create_events", "manage_events")
WRITING = ("view_channel", "send_messages_in_threads", "read_message_history")

FULL = 30038  # Discord: a server has 100 events that are open

TOO_MANY, FAILED = 429, 500
"""HTTP: asked too often; from 500 on, the server itself failed. Both pass."""

CHANNEL_GONE = "The channel of the schedule is gone, so I can’t {what}. Choose another with /schedule edit."

Parent = discord.TextChannel | discord.ForumChannel


class Unwelcome(DogearError):
    """The channel is gone or a permission is lacking; the message says which, for the organiser to mend it."""


class ScheduleStage:
    """Where a schedule takes place. Whatever is posted there raises Unwelcome where it is not allowed."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._books = bot, bot.app.books

    # Threads

    def thread(self, schedule: Schedule, section: Section, late: str) -> Post:
        """Return the thread or forum post of a section."""
        title, channel = one_line(rules.thread_title(schedule, section), PLACE_NAME), self._channel(schedule)
        what = f"open the thread “{title}”"
        if not isinstance(channel, Parent):
            raise Unwelcome(CHANNEL_GONE.format(what=what))

        async def find(since: dt.datetime) -> int:
            return await first_thread(channel, self._bot.me, title, since)

        async def make() -> int:
            begun = discord.utils.utcnow()
            if isinstance(channel, discord.TextChannel):
                kind = discord.ChannelType.news_thread if channel.is_news() else discord.ChannelType.public_thread
                thread = await channel.create_thread(name=title, type=kind, auto_archive_duration=WEEK)
            else:
                card = self._opening(schedule, section, late, views.RemindButton(schedule.id, section.number, "post"))
                thread, _ = await channel.create_thread(
                    name=title, auto_archive_duration=WEEK, view=CardView(card), allowed_mentions=NOBODY,
                    applied_tags=channel.available_tags[:1] if channel.flags.require_tag else []
                )  # fmt: skip
            return await find(begun) or thread.id

        return _allowed(Post(make, find), what, channel, needed_in(channel))

    def opening(self, schedule: Schedule, section: Section, late: str) -> Post:
        """Return the message that opens a meeting in its section's thread; a forum post has it from the beginning."""
        thread, channel = self._messageable(schedule, section.thread), self._channel(schedule)
        button = views.RemindButton(schedule.id, section.number, "opening")

        async def find(since: dt.datetime) -> int:
            return await find_message(thread, self._bot.me, since, button.is_under)

        async def make() -> int:
            if isinstance(channel, discord.ForumChannel):
                return section.thread  # Discord: the first message of a post has the id of the post
            card = self._opening(schedule, section, late, button)
            return (await post_in(thread, card, f"open-{schedule.id}-{section.number}")).id

        what = f"open the meeting in “{rules.thread_title(schedule, section)}”"
        return _allowed(Post(make, find), what, channel, WRITING)

    def _opening(self, schedule: Schedule, section: Section, late: str, button: views.RemindButton) -> Card:
        items = [*views.reading_buttons(schedule, section), button]
        return views.opening_card(schedule, section, self._books, items, late=late)

    # Reminders and notes

    def reminder(
        self, schedule: Schedule, section: Section, step: ScheduleStep, members: Sequence[Member], batch: int | None
    ) -> Post:
        """Return a reminder of a meeting, in the thread; by direct message where `batch` is None, or none is open."""
        day = "day" if step.kind is StepKind.DAY_BEFORE else "hour"
        button = views.RemindButton(schedule.id, section.number, f"{day}{section.sequence}b{batch or 0}")
        there, channel = self._latest(schedule), self._channel(schedule)

        async def remind(since: dt.datetime | None, to: discord.abc.Messageable, people: Sequence[int] = ()) -> int:
            card = views.reminder_card(schedule, section, [*views.reading_buttons(schedule, section), button], people)
            return await self._message(to, since, button.is_under, card, button.custom_id, people)

        async def everybody(since: dt.datetime | None) -> int:
            with allowed_to("remind those who asked for it", channel, WRITING):
                if batch is not None and there:
                    return await remind(since, there, [member.id for member in members])
                for member in members:
                    if await self._bot.is_member(member.club, member.id):
                        await remind(since, await self._bot.create_dm(discord.Object(member.id)))
            return 1

        return _found_or_made(everybody)

    def note(self, schedule: Schedule, text: str, mark: str, undecided: Sequence[int] = ()) -> Post:
        """Return a note to the organiser, by direct message or else where the schedule is."""
        items, small, text = views.late_items(schedule.id, undecided), f"Note {mark}", f"{schedule.title}: {text}"
        organiser = schedule.organiser

        async def reach(channel: discord.abc.Messageable, since: dt.datetime | None, pinged: int = 0) -> int:
            card, people = views.note_card(text, small, items, pinged), [pinged] if pinged else []
            return await self._message(channel, since, lambda m: small in small_print(m), card, mark, people)

        async def tell(since: dt.datetime | None) -> int:
            if organiser:
                try:
                    return await reach(await self._bot.create_dm(discord.Object(organiser)), since)
                except discord.Forbidden:
                    log.info("the organiser of schedule %d takes no direct messages", schedule.id)
            with allowed_to("tell the organiser", self._channel(schedule), WRITING):
                there = self._latest(schedule) or self._messageable(schedule, schedule.place)
                return await reach(there, since, organiser)

        return _found_or_made(tell)

    async def _message(
        self, channel: discord.abc.Messageable, since: dt.datetime | None, is_it: Callable[[discord.Message], bool],
        card: Card, mark: str, pinged: Sequence[int]
    ) -> int:  # fmt: skip
        """Return our message in a channel since a moment, or post it."""
        found = await find_message(channel, self._bot.me, since, is_it) if since else 0
        return found or (await post_in(channel, card, mark[-25:], pinged)).id

    def _latest(self, schedule: Schedule) -> discord.PartialMessageable | None:
        """Return the latest thread of a schedule, or its channel where messages can be; None in a forum without."""
        opened = [section.thread for section in schedule.live if section.thread]
        in_text = isinstance(self._channel(schedule), discord.TextChannel)
        there = opened[-1] if opened else schedule.place if in_text else 0
        return self._messageable(schedule, there) if there else None

    # Events

    def event(self, schedule: Schedule, section: Section) -> Post:
        """Return the event of a meeting."""
        guild = self._guild(schedule)

        async def find(_: dt.datetime | None = None) -> int:
            return await first_event(guild, self._bot.me, views.uid(schedule, section))

        async def make() -> int:
            made = await guild.create_scheduled_event(
                entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only,
                **self._fields(schedule, section)
            )  # fmt: skip
            return await find() or made.id

        what = f"create the event “{one_line(rules.thread_title(schedule, section), PLACE_NAME)}”"
        return _allowed(Post(make, find), what, guild, EVENTS)

    async def update_event(self, schedule: Schedule, event: int) -> None:
        """Have an event show what its schedule says now, or be gone where no section has it."""
        guild = self._guild(schedule)
        section = next((each for each in schedule.live if each.event == event), None)
        with allowed_to(f"change an event of “{one_line(schedule.title, PLACE_NAME)}”", guild, EVENTS):
            try:
                there = await guild.fetch_scheduled_event(event, with_counts=False)
            except discord.NotFound:
                return  # somebody has deleted it: that is theirs to decide
            if there.status is not discord.EventStatus.scheduled:
                return
            await (there.edit(**self._fields(schedule, section)) if section else there.delete())

    def _fields(self, schedule: Schedule, section: Section) -> dict[str, Any]:
        """Return what an event says; the last line of its description is what it is found by, and stays."""
        channel, upto = self._channel(schedule), rules.ceiling_name(schedule, section)
        text = f"We talk about the book {upto}. All meetings, and reminders: /schedule show"
        return {
            "name": one_line(rules.thread_title(schedule, section), PLACE_NAME), "start_time": section.meets,
            "end_time": section.meets + rules.MEETING, "description": f"{text}\n{views.uid(schedule, section)}",
            "location": f"#{one_line(channel.name, PLACE_NAME - 1)}" if channel else "Discord"
        }  # fmt: skip

    # Where

    def _guild(self, schedule: Schedule) -> discord.Guild:
        guild = self._bot.get_guild(schedule.club)
        if guild is None:
            raise Unwelcome("I am not in that server any more.")
        return guild

    def _channel(self, schedule: Schedule) -> GuildChannel | None:
        """Return the channel of a schedule; None where it is gone."""
        return self._guild(schedule).get_channel(schedule.place)

    def _messageable(self, schedule: Schedule, channel: int) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel, guild_id=schedule.club)


def _found_or_made(do: Callable[[dt.datetime | None], Awaitable[int]]) -> Post:
    """Return a post of what is found since a moment, where one is given, and made where it is not there."""
    return Post(lambda: do(None), do)


# Discord's library asks once more where a request failed, although it may have worked: a message carries a nonce and is
# shown once, but there may be two threads, or two events.


async def first_thread(channel: Parent, me: int, name: str, since: dt.datetime) -> int:
    """Return the first thread of a name that we opened since a moment, or 0; others that are empty are archived."""
    ours = [
        thread for thread in await channel.guild.active_threads()
        if (thread.parent_id, thread.owner_id, thread.name) == (channel.id, me, name)
        and discord.utils.snowflake_time(thread.id) >= since - SLACK
    ]  # fmt: skip
    first = min((thread.id for thread in ours), default=0)
    for thread in ours:
        if thread.id != first and not thread.message_count:
            with contextlib.suppress(discord.HTTPException):
                await thread.edit(archived=True)
    return first


async def first_event(guild: discord.Guild, me: int, uid: str) -> int:
    """Return the first event that we made with a mark in its description, or 0; others are deleted."""
    events = await guild.fetch_scheduled_events(with_counts=False)
    ours = [event for event in events if event.creator_id == me and uid in (event.description or "").split()]
    first = min((event.id for event in ours), default=0)
    for event in ours:
        if event.id != first:
            await event.delete()
    return first


# What Discord does not allow, as a sentence that says which permission is lacking, and where


def needed_in(channel: object) -> Sequence[str]:
    """Return what the bot needs in a channel to open the threads of a schedule there, or its posts."""
    return POSTS if isinstance(channel, discord.ForumChannel) else THREADS


def _allowed(post: Post, what: str, where: GuildChannel | discord.Guild | None, needed: Sequence[str]) -> Post:
    """Return a post that raises Unwelcome where Discord refuses it."""

    async def make() -> int | None:
        with allowed_to(what, where, needed):
            return await post.make()

    async def find(since: dt.datetime) -> int:
        with allowed_to(what, where, needed):
            return await post.find(since)

    return Post(make, find)


@contextlib.contextmanager
def allowed_to(what: str, where: GuildChannel | discord.Guild | None, needed: Sequence[str]) -> Iterator[None]:
    """Turn what Discord refuses into Unwelcome; what is Discord's own fault goes on as it is."""
    try:
        yield
    except discord.Forbidden as refused:
        raise Unwelcome(_lacking(what, where, needed)) from refused
    except discord.NotFound as gone:
        raise Unwelcome(CHANNEL_GONE.format(what=what)) from gone
    except discord.HTTPException as refused:
        if refused.status == TOO_MANY or refused.status >= FAILED:
            raise
        if refused.code == FULL:
            why = "this server has 100 events already, the most that Discord allows. Delete some"
        else:
            why = f"Discord refuses it ({refused.code or refused.status})"
        raise Unwelcome(f"I can’t {what}: {why}.") from refused


def _lacking(what: str, where: GuildChannel | discord.Guild | None, needed: Sequence[str]) -> str:
    if isinstance(where, discord.Guild):
        names, place = lacking(where.me.guild_permissions, needed), "in this server"
    else:
        names, place = (lacks_in(where, needed), f"in #{where.name}") if where else ((), "there")
    lacks = " and ".join(names or map(named, needed))
    return f"I need the permission {lacks} {place} to {what}. Please allow it; I try again every hour."
