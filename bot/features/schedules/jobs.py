"""The jobs of schedules, each step once, and what they do in Discord."""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import discord
from discord.abc import GuildChannel

from bot.audit import Audit, Did
from bot.db.jobs import Claim
from bot.discord.cards import PLACE_NAME, Card, CardView, one_line
from bot.discord.context import NOBODY, ClubBot, lacking, lacks_in, named, post_in
from bot.discord.jobs import LOOKED_THROUGH, SLACK, button_ids, find_message, small_print
from bot.features.ceilings.store import Ceilings
from bot.features.prompts.jobs import mark_of
from bot.features.prompts.rules import Prompt, PromptProblem
from bot.features.prompts.store import Prompts, posting
from bot.features.schedules.rules import (
    MEETING,
    Lateness,
    Schedule,
    ScheduleState,
    ScheduleStep,
    Section,
    SectionState,
    StepKind,
    ceiling_name,
    due,
    late_note,
    next_due,
    thread_title,
    to_decide,
)
from bot.features.schedules.store import By, Changing, Kept, Schedules, step_of
from bot.features.schedules.views import (
    RemindButton,
    late_items,
    note_card,
    opening_card,
    prompts_card,
    reminder_card,
    uid,
)
from bot.jobs import AGAIN, HELD, Jobs, Post, first_claim
from bot.people import Member, Place
from corpus.errors import DogearError

log = logging.getLogger(__name__)

REFUSED = dt.timedelta(hours=1)
"""When something that Discord did not allow is tried again."""

IN_THREAD = (StepKind.CEILING, StepKind.OPENING)

TOGETHER = 50
"""Members who are reminded in one message of a thread. Discord: 100 of whom a message may be for."""

AT_ONCE = 8
"""Sections that are listed for a decision in one message, with two buttons each."""


class Unwelcome(DogearError):
    """The channel is gone or a permission is lacking; the message says which, for the organiser to mend it."""


class RunningSchedules:
    """Does what is due for schedules."""

    def __init__(
        self, jobs: Jobs, schedules: Schedules, ceilings: Ceilings, audit: Audit, stage: "ScheduleStage",
    ) -> None:  # fmt: skip
        self._jobs, self._schedules, self._ceilings, self._audit, self._stage = jobs, schedules, ceilings, audit, stage

    async def do(self, _: int, schedule_id: int) -> None:
        """Do what is due for a schedule, and have it looked after again when more is."""
        begun = self._jobs.now()
        await self._update_events(await self._schedules.kept(schedule_id))
        tried: set[str] = set()
        while True:
            # Read anew for every step: somebody may have changed the schedule while the last one was done.
            kept, now = await self._schedules.kept(schedule_id), self._jobs.now()
            step = next((each for each in _ready(kept, now) if each.id not in tried), None)
            if step is None:
                break
            tried.add(step.id)
            await self._try(kept, step)
        await self._list_late(kept)
        moments = [now + AGAIN] if kept.touched else []
        if later := next_due(kept.schedule, now):
            moments.append(later)
        await self._schedules.rest(kept, begun, min(moments, default=None))

    # Steps

    async def _try(self, kept: Kept, step: ScheduleStep) -> None:
        """Do a step, unless another process does."""
        schedule, section = kept.schedule, kept.schedule.section(step.section)
        claim = await self._jobs.claim(step_of(schedule, step.id), new=True)
        if claim is None or section is None:
            return
        try:
            await self._do(schedule, section, step, claim)
        except Unwelcome as refused:
            log.info("%s is not allowed and is tried again", step.id)
            settled = await self._tell(schedule, step.kind, str(refused))
            await self._jobs.put_off(claim.key, REFUSED if settled else AGAIN)
        except Exception:
            log.exception("%s could not be done; it is tried again", step.id)
            await self._jobs.put_off(claim.key)
        else:
            await self._works_again(kept, step.kind)

    async def _do(self, schedule: Schedule, section: Section, step: ScheduleStep, claim: Claim) -> None:
        stage = self._stage
        match step.kind:
            case StepKind.EVENT:
                await self._post(claim, stage.event(schedule, section), lambda made: _with_event(section, made))
            case StepKind.DAY_BEFORE | StepKind.HOUR_BEFORE:
                await self._remind(schedule, section, step, claim)
            case StepKind.THREAD:
                thread = stage.thread(schedule, section, late_note(step))
                await self._post(claim, thread, lambda made: _with_thread(section.number, made))
            case StepKind.CEILING:
                there = Place(schedule.club, section.thread)
                for book, reached in schedule.ceiling(section).items():
                    await self._ceilings.set_ceiling(there, book, reached, schedule.organiser, self._jobs.now())
                await self._schedules.finish(claim.key)
            case StepKind.OPENING:
                opening = stage.opening(schedule, section, late_note(step))
                await self._jobs.post_once(claim, opening, lambda made: self._opened(schedule, section, claim, made))

    async def _post(self, claim: Claim, post: Post, change: Callable[[int], Changing]) -> None:
        """Post something once, and change the schedule with it."""
        await self._jobs.post_once(claim, post, lambda made: self._schedules.finish(claim.key, made, change(made)))

    async def _opened(self, schedule: Schedule, section: Section, claim: Claim, message: int) -> None:
        there, about = Place(schedule.club, section.thread), f"opened {thread_title(schedule, section)}"
        await self._audit.note(Did.SCHEDULE, there, schedule.organiser, message=message, about=about)
        await self._schedules.finish(claim.key, message)

    # Reminders

    async def _remind(self, schedule: Schedule, section: Section, step: ScheduleStep, claim: Claim) -> None:
        """Remind everybody who asked for it, each once; what is known of whom is forgotten when all are."""
        wanted = await self._schedules.reminded(schedule.id)
        direct = [[member] for member, by in wanted.items() if by is By.DIRECT]
        in_thread = [member for member, by in wanted.items() if by is By.THREAD]
        batches = [in_thread[at : at + TOGETHER] for at in range(0, len(in_thread), TOGETHER)]
        complete = True
        for part, members in [(f"m{members[0].id}", members) for members in direct] + [
            (str(number), members) for number, members in enumerate(batches)
        ]:
            await self._jobs.put_off(claim.key, HELD)  # many are reminded: no other process may take it over
            directly = part.startswith("m")
            post = self._stage.reminder(
                schedule, section, step, members, directly=directly, batch=0 if directly else int(part)
            )
            complete &= await self._reminded(schedule, step, part, post, directly=directly)
        if not complete:
            raise _NotAll(f"not everybody was reminded of section {section.number}")
        if step.kind is StepKind.HOUR_BEFORE:  # what was left of the earlier one is over
            await self._schedules.forget_steps(schedule.id, f"s{schedule.id}:{section.number}:{StepKind.DAY_BEFORE}:")
        await self._schedules.finish(claim.key)
        await self._schedules.forget_steps(schedule.id, f"{step.id}:")

    async def _reminded(self, schedule: Schedule, step: ScheduleStep, part: str, post: Post, *, directly: bool) -> bool:
        """Remind some members together; return whether that is settled."""
        key = step_of(schedule, f"{step.id}:{part}")
        # The claim on the step keeps other processes away, until its end or that of the process that holds it.
        claim = await self._jobs.rows.claim(key, self._jobs.now(), self._jobs.now(), new=True)
        if claim is None:
            return True
        try:
            await self._jobs.post_once(claim, post, lambda _: self._schedules.finish(key))
        except Unwelcome as refused:
            log.info("%s is not allowed", key.step)
            if not directly:
                await self._tell(schedule, step.kind, str(refused))
            await self._schedules.finish(key)
        except Exception:
            log.exception("%s could not be done; it is tried again", key.step)
            return False
        return True

    # What the organiser is told

    async def _tell(self, schedule: Schedule, about: str, text: str) -> bool:
        """Tell the organiser of something that is not allowed, once; return whether that is settled."""
        key = step_of(schedule, _told(schedule, about))
        claim = await self._jobs.claim(key, new=True)
        return claim is None or await self._say(schedule, text, [claim])

    async def _list_late(self, kept: Kept) -> None:
        """List the sections that are late by days for the organiser, each once."""
        schedule = kept.schedule
        claims: dict[int, Claim] = {}
        for number in to_decide(due(schedule, self._jobs.now(), kept.done, kept.wanted)):
            key = step_of(schedule, _told(schedule, f"late:{number}"))
            if (claim := await self._jobs.claim(key, new=True)) is not None:
                claims[number] = claim
        numbers = list(claims)
        for at in range(0, len(numbers), AT_ONCE):
            these = numbers[at : at + AT_ONCE]
            await self._say(schedule, _late(schedule, these), [claims[number] for number in these], these)

    async def _say(self, schedule: Schedule, text: str, claims: list[Claim], undecided: Sequence[int] = ()) -> bool:
        async def done(_: int = 0) -> None:
            for claim in claims:
                await self._schedules.finish(claim.key)

        try:
            note = self._stage.note(schedule, text, claims[0].key.step, undecided)
            await self._jobs.post_once(first_claim(claims), note, done)
        except Unwelcome:
            log.warning("the organiser of schedule %d cannot be told: %s", schedule.id, text)
            await done()
        except Exception:
            log.exception("the organiser of schedule %d could not be told; it is tried again", schedule.id)
            for claim in claims:
                await self._jobs.put_off(claim.key)
            return False
        return True

    async def _works_again(self, kept: Kept, about: str) -> None:
        """Forget that something was refused: the next time, the organiser hears of it again."""
        if (told := _told(kept.schedule, about)) in kept.steps:
            await self._schedules.forget_steps(kept.schedule.id, told)

    # What is already in Discord

    async def _update_events(self, kept: Kept) -> None:
        """Have the events that a change touched show what the schedule says now."""
        for event in kept.touched:
            try:
                await self._stage.update_event(kept.schedule, event)
            except Unwelcome as refused:
                if not await self._tell(kept.schedule, "touch", str(refused)):
                    continue
            except Exception:
                log.exception("event %d could not be changed; it is tried again", event)
                continue
            await self._schedules.change(kept.schedule.id, _without_touch(event))


class _NotAll(Exception):
    """Some members could not be reminded; they are tried again, the others not."""


def _ready(kept: Kept, now: dt.datetime) -> Sequence[ScheduleStep]:
    """Return the steps that are due, and that can be done: what belongs into a thread waits for it."""
    opened = {section.number for section in kept.schedule.live if section.thread}
    return [
        step for step in due(kept.schedule, now, kept.done, kept.wanted)
        if step.lateness is not Lateness.TOO_LATE and (step.kind not in IN_THREAD or step.section in opened)
    ]  # fmt: skip


def _told(schedule: Schedule, about: str) -> str:
    """Return the name under which it is kept that an organiser was told of something."""
    return f"s{schedule.id}:told:{about}"


def _late(schedule: Schedule, numbers: Sequence[int]) -> str:
    names = [section for section in schedule.live if section.number in numbers]
    listed = "\n".join(f"{section.number}. {thread_title(schedule, section)}" for section in names)
    return f"I was offline when these were due. Post each now, or skip it.\n{listed}"


def _with_event(made_for: Section, event: int) -> Changing:
    """Return the change that keeps an event; where the meeting was changed meanwhile, the event follows it."""

    def change(kept: Kept) -> Kept:
        schedule = kept.schedule
        section = schedule.section(made_for.number)
        wanted = section is not None and section.state in (SectionState.AHEAD, SectionState.OPENED)
        if section is not None and wanted and not section.event and schedule.state is ScheduleState.RUNNING:
            changed = replace(kept, schedule=schedule.with_section(replace(section, event=event)))
            return (
                changed if section.sequence == made_for.sequence else replace(changed, touched=(*kept.touched, event))
            )
        return replace(kept, touched=(*kept.touched, event))

    return change


def _with_thread(number: int, thread: int) -> Changing:
    def change(kept: Kept) -> Kept:
        section = kept.schedule.section(number)
        if section is None:
            return kept
        opened = replace(section, state=SectionState.OPENED, thread=thread)
        return replace(kept, schedule=kept.schedule.with_section(opened))

    return change


def _without_touch(event: int) -> Changing:
    return lambda kept: replace(kept, touched=tuple(each for each in kept.touched if each != event))


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

CHANNEL_GONE = "The channel of the schedule is gone, so I can’t {what}. Choose another with /schedule edit."

Parent = discord.TextChannel | discord.ForumChannel


class ScheduleStage:
    """Where a schedule takes place. Whatever is posted there raises Unwelcome where it is not allowed."""

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
        self, schedule: Schedule, section: Section, step: ScheduleStep, members: Collection[Member], *,
        directly: bool, batch: int,
    ) -> Post:  # fmt: skip
        """Return a reminder of a meeting, for one member by direct message, or for several in the thread.

        Where there is no thread yet, those of a forum are reminded by direct message.
        """
        mark = f"{'day' if step.kind is StepKind.DAY_BEFORE else 'hour'}{section.sequence}b{batch}"
        button = _button(schedule, section, mark)
        opened = [each.thread for each in schedule.live if each.thread]
        channel = self._channel(schedule)
        if directly or not (opened or isinstance(channel, discord.TextChannel)):
            return self._direct_reminder(schedule, section, members, button)
        there = self._messageable(schedule, opened[-1] if opened else schedule.place)
        people = [member.id for member in members]

        async def remind(since: dt.datetime | None) -> int:
            with allowed_to("remind those who asked for it", channel, WRITING):
                if since is not None:
                    return await self._found(there, since, button)
                card = reminder_card(schedule, section, [button], people)
                return (await post_in(there, card, button.mark[-25:], people)).id

        return Post(lambda: remind(None), remind)

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

        async def tell(since: dt.datetime | None) -> int:
            async def reach(channel: discord.abc.Messageable, card: Card, pinged: Sequence[int] = ()) -> int:
                if since is not None:
                    found = await find_message(channel, self._bot.me, since, lambda m: small in small_print(m))
                    return found.id if found else 0
                return (await post_in(channel, card, mark[-25:], pinged)).id

            if schedule.organiser:
                try:
                    channel = await self._bot.create_dm(discord.Object(schedule.organiser))
                    return await reach(channel, note_card(text, small, items))
                except discord.Forbidden:
                    log.info("the organiser of schedule %d takes no direct messages", schedule.id)
            with allowed_to("tell the organiser", parent, WRITING):
                pinged = [schedule.organiser] if schedule.organiser else []
                return await reach(place, note_card(text, small, items, schedule.organiser), pinged)

        return Post(lambda: tell(None), tell)

    # Events

    def event(self, schedule: Schedule, section: Section) -> Post:
        """Return the event of a meeting."""
        what = f"create the event “{one_line(thread_title(schedule, section), PLACE_NAME)}”"

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
                    entity_type=discord.EntityType.external,
                    privacy_level=discord.PrivacyLevel.guild_only,
                    **self._fields(schedule, section),
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
            await there.edit(**self._fields(schedule, section))

    def _fields(self, schedule: Schedule, section: Section) -> dict[str, Any]:
        """Return what an event says; the last line of its description is what it is found by, and stays."""
        channel, upto = self._channel(schedule), ceiling_name(schedule, section.ceiling)
        text = f"We talk about the book {upto}. All meetings, and reminders: /schedule show"
        return {
            "name": one_line(thread_title(schedule, section), PLACE_NAME), "start_time": section.meets,
            "end_time": section.meets + MEETING, "description": f"{text}\n{uid(schedule, section)}",
            "location": f"#{one_line(channel.name, PLACE_NAME - 1)}" if channel else "Discord",
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


def _any_channel(guild: discord.Guild) -> GuildChannel | None:
    return next(iter(guild.channels), None)


def _button(schedule: Schedule, section: Section, mark: str) -> RemindButton:
    return RemindButton(schedule.id, section.number, mark)


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
        raise Unwelcome(f"I can’t {what}: {why}.") from refused


def _lacking(what: str, channel: GuildChannel | None, needed: Sequence[str]) -> str:
    if needed is EVENTS:
        names = lacking(channel.guild.me.guild_permissions, EVENTS) if channel else ()
        where = "in this server"
    else:
        names = lacks_in(channel, needed) if channel else ()
        where = f"in #{channel.name}" if channel else "there"
    lacks = " and ".join(names or map(named, needed))
    return f"I need the permission {lacks} {where} to {what}. Please allow it; I try again every hour."
