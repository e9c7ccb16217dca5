"""Where schedules take place: what they post, create and change in Discord, and what Discord does not allow."""

import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import discord
from discord.abc import GuildChannel

from bot.discord.cards import PLACE_NAME, Card, CardView, Tone, one_line, safe
from bot.discord.context import NOBODY, ClubBot, is_for_adults, lacking, lacks_in, named, only, post_in
from bot.discord.jobs import SLACK, find_message
from bot.features.progress.store import Progress
from bot.features.prompts.store import Prompts
from bot.features.schedules import posts, rules
from bot.features.schedules.posts import remind_button
from bot.features.schedules.rules import Schedule, ScheduleStep, Section
from bot.features.schedules.store import By, Kept, Schedules
from bot.jobs import Post
from bot.people import Member, Place, club_name, positions
from corpus.errors import DogearError
from retrieval.gate import Audience

log = logging.getLogger(__name__)

WEEK: Literal[10_080] = 10_080
"""Minutes without a message after which Discord archives a thread: the longest that there is."""

THREADS = ("view_channel", "create_public_threads", "send_messages_in_threads", "read_message_history")
POSTS = ("view_channel", "send_messages", "send_messages_in_threads", "read_message_history")
EVENTS = ("create_events", "manage_events")
WRITING = ("view_channel", "send_messages_in_threads", "read_message_history")

FULL = 30038  # Discord: a server has 100 events that are open
ARCHIVED = 50083  # Discord: a thread is archived, and nobody reads it any more
MENTIONED = 100  # Discord: users of whom a message may be for
QUESTIONS = 2  # of the book's own, under the post of a section: as many as a meeting begins with
DRAFTED = ("character", "personal")  # kinds of drafts where the book has no questions of its own on a section
OTHER = "Reminders"

TOO_MANY, FAILED = 429, 500
"""HTTP: asked too often; from 500 on, the server itself failed. Both pass."""

CHANNEL_GONE = "The channel of the schedule is gone, so I can’t {what}. Choose another with /schedule edit."

Parent = discord.TextChannel | discord.ForumChannel


class Unwelcome(DogearError):
    """The channel is gone or a permission is lacking; the message says which, for the organiser to mend it."""


class ScheduleStage:
    """Where a schedule takes place. Whatever is posted there raises Unwelcome where it is not allowed."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._app, self._books = bot, bot.app, bot.app.books
        self._schedules, self._progress = bot.app.get(Schedules), bot.app.get(Progress)

    # The card

    def card(self, schedule: Schedule) -> Post:
        """Return the card of a schedule in its channel, pinned where the bot may; in a forum, a post with it."""
        what = f"show the schedule of “{one_line(schedule.title, PLACE_NAME)}”"
        channel, mark = self._parent(schedule, what), remind_button(schedule.id, 0, "card")
        title = one_line(f"When we meet: {schedule.title}", PLACE_NAME)

        async def find(since: dt.datetime) -> int:
            if isinstance(channel, discord.ForumChannel):
                return await first_thread(channel, self._bot.me, title, since)
            return await find_message(channel, self._bot.me, since, mark.is_under)

        async def make() -> int:
            card = posts.schedule_card(schedule, await self._schedules.coming(schedule.id))
            if isinstance(channel, discord.ForumChannel):
                thread = await self._forum_post(channel, title, card)
                with contextlib.suppress(discord.HTTPException):
                    await thread.edit(pinned=True)
                return thread.id
            message = await post_in(channel, card, f"schedule-{schedule.id}")
            with contextlib.suppress(discord.HTTPException):
                await message.pin()
            return message.id

        return _allowed(Post(make, find), what, channel, POSTS)

    def home(self, schedule: Schedule, channel: int) -> int:
        """Return where the card of a schedule is, of which the channel is known: a forum has a thread for it."""
        forum = isinstance(self._guild(schedule).get_channel(channel), discord.ForumChannel)
        return schedule.card if forum else channel

    async def update_post(self, kept: Kept, post: int) -> None:
        """Have the card, or the message that opens a section, show what the schedule says now."""
        schedule, pinged = kept.schedule, list[int]()
        if post == schedule.card:
            card = posts.schedule_card(schedule, await self._schedules.coming(schedule.id))
            place = self.home(schedule, schedule.card_in)
        else:
            section = next(s for s in schedule.sections if kept.posts.get(s.number) == post)
            late = rules.late_note(discord.utils.snowflake_time(post) - section.meets)
            place, (card, pinged) = section.thread, await self._opening(schedule, section, late)
        message = self._messageable(schedule, place).get_partial_message(post)
        what = f"change a post of “{one_line(schedule.title, PLACE_NAME)}”"
        with allowed_to(what, self._channel(schedule), WRITING):
            try:
                await message.edit(view=CardView(card), allowed_mentions=only(pinged))
            except discord.HTTPException as failed:  # a message that somebody has deleted is theirs to decide about
                if not isinstance(failed, discord.NotFound) and failed.code != ARCHIVED:
                    raise

    async def _forum_post(
        self, channel: discord.ForumChannel, title: str, card: Card, mentions: discord.AllowedMentions = NOBODY
    ) -> discord.Thread:
        """Open a post in a forum, with the first tag where it asks for one."""
        tags = channel.available_tags[:1] if channel.flags.require_tag else []
        made = await channel.create_thread(
            name=title, auto_archive_duration=WEEK, view=CardView(card), allowed_mentions=mentions, applied_tags=tags
        )
        return made.thread

    # Threads

    def thread(self, schedule: Schedule, section: Section, late: str) -> Post:
        """Return the thread or forum post of a section."""
        title = one_line(rules.thread_title(schedule, section), PLACE_NAME)
        what = f"open the thread “{title}”"
        channel = self._parent(schedule, what)

        async def find(since: dt.datetime) -> int:
            return await first_thread(channel, self._bot.me, title, since)

        async def make() -> int:
            begun = discord.utils.utcnow()
            if isinstance(channel, discord.TextChannel):
                kind = discord.ChannelType.news_thread if channel.is_news() else discord.ChannelType.public_thread
                thread = await channel.create_thread(name=title, type=kind, auto_archive_duration=WEEK)
            else:
                card, pinged = await self._opening(schedule, section, late)
                thread = await self._forum_post(channel, title, card, only(pinged))
            return await find(begun) or thread.id

        return _allowed(Post(make, find), what, channel, needed_in(channel))

    def opening(self, schedule: Schedule, section: Section, late: str) -> Post:
        """Return the message that opens a meeting in its section's thread; a forum post has it from the beginning."""
        thread, channel = self._messageable(schedule, section.thread), self._channel(schedule)
        button = remind_button(schedule.id, section.number, "opening")

        async def find(since: dt.datetime) -> int:
            return await find_message(thread, self._bot.me, since, button.is_under)

        async def make() -> int:
            if isinstance(channel, discord.ForumChannel):
                return section.thread  # Discord: the first message of a post has the id of the post
            card, pinged = await self._opening(schedule, section, late)
            return (await post_in(thread, card, f"open-{schedule.id}-{section.number}", pinged)).id

        what = f"open the meeting in “{rules.thread_title(schedule, section)}”"
        return _allowed(Post(make, find), what, channel, WRITING)

    async def _opening(self, schedule: Schedule, section: Section, late: str) -> tuple[Card, list[int]]:
        """Return the message that opens a section, and whom it is to reach: those who want reminders in the thread.

        It has two of the book's questions unless the club has its own.
        """
        prompts = await self._app.get(Prompts).of_section(schedule.club, schedule.book, section.first, section.last)
        wanted = await self._schedules.reminded(schedule.id)
        pinged = [member.id for member, by in wanted.items() if by is By.THREAD][:MENTIONED]
        questions = [] if prompts else await self._questions(schedule, section)
        coming = (await self._schedules.coming(schedule.id)).get(section.number, [])
        return posts.opening_card(schedule, section, self._books, questions, coming, pinged, late), pinged

    async def _questions(self, schedule: Schedule, section: Section) -> list[str]:
        """Return two questions to begin with, as far as the thread goes: the book's own on the section, or drafts."""
        if schedule.book not in self._books:
            return []
        upto, adults = positions(schedule.ceiling(section), self._books), is_for_adults(self._channel(schedule))
        audience, discussion = Audience(upto, adults, club_name(schedule.club)), self._app.discussion

        def work() -> list[str]:
            own = discussion.library_questions(audience, schedule.book)
            here = sorted((draft.needs.marks.get(schedule.book, 0), draft.text) for draft in own)
            begun = section.first if section.first > 1 else 0  # the first section has what needs nothing read
            found = [text for mark, text in here if mark >= begun][-QUESTIONS:]
            for kind in DRAFTED if len(found) < QUESTIONS else ():
                drafts, _ = discussion.drafts(audience, schedule.book, kind, section.number, quote_only=True)
                found += [draft.text for draft in drafts[:1]]
            return found[:QUESTIONS]

        return await self._app.workers.do(work)

    # Reminders and notes

    def reminder(
        self, schedule: Schedule, section: Section, step: ScheduleStep, wanted: Mapping[Member, By],
        hold: Callable[[], Awaitable[None]],
    ) -> Post:  # fmt: skip
        """Return a reminder of a meeting, for each as they asked for it; `hold` keeps it from being taken over.

        One by direct message goes to the thread where somebody takes none, and one in the thread goes to each alone
        where none is open. Who leaves the club is not reminded.
        """
        there, book = self._latest(schedule), self._books.get(schedule.book)

        async def remind(
            since: dt.datetime | None, to: discord.abc.Messageable, of: str, at: int | None, people: Sequence[int] = ()
        ) -> None:
            mark = f"{step.kind.value[0]}{section.sequence % 100}{of}"
            button = remind_button(schedule.id, section.number, mark, label=OTHER)
            left = posts.left_to_read(schedule, section, book.pages if book else None, at)
            card = posts.reminder_card(schedule, section, step.kind, left, button, people)
            await hold()
            await self._message(to, since, button.is_under, card, button.custom_id, people)

        async def alone(since: dt.datetime | None, member: Member) -> None:
            at = (await self._progress.positions(member)).get(schedule.book)
            try:
                await remind(since, await self._bot.create_dm(discord.Object(member.id)), "b0", at)
            except discord.Forbidden:
                if there:
                    await remind(since, there, f"x{member.id:x}", None, [member.id])

        async def everybody(since: dt.datetime | None) -> int:
            together = [member.id for member, by in wanted.items() if there and by is By.THREAD]
            failed: Exception | None = None
            for member in wanted:
                try:
                    if member.id not in together and await self._bot.is_member(member.club, member.id):
                        await alone(since, member)
                except Exception as error:  # noqa: BLE001 (it is raised when the others are reminded)
                    failed = error
            with allowed_to("remind those who asked for it", self._channel(schedule), WRITING):
                for at in range(0, len(together), MENTIONED):
                    if there:
                        await remind(since, there, f"b{at // MENTIONED}", None, together[at : at + MENTIONED])
                if failed:
                    raise failed
            return 1

        return _found_or_made(everybody)

    def note(self, schedule: Schedule, text: str, mark: str, undecided: Sequence[int] = ()) -> Post:
        """Return a note to the organiser, by direct message or else where the schedule is."""
        again = posts.again_button(schedule.id, mark.partition(":told:")[2].replace(":", "-"))
        items: list[posts.Found] = [*posts.late_items(schedule.id, undecided)] or [again]

        async def reach(channel: discord.abc.Messageable, since: dt.datetime | None, *pinged: int) -> int:
            body = "\n".join([*(f"<@{person}>" for person in pinged), safe(f"{schedule.title}: {text}")])
            card = Card("", body, (), Tone.PROBLEM, items)
            return await self._message(channel, since, items[0].is_under, card, mark, pinged)

        async def tell(since: dt.datetime | None) -> int:
            if schedule.organiser:
                try:
                    return await reach(await self._bot.create_dm(discord.Object(schedule.organiser)), since)
                except discord.Forbidden:
                    log.info("the organiser of schedule %d takes no direct messages", schedule.id)
            with allowed_to("tell the organiser", self._channel(schedule), WRITING):
                there = self._latest(schedule) or self._messageable(schedule, schedule.place)
                return await reach(there, since, *filter(None, [schedule.organiser]))

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
        guild, fields = self._guild(schedule), self._fields(schedule, section)

        async def find(_: dt.datetime | None = None) -> int:
            return await first_event(guild, self._bot.me, fields["name"], Place(schedule.club, schedule.place).link())

        async def make() -> int:
            made = await guild.create_scheduled_event(
                entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only, **fields
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
            if there.status is discord.EventStatus.scheduled and not (section and section.thread):
                await (there.edit(**self._fields(schedule, section)) if section else there.delete())
            elif section and there.status in (discord.EventStatus.scheduled, discord.EventStatus.active):
                await there.edit(location=self._fields(schedule, section)["location"])  # its time is here, and stays

    def _fields(self, schedule: Schedule, section: Section) -> dict[str, Any]:
        """Return what an event says; the link to the channel is what it is found by, beside its name, and stays."""
        channel, upto = Place(schedule.club, schedule.place), rules.ceiling_name(schedule, section)
        thread = Place(schedule.club, section.thread).link() if section.thread else ""
        card = Place(schedule.club, schedule.card_in).link(schedule.card) if schedule.card else ""
        text = f"We talk about the book {upto}. All meetings, and reminders: {card or '/schedule show'}"
        return {
            "name": one_line(rules.thread_title(schedule, section), PLACE_NAME), "start_time": section.meets,
            "end_time": section.meets + rules.MEETING, "description": f"{text}\nWhere: {channel.link()}",
            "location": thread or channel.link()
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

    def _parent(self, schedule: Schedule, what: str) -> Parent:
        """Return the channel of a schedule, in which something is to be done. Raises Unwelcome."""
        channel = self._channel(schedule)
        if not isinstance(channel, Parent):
            raise Unwelcome(CHANNEL_GONE.format(what=what))
        return channel

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


async def first_event(guild: discord.Guild, me: int, name: str, where: str) -> int:
    """Return the first event of a name that we made with a link in its description, or 0; others are deleted."""
    events = await guild.fetch_scheduled_events(with_counts=False)
    ours = [
        event
        for event in events
        if event.creator_id == me and event.name == name and where in (event.description or "").split()
    ]
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
    except discord.NotFound as gone:
        raise Unwelcome(CHANNEL_GONE.format(what=what)) from gone
    except discord.HTTPException as refused:
        if refused.status == TOO_MANY or refused.status >= FAILED:
            raise
        if isinstance(refused, discord.Forbidden):
            why = f"I need the permission {_lacking(where, needed)} to {what}. Please allow it; I try again every hour."
        elif refused.code == FULL:
            why = f"I can’t {what}: this server has 100 events already, the most that Discord allows. Delete some."
        else:
            log.warning("Discord refuses what a schedule needs (%d, %d)", refused.status, refused.code)
            why = f"I can’t {what}: Discord refuses it. I try again every hour."
        raise Unwelcome(why) from refused


def _lacking(where: GuildChannel | discord.Guild | None, needed: Sequence[str]) -> str:
    """Return which permissions the bot lacks, and where."""
    if isinstance(where, discord.Guild):
        names, place = lacking(where.me.guild_permissions, needed), "in this server"
    else:
        names, place = (lacks_in(where, needed), f"in #{where.name}") if where else ((), "there")
    return f"{' and '.join(names or map(named, needed))} {place}"
