"""Schedules in Discord: their threads and forum posts, opening messages, events, reminders, and notes to the organiser.

Each can be found again: a thread by its name, a message by the id of its button or its small print, an event by the
line with its name in calendars.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Literal

import discord
from discord import app_commands
from discord.abc import GuildChannel

from bot.db.jobs import Claim
from bot.discord.cards import PLACE_NAME, CardView, one_line
from bot.discord.context import NOBODY, ClubBot, Refused, lacking, lacks_in, named, post_in
from bot.discord.jobs import LOOKED_THROUGH, SLACK, button_ids, find_message, small_print
from bot.features.prompts.jobs import mark_of
from bot.features.prompts.rules import Prompt, PromptProblem
from bot.features.prompts.store import Prompts, posting
from bot.features.schedules.calendar import uid
from bot.features.schedules.jobs import Unwelcome
from bot.features.schedules.plan import MEETING, Schedule, Section, ceiling_name, thread_title
from bot.features.schedules.rules import Kind, Step
from bot.features.schedules.views import RemindButton, late_items, note_card, opening_card, prompts_card, reminder_card
from bot.jobs import Post
from bot.people import Member, Place

log = logging.getLogger(__name__)

WEEK: Literal[10_080] = 10_080
"""Minutes without a message after which Discord archives a thread: the longest that there is."""

MOST_PROMPTS = 5
"""Discussion prompts of an opening message: more than people answer. The others stay in the queue."""

ROOM = 2_400
"""Characters of them together, so that the card has room for the rest."""

THREADS = ("view_channel", "create_public_threads", "send_messages_in_threads", "read_message_history")
POSTS = ("view_channel", "send_messages", "send_messages_in_threads", "read_message_history")
EVENTS = ("create_events", "manage_events")
WRITING = ("view_channel", "send_messages_in_threads", "read_message_history")

FULL = 30038
"""Discord: a server has 100 events that are open."""

TOO_MANY, FAILED = 429, 500
"""HTTP: asked too often; from 500 on, the server itself failed. Both pass."""

CHANNEL_GONE = (
    "The channel of the schedule is gone, so I cannot {what}. Choose another one with the channel of /schedule edit."
)

Parent = discord.TextChannel | discord.ForumChannel


class ScheduleStage:
    """Implements `Stage`."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._books, self._prompts = bot, bot.app.books, bot.app.get(Prompts)

    # Threads

    def thread(self, schedule: Schedule, section: Section, late: str) -> Post:
        """Return the thread or forum post of a section."""
        title = one_line(thread_title(schedule, section), PLACE_NAME)
        what = f"open the thread “{title}”"

        def parent() -> Parent:
            channel = self._channel(schedule)
            if not isinstance(channel, Parent):
                raise Unwelcome(CHANNEL_GONE.format(what=what))
            return channel

        async def find(since: dt.datetime) -> int:
            channel = parent()
            with allowed_to(what, channel, needed_in(channel)):
                return await self._thread_named(channel, title, since)

        async def make() -> int:
            channel, begun = parent(), discord.utils.utcnow()
            with allowed_to(what, channel, needed_in(channel)):
                if isinstance(channel, discord.TextChannel):
                    kind = discord.ChannelType.news_thread if channel.is_news() else discord.ChannelType.public_thread
                    thread = await channel.create_thread(name=title, type=kind, auto_archive_duration=WEEK)
                    return await first_thread(thread, begun)
                tags = channel.available_tags[:1] if channel.flags.require_tag else []
                card = opening_card(schedule, section, self._books, [_button(schedule, section, "post")], late=late)
                post = await channel.create_thread(
                    name=title, auto_archive_duration=WEEK, view=CardView(card), applied_tags=tags,
                    allowed_mentions=NOBODY,
                )  # fmt: skip
                return await first_thread(post.thread, begun)

        return Post(make, find)

    async def _thread_named(self, channel: Parent, name: str, since: dt.datetime) -> int:
        """Return the bot's own thread of that name since a moment; 0 where there is none."""
        me, begun = self._bot.me, since - SLACK

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

    # Opening messages, and the discussion prompts in them

    def opening(self, schedule: Schedule, section: Section, late: str) -> Post:
        """Return the message that opens a meeting in its section's thread, with its discussion prompts.

        The opening message of a forum post is there with it already: its prompts follow in a message of their own.
        """
        thread, button = self._messageable(schedule, section.thread), _button(schedule, section, "opening")
        what, parent = f"open the meeting in “{thread_title(schedule, section)}”", self._channel(schedule)

        async def find(since: dt.datetime) -> int:
            with allowed_to(what, parent, WRITING):
                found = await find_message(thread, self._bot.me, since, lambda m: button.mark in button_ids(m))
            if found is None:
                return 0
            await self._prompts_posted(schedule.club, found)
            return found.id

        async def make() -> int:
            with allowed_to(what, parent, WRITING):
                claimed = await self._claimed_prompts(schedule, section)
                prompts, in_forum = [prompt for prompt, _ in claimed], isinstance(parent, discord.ForumChannel)
                if in_forum and not prompts:
                    return section.thread  # Discord: the first message of a post has the id of the post
                if in_forum:
                    card = prompts_card(prompts, [button])
                else:
                    card = opening_card(schedule, section, self._books, [button], late=late, prompts=prompts)
                try:
                    message = await post_in(thread, card, f"open-{schedule.id}-{section.number}")
                except (discord.Forbidden, discord.NotFound):
                    for _, claim in claimed:  # where Discord itself failed, the message may be there
                        await self._bot.jobs.put_off(claim.key)
                    raise
                await self._prompts_posted(schedule.club, message)
                return message.id

        return Post(make, find)

    async def _claimed_prompts(self, schedule: Schedule, section: Section) -> list[tuple[Prompt, Claim]]:
        """Return the prompts that an opening message takes along; one that goes too far stays in the queue.

        Each is planned for the thread and claimed. So where the process dies before they are posted, they are found in
        the opening message by their small print, or posted after it.
        """
        there = Place(schedule.club, section.thread)
        taken: list[tuple[Prompt, Claim]] = []
        for prompt in await self._prompts.approved_for(schedule.club, schedule.book, section.first, section.last):
            fits = len(taken) < MOST_PROMPTS and sum(len(each.text) for each, _ in taken) + len(prompt.text) <= ROOM
            if not fits or await self._prompts.beyond(prompt, there):
                continue
            try:
                planned = await self._prompts.plan(Member(schedule.club, prompt.by), prompt.id, there)
            except PromptProblem:
                continue  # a moderator deals with it in this moment
            claim = await self._bot.jobs.claim(posting(schedule.club, prompt.id))
            if claim is not None:
                taken.append((planned, claim))
        return taken

    async def _prompts_posted(self, club: int, message: discord.Message) -> None:
        """Record that the prompts in a message are posted; its small print says which."""
        for line in small_print(message):
            begin, _, number = line.rpartition(" ")
            if number.isdigit():
                try:
                    prompt = await self._prompts.prompt(club, int(number))
                except PromptProblem:
                    continue
                if mark_of(prompt) == f"{begin} {number}":
                    await self._prompts.posted(prompt, message.id)

    # Reminders and notes

    def reminder(
        self, schedule: Schedule, section: Section, step: Step, members: Collection[Member], *,
        directly: bool, batch: int,
    ) -> Post:  # fmt: skip
        """Return a reminder of a meeting, for one member by direct message, or for several in the thread.

        Where there is no thread yet, those of a forum are reminded by direct message.
        """
        mark = f"{'day' if step.kind is Kind.DAY_BEFORE else 'hour'}{section.sequence}b{batch}"
        button = _button(schedule, section, mark)
        opened = [each.thread for each in schedule.live if each.thread]
        channel = self._channel(schedule)
        if directly or not (opened or isinstance(channel, discord.TextChannel)):
            return self._direct_reminder(schedule, section, members, button)
        there = self._messageable(schedule, opened[-1] if opened else schedule.place)
        people = [member.id for member in members]

        async def find(since: dt.datetime) -> int:
            with allowed_to("remind those who asked for it", channel, WRITING):
                return await self._found(there, since, button)

        async def make() -> int:
            with allowed_to("remind those who asked for it", channel, WRITING):
                card = reminder_card(schedule, section, [button], people)
                return (await post_in(there, card, button.mark[-25:], people)).id

        return Post(make, find)

    def _direct_reminder(
        self, schedule: Schedule, section: Section, members: Collection[Member], button: RemindButton
    ) -> Post:
        async def remind(since: dt.datetime | None) -> int:
            for member in members:
                if not await self._bot.is_member(member.club, member.id):
                    continue
                with allowed_to("write to a member", None, WRITING):
                    channel = await self._bot.create_dm(discord.Object(member.id))
                    if not (since and await self._found(channel, since, button)):
                        await post_in(channel, reminder_card(schedule, section, [button]), button.mark[-25:])
            return 1

        return Post(lambda: remind(None), remind)

    async def _found(self, channel: discord.abc.Messageable, since: dt.datetime, button: RemindButton) -> int:
        found = await find_message(channel, self._bot.me, since, lambda m: button.mark in button_ids(m))
        return found.id if found else 0

    def note(self, schedule: Schedule, text: str, mark: str, undecided: Sequence[int] = ()) -> Post:
        """Return a note to the organiser, by direct message or else where the schedule is."""
        items, small, text = late_items(schedule.id, undecided), f"Note {mark}", f"{schedule.title}: {text}"
        opened = [section.thread for section in schedule.live if section.thread]
        parent = self._channel(schedule)
        there = schedule.place if isinstance(parent, discord.TextChannel) or not opened else opened[-1]
        place = self._messageable(schedule, there)

        async def directly(do: Callable[[discord.DMChannel], Awaitable[int]]) -> int | None:
            if not schedule.organiser:
                return None
            try:
                return await do(await self._bot.create_dm(discord.Object(schedule.organiser)))
            except discord.Forbidden:
                log.info("the organiser of schedule %d takes no direct messages", schedule.id)
                return None

        async def find(since: dt.datetime) -> int:
            async def look(channel: discord.abc.Messageable) -> int:
                found = await find_message(channel, self._bot.me, since, lambda m: small in small_print(m))
                return found.id if found else 0

            found = await directly(look)
            if found is not None:
                return found
            with allowed_to("tell the organiser", parent, WRITING):
                return await look(place)

        async def make() -> int:
            async def tell(channel: discord.DMChannel) -> int:
                return (await post_in(channel, note_card(text, small, items), mark[-25:])).id

            told = await directly(tell)
            if told is not None:
                return told
            with allowed_to("tell the organiser", parent, WRITING):
                pinged = [schedule.organiser] if schedule.organiser else []
                card = note_card(text, small, items, schedule.organiser)
                return (await post_in(place, card, mark[-25:], pinged)).id

        return Post(make, find)

    # Events

    def event(self, schedule: Schedule, section: Section) -> Post:
        """Return the event of a meeting."""
        title = _title(schedule, section)
        what = f"create the event “{title}”"

        async def find(since: dt.datetime) -> int:
            guild = self._guild(schedule)
            with allowed_to(what, _any_channel(guild), EVENTS):
                for event in await guild.fetch_scheduled_events(with_counts=False):
                    mine = event.creator_id == self._bot.me
                    if mine and uid(schedule, section) in (event.description or "").split():
                        return event.id
            return 0

        async def make() -> int:
            guild = self._guild(schedule)
            with allowed_to(what, _any_channel(guild), EVENTS):
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

        return Post(make, find)

    async def update_event(self, schedule: Schedule, event: int) -> None:
        """Have an event show what its schedule says now, or be gone where no section has it."""
        guild = self._guild(schedule)
        section = next((each for each in schedule.live if each.event == event), None)
        with allowed_to(f"change an event of “{one_line(schedule.title, PLACE_NAME)}”", _any_channel(guild), EVENTS):
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

    def _location(self, schedule: Schedule) -> str:
        channel = self._channel(schedule)
        return f"#{one_line(channel.name, PLACE_NAME - 1)}" if channel else "Discord"


def _any_channel(guild: discord.Guild) -> GuildChannel | None:
    return next(iter(guild.channels), None)


def _button(schedule: Schedule, section: Section, mark: str) -> RemindButton:
    return RemindButton(schedule.id, section.number, mark)


def _title(schedule: Schedule, section: Section) -> str:
    return one_line(thread_title(schedule, section), PLACE_NAME)


def _description(schedule: Schedule, section: Section) -> str:
    """Return what an event says of itself; its last line is what it is found by, and stays."""
    upto = ceiling_name(schedule, section.ceiling)
    return f"We speak of this {upto}. /schedule show has all meetings, and reminders.\n{uid(schedule, section)}"


# Discord's library asks once more where a request failed, although it may have worked: a message carries a nonce and is
# shown once, but there may be two threads, or two events.


async def first_thread(made: discord.Thread, begun: dt.datetime) -> int:
    """Return the first thread of that name that we opened since a moment; the others, which are empty, are taken away.

    Without the right to delete threads they are archived, which who opened one may always do.
    """
    twins = [
        thread
        for thread in await made.guild.active_threads()
        if (thread.parent_id, thread.owner_id, thread.name) == (made.parent_id, made.owner_id, made.name)
        and discord.utils.snowflake_time(thread.id) >= begun - SLACK
        and not thread.message_count
    ]
    first = min((thread.id for thread in twins), default=made.id)
    for thread in twins:
        if thread.id == first:
            continue
        try:
            await thread.delete()
        except discord.Forbidden:
            with contextlib.suppress(discord.HTTPException):
                await thread.edit(archived=True)
    return first


async def first_event(made: discord.ScheduledEvent, guild: discord.Guild) -> int:
    """Return the first event that we made with the same description; the others are taken away."""
    twins = [
        event
        for event in await guild.fetch_scheduled_events(with_counts=False)
        if (event.creator_id, event.description) == (made.creator_id, made.description)
    ]
    first = min((event.id for event in twins), default=made.id)
    for event in twins:
        if event.id != first:
            await event.delete()
    return first


# What Discord does not allow, as a sentence that says which permission is lacking, and where


def needed_in(channel: object) -> Sequence[str]:
    """Return what the bot needs in a channel to open the threads of a schedule there, or its posts."""
    return POSTS if isinstance(channel, discord.ForumChannel) else THREADS


@contextlib.contextmanager
def allowed_to(what: str, channel: GuildChannel | None, needed: Sequence[str]) -> Iterator[None]:
    """Turn what Discord refuses into Unwelcome; what is Discord's own fault goes on as it is."""
    try:
        yield
    except discord.Forbidden as refused:
        raise Unwelcome(_lacking(what, channel, needed)) from refused
    except discord.NotFound as gone:
        raise Unwelcome(CHANNEL_GONE.format(what=what)) from gone
    except discord.HTTPException as refused:
        if refused.status == TOO_MANY or refused.status >= FAILED:
            raise
        if refused.code == FULL:
            why = "this server has 100 events already, the most that Discord allows. Delete some"
        else:
            why = f"Discord refuses it ({refused.code or refused.status})"
        raise Unwelcome(f"I cannot {what}: {why}.") from refused


def _lacking(what: str, channel: GuildChannel | None, needed: Sequence[str]) -> str:
    if needed is EVENTS:
        names = lacking(channel.guild.me.guild_permissions, EVENTS) if channel else ()
        where = "in this server"
    else:
        names = lacks_in(channel, needed) if channel else ()
        where = f"in #{channel.name}" if channel else "there"
    lacks = " and ".join(names or map(named, needed))
    return f"I lack the permission {lacks} {where}, so I cannot {what}. Allow me that; I try again every hour."


Channel = discord.TextChannel | discord.ForumChannel


class SectionParent(app_commands.Transformer):
    """A text channel or a forum, as a command takes it: a forum of pictures is none that one talks in."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """What Discord offers."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Which channels it offers."""
        return [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum]

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> Any:  # noqa: ANN401 (the library's own)
        """Return what was chosen."""
        return value


Chosen = app_commands.Transform[app_commands.AppCommandChannel, SectionParent]


def parent_of(interaction: discord.Interaction[Any]) -> int:
    """Return the channel of the thread in which somebody is; 0 elsewhere."""
    return (interaction.channel.parent_id or 0) if isinstance(interaction.channel, discord.Thread) else 0


def chosen_channel(
    interaction: discord.Interaction[Any], chosen: app_commands.AppCommandChannel | None, usual: int | None = None
) -> Channel:
    """Return where a schedule is to take place: as chosen, as usual, or here. Raises Refused."""
    guild = interaction.guild
    if guild is None:
        raise Refused("That works in a club’s server, not in a direct message.")
    here = parent_of(interaction) or interaction.channel_id or 0
    channel = guild.get_channel(chosen.id if chosen else usual or here) or guild.get_channel(here)
    if not isinstance(channel, Channel):
        raise Refused("Choose a text channel or a forum in the channel field: its threads or posts open there.")
    person = interaction.user
    if isinstance(person, discord.Member) and not _may_speak(channel, person):
        raise Refused(f"You may not write in #{channel.name}, so you cannot plan a schedule there.")
    lacks = (*lacks_in(channel, needed_in(channel)), *lacking(guild.me.guild_permissions, EVENTS))
    if lacks:
        raise Refused(f"I lack the permission {' and '.join(lacks)} in #{channel.name}. Allow me that, and ask again.")
    return channel


def _may_speak(channel: Channel, person: discord.Member) -> bool:
    allowed = channel.permissions_for(person)
    return allowed.view_channel and allowed.send_messages
