"""What is shown of schedules and pressed: previews, reminders, openings, and the calendar file."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import discord
from icalendar import Calendar, Event
from icalendar.enums import STATUS

from bot.answering.texts import place_sentence
from bot.app import App
from bot.club_settings import SetUp
from bot.discord.buttons import (
    ID,
    PAGE,
    PRIMARY,
    Cancel,
    Confirm,
    Dialogue,
    OwnButton,
    Page,
    Picked,
    Pressed,
    own_question,
)
from bot.discord.cards import (
    OPTION,
    OPTIONS,
    Card,
    Interaction,
    Item,
    Items,
    Tone,
    notice_card,
    one_line,
    paged_card,
    safe,
)
from bot.discord.context import ORGANISER, Choice, Refused, app_of, bot_of, has, needs, replace_card
from bot.discord.jobs import button_ids
from bot.discord.visitor import server_of, visitor
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.progress.cog import moved_card
from bot.features.progress.store import Progress
from bot.features.prompts.jobs import mark_of
from bot.features.prompts.rules import Prompt
from bot.features.schedules import rules
from bot.features.schedules.changes import Do, Order, ScheduleRequest
from bot.features.schedules.rules import Schedule, ScheduleState, Section, SectionState
from bot.features.schedules.store import By, Kept, Schedules
from bot.features.schedules.words import MAX_LENGTH
from bot.people import Member, Place
from bot.times import timestamp
from corpus.books import Book, Slug
from corpus.errors import DogearError

SCHEDULE = r"(?P<schedule>\d{1,18})"
SECTION = r"(?P<section>\d{1,3})"
WAYS = {"d": By.DIRECT, "t": By.THREAD, "n": None}
LABELS = {"d": "By direct message", "t": "In the thread", "n": "No reminders"}
KEPT = {
    By.DIRECT: "I’ll send you a direct message a day and an hour before each meeting.",
    By.THREAD: "I’ll mention you in the thread a day and an hour before each meeting. Others see that.",
    None: "I won’t remind you of these meetings.",
}


class RemindButton(Pressed, template=rf"remind:{SCHEDULE}:{SECTION}:(?P<of>[a-z0-9]{{1,20}})"):
    """Asks its presser how they want to be reminded; by its id, the message that it stands under is found."""

    label, opens = "Reminders", True

    def is_under(self, message: discord.Message) -> bool:
        """Return whether it stands under a message."""
        return self.custom_id in button_ids(message)

    async def card(self, interaction: Interaction) -> Card:
        """Ask, in private."""
        schedule = await _reached(interaction, self.number("schedule"))
        reminded = await app_of(interaction).get(Schedules).reminded(schedule.id)
        return _reminders(schedule, reminded.get(Member(schedule.club, interaction.user.id)))


class RemindByButton(Pressed, template=rf"remind-by:{SCHEDULE}:(?P<way>[dtn])"):
    """Chooses how its presser is reminded."""

    def __init__(self, schedule: int | str, way: str) -> None:
        super().__init__(schedule, way, label=LABELS[way])

    async def card(self, interaction: Interaction) -> Card:
        """Keep the choice."""
        way, schedule = WAYS[self.given["way"]], await _reached(interaction, self.number("schedule"))
        await app_of(interaction).get(Schedules).remind(schedule.id, Member(schedule.club, interaction.user.id), way)
        return _reminders(schedule, way)


class ReadButton(Pressed, template=rf"read:{SCHEDULE}:{SECTION}"):
    """Notes that its presser has read to the end of a section, or with 0 of the book; nobody goes back by it."""

    label, opens = "I’ve finished the book", True

    async def card(self, interaction: Interaction) -> Card:
        """Move the presser's position, and show where they are."""
        schedule, book, member, now = await _reading(interaction, self.number("schedule"))
        section = schedule.section(self.number("section"))
        reached = replace(schedule.whole, marks=section.last) if section else schedule.whole
        marks = reached.marks_in(book)
        if marks <= now:
            return notice_card(f"{place_sentence(book, now)} {UNCHANGED}", book.title)
        return moved_card(member, await app_of(interaction).get(Progress).move(member, book, marks))


class NotYetButton(Pressed, template=rf"not-yet:{SCHEDULE}"):
    """Says what it means for its presser not to be there yet."""

    label, opens = "Not yet", True

    async def card(self, interaction: Interaction) -> Card:
        """Say where they are, and that they are told no more."""
        _, book, _, now = await _reading(interaction, self.number("schedule"))
        return notice_card(f"{place_sentence(book, now)} {NO_HURRY}", book.title)


UNCHANGED = "I’ve changed nothing. /progress set can take you back."
NO_HURRY = (
    "No hurry: what I tell you alone goes no further. This thread does, so read it once you’re there. "
    "If I have your place wrong, use /progress set, in your own words."
)


async def _reading(interaction: Interaction, schedule_id: int) -> tuple[Schedule, Book, Member, int]:
    """Return a schedule, its book, who presses, and the marks that they have finished. Raises Refused."""
    schedule, app = await _reached(interaction, schedule_id), app_of(interaction)
    if (book := app.books.get(schedule.book)) is None:
        raise Refused("That book is no longer in the library.")
    member = Member(schedule.club, interaction.user.id)
    return schedule, book, member, (await app.get(Progress).positions(member)).get(book.slug, 0)


def reading_buttons(schedule: Schedule, section: Section) -> list[Item]:
    """Return the buttons that ask readers whether they have read a section."""
    read = ReadButton(schedule.id, section.number, label=f"I’ve read {rules.range_name(schedule, section)}")
    whole = [ReadButton(schedule.id, 0)] if section.last < schedule.whole.of else []
    return [read, NotYetButton(schedule.id), *whole]


class Decision(Pressed, template=r"(?!)"):
    """Decides about a section that is late by days."""

    opens = True
    post: ClassVar[bool]
    done: ClassVar[str]

    def __init__(self, schedule: int | str, section: int | str) -> None:
        super().__init__(schedule, section, label=self.label.format(section))

    async def card(self, interaction: Interaction) -> Card:
        """Have it posted, or not."""
        schedule, section = await _organised(interaction, self.number("schedule")), self.number("section")
        await app_of(interaction).get(Schedules).decide(schedule.id, schedule.club, section, post=self.post)
        bot_of(interaction).jobs.nudge()
        return notice_card(self.done.format(section))


class PostNowButton(Decision, template=rf"late-post:{SCHEDULE}:{SECTION}"):
    """Has a section posted that is late by days."""

    label, style, post, done = "Post {} now", PRIMARY, True, "Section {} is being posted."


class SkipButton(Decision, template=rf"late-skip:{SCHEDULE}:{SECTION}"):
    """Has a section that is late by days not posted."""

    label, post, done = "Skip {}", False, "Section {} is skipped."


def late_items(schedule: int, numbers: Sequence[int]) -> list[Item]:
    """Return the buttons that decide about sections that are late by days."""
    return [button(schedule, number) for number in numbers for button in (PostNowButton, SkipButton)]


async def _organised(interaction: Interaction, schedule_id: int) -> Schedule:
    """Return a schedule whose organisers the presser belongs to, in a direct message, too. Raises Refused."""
    schedule = await _reached(interaction, schedule_id)
    if interaction.guild_id is not None:
        await needs(interaction, ORGANISER)
        return schedule
    guild = await server_of(bot_of(interaction), schedule.club)
    settings = await app_of(interaction).get(SetUp).settings(schedule.club)
    person = await guild.fetch_member(interaction.user.id) if guild else None
    if person is None or not ORGANISER.given_to(person.guild_permissions, person, settings):
        raise Refused(ORGANISER.refusal)
    return schedule


async def _reached(interaction: Interaction, schedule_id: int) -> Schedule:
    """Return a schedule of a club that the presser is in. Raises Refused or NotPossible."""
    schedule, here = (await app_of(interaction).get(Schedules).kept(schedule_id)).schedule, interaction.guild_id
    directly = here is None and await bot_of(interaction).is_member(schedule.club, interaction.user.id)
    if here != schedule.club and not directly:
        raise Refused("That schedule belongs to another club.")
    return schedule


def _reminders(schedule: Schedule, by: By | None) -> Card:
    """Return how somebody is reminded, with what changes it."""
    items = [RemindByButton(schedule.id, way) for way, chosen in WAYS.items() if chosen is not by]
    return notice_card(KEPT[by], schedule.title, items)


Books = Mapping[Slug, Book]

NAMED = 8
"""Other books that are named in an opening message."""


def shown_lines(schedule: Schedule) -> list[str]:
    """Return a schedule's lines as everybody sees them, safe; threads that are open can be gone to."""
    threads = {str(section.number): f" · <#{section.thread}>" for section in schedule.live if section.thread}
    first, *rest = rules.preview(schedule)
    return [safe(first), *(safe(line) + threads.get(line.partition(".")[0], "") for line in rest)]


def opening_card(
    schedule: Schedule, section: Section, books: Books, items: Items, *, late: str = "", prompts: Sequence[Prompt] = ()
) -> Card:  # fmt: skip
    """Return the message that opens a section's thread, with its discussion prompts."""
    stretch = safe(rules.range_name(schedule, section))
    parts = [
        f"Here we talk about {stretch}. {_how_far(schedule, section)}",
        _free(schedule, books),
        _next(schedule, section),
        prompts_text(prompts),
    ]
    footers = [*([safe(late)] if late else []), *map(mark_of, prompts)]
    title, body = safe(rules.thread_title(schedule, section)), "\n\n".join(filter(None, parts))
    return Card(title, body, footers, Tone.PUBLIC, items)


def prompts_card(prompts: Sequence[Prompt], items: Items) -> Card:
    """Return the discussion prompts of a section as a message of their own."""
    return Card("For discussion", prompts_text(prompts), [mark_of(prompt) for prompt in prompts], Tone.PUBLIC, items)


def prompts_text(prompts: Sequence[Prompt]) -> str:
    """Return discussion prompts, numbered."""
    return "\n\n".join(f"**{number}**  {safe(prompt.text)}" for number, prompt in enumerate(prompts, 1))


def reminder_card(schedule: Schedule, section: Section, items: Items, members: Sequence[int] = ()) -> Card:
    """Return a reminder of a meeting; those to whom it goes are mentioned where others read it, too."""
    who = " ".join(f"<@{member}>" for member in members)
    text = f"We meet {timestamp(section.meets)} to talk about {safe(rules.range_name(schedule, section))}."
    body = f"{who}\n{text}" if members else f"{text}\n<#{schedule.place}>"
    return Card(safe(rules.thread_title(schedule, section)), body, (), buttons=items)


def note_card(text: str, mark: str, items: Items, organiser: int = 0) -> Card:
    """Return what an organiser is told; by `mark` it is found again after a crash."""
    who = f"<@{organiser}>\n" if organiser else ""
    return Card("", who + safe(text), (mark,), Tone.PROBLEM, items)


def _how_far(schedule: Schedule, section: Section) -> str:
    upto = safe(rules.ceiling_name(schedule, section.ceiling))
    further = "" if section.ceiling >= schedule.whole.of else ", and no further"
    return f"This thread goes {upto}{further}."


def _free(schedule: Schedule, books: Books) -> str:
    titles = [books[slug].title for slug in schedule.also if slug in books]
    if not titles:
        return ""
    more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
    return f"You may also talk freely about {safe(', '.join(titles[:NAMED]))}{more}."


def _next(schedule: Schedule, section: Section) -> str:
    for later in schedule.live:
        if later.number > section.number and later.state is SectionState.AHEAD:
            return f"Next: {safe(rules.range_name(schedule, later))}, {timestamp(later.meets)}."
    return ""


PLAN, CHANGE = "schedule", "schedule-change"
"""What is kept for the buttons of a preview: a schedule that is to be made, or a change."""

NOTHING_YET = "Nothing is posted yet."
WHAT = {
    Do.EDIT: "Change the schedule?",
    Do.SHIFT: "Shift the schedule?",
    Do.PAUSE: "Pause the schedule?",
    Do.RESUME: "Resume the schedule?",
    Do.CANCEL: "Cancel the schedule?",
}
DONE = {
    Do.EDIT: "The schedule is changed.",
    Do.SHIFT: "The schedule is shifted.",
    Do.PAUSE: "The schedule is paused. Continue it with /schedule resume.",
    Do.RESUME: "The schedule is resumed.",
    Do.CANCEL: "The schedule is cancelled. Open threads stay open.",
}


class ConfirmButton(Confirm, template=rf"schedule-confirm:{ID}"):
    """Makes the schedule, or the change, that its organiser has seen."""

    of = (PLAN, CHANGE)

    async def card(self, interaction: Interaction) -> Card:
        """Make it, once."""
        asked = await self.asked(interaction)
        await needs(interaction, ORGANISER)
        schedules = app_of(interaction).get(Schedules)
        if asked.do == PLAN:
            schedule = await schedules.begin(ScheduleRequest.read(asked.text), asked.member, self.given["asked_id"])
            done = f"The schedule is created. I’ll open its threads in <#{schedule.place}>. See it with /schedule show."
        else:
            order = Order.read(asked.text)
            await schedules.make(order, asked.member.club)
            done = DONE[order.do]
        bot_of(interaction).jobs.nudge()
        return Card(body=done)


class TurnButton(Page, template=rf"schedule-page:{ID}:{PAGE}"):
    """Turns to a page of a preview."""

    of = (PLAN, CHANGE)

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        asked = await self.asked(interaction)
        return await preview_again(app_of(interaction), asked, self.page)


class FreeMenu(Picked, template=rf"schedule-free:{ID}"):
    """Picks the other books that may be spoken of freely."""

    @classmethod
    def of(cls, asked_id: str, slug: Slug, books: Books, also: Collection[Slug]) -> "list[FreeMenu]":
        """Return the menu of a club's books, with what the book asks for first; none where there is no other."""
        book = books.get(slug)
        options = [
            discord.SelectOption(label=one_line(each.title, OPTION), value=each.slug, default=each.slug in also)
            for each in (rules.perhaps_free(book, books)[:OPTIONS] if book else ())
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"schedule-free:{asked_id}", placeholder="Other books to talk about freely",
            options=options, min_values=0, max_values=len(options),
        )  # fmt: skip
        return [cls(menu)] if options else []

    async def picked(self, interaction: Interaction, values: list[str]) -> None:
        """Show the preview with these books."""
        await interaction.response.defer()
        asked = await own_question(interaction, self.custom_id.partition(":")[2], PLAN, CHANGE)
        wanted: ScheduleRequest | Order = (ScheduleRequest if asked.do == PLAN else Order).read(asked.text)
        wanted = replace(wanted, also=tuple(values))
        await replace_card(interaction, await preview_card(app_of(interaction), asked.member, asked.place, wanted))


class WordsButton(OwnButton, template=rf"schedule-words:{ID}"):
    """Opens the words of a schedule that is being made, to write them anew."""

    label, of = "Edit", (PLAN,)

    async def pressed(self, interaction: Interaction) -> None:
        """Open the modal."""
        asked = await self.asked(interaction)
        await interaction.response.send_modal(WordsModal(asked))


class WordsModal(Dialogue):
    """The words of a schedule, and the zone of its times."""

    def __init__(self, asked: Asked) -> None:
        prepared = ScheduleRequest.read(asked.text)
        super().__init__(title="When do you meet, and how much do you read?")
        self._asked = asked
        self.words = self.line(
            "In your own words", "words", prepared.words, description="Fridays at 8pm, 5 chapters a week",
            style=discord.TextStyle.paragraph, max_length=MAX_LENGTH,
        )  # fmt: skip
        example = "Such as Europe/Berlin"
        self.zone = self.line("Time zone", "zone", prepared.zone, description=example, max_length=60)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show the preview of what was written."""
        await interaction.response.defer()
        app, asked = app_of(interaction), self._asked
        prepared = replace(ScheduleRequest.read(asked.text), words=self.words.value, zone=self.zone.value.strip())
        await replace_card(interaction, await preview_card(app, asked.member, asked.place, prepared))


async def preview_card(app: App, member: Member, place: Place, wanted: ScheduleRequest | Order) -> Card:
    """Return the preview of a schedule or of a change, with what confirms it. Raises NotUnderstood or NotPossible.

    Words that cannot be planned are told with the way to write them anew.
    """
    do, book = (PLAN, wanted.book) if isinstance(wanted, ScheduleRequest) else (CHANGE, None)
    return await preview_again(app, await app.get(AskedQuestions).keep(do, member, place, wanted.written(), book), 1)


async def preview_again(app: App, asked: Asked, page: int) -> Card:
    """Return a page of a preview."""
    return await (_plan(app, asked, page) if asked.do == PLAN else _change(app, asked, page))


async def _plan(app: App, asked: Asked, page: int) -> Card:
    prepared, books = ScheduleRequest.read(asked.text), app.books_of(asked.member.club)
    try:
        schedule, wish = prepared.worked_out(books, asked.member)
        await app.get(Schedules).check(schedule)
    except DogearError as error:
        raise Choice(str(error), [WordsButton(asked.id), Cancel(asked.member.id)]) from error
    lines = [safe(line) for line in (*rules.preview(schedule), f"Understood: {', '.join(wish.understood())}.")]
    menu = FreeMenu.of(asked.id, prepared.book, books, prepared.also)
    items = [*menu, ConfirmButton(asked.id), WordsButton(asked.id), Cancel(asked.member.id)]
    title, turn = f"Schedule: {schedule.title}", partial(TurnButton, asked.id)
    return paged_card(title, lines, page, turn, note=NOTHING_YET, items=items, between="\n")


async def _change(app: App, asked: Asked, page: int) -> Card:
    order = Order.read(asked.text)
    change = await app.get(Schedules).preview(order, asked.member.club)
    after = change.after
    items: list[Item] = [ConfirmButton(asked.id), Cancel(asked.member.id)]
    lines = [safe(line) for line in change.preview()]
    if change.before.place != after.place:
        lines.insert(0, "Future threads open in the other channel.")
    if not lines or change.before == after:
        lines, items = ["Nothing would change."], items[1:]
    if order.do is Do.EDIT:
        items[:0] = FreeMenu.of(asked.id, after.book, app.books_of(asked.member.club), after.also)
    return paged_card(WHAT[order.do], lines, page, partial(TurnButton, asked.id), items=items, between="\n")


DECIDED_AT_ONCE = 8
"""Sections with their two buttons on a card."""


class ShownPageButton(Page, template=rf"schedule-shown:{SCHEDULE}:{PAGE}"):
    """Turns to a page of a schedule."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        member, _ = await visitor(interaction)
        kept = await app_of(interaction).get(Schedules).kept(self.number("schedule"), member.club)
        return await shown(interaction, kept, self.page)


BUTTONS = (
    *(RemindButton, RemindByButton, ReadButton, NotYetButton, PostNowButton, SkipButton),
    *(ConfirmButton, TurnButton, FreeMenu, WordsButton, ShownPageButton),
)


async def shown(interaction: Interaction, kept: Kept, page: int) -> Card:
    """Return a page of a schedule for whoever asks."""
    schedule = kept.schedule
    undecided = app_of(interaction).get(Schedules).undecided(kept) if await has(interaction, ORGANISER) else ()
    items = [RemindButton(schedule.id, 0, "show"), *late_items(schedule.id, undecided[:DECIDED_AT_ONCE])]
    turn = partial(ShownPageButton, schedule.id)
    return paged_card("", shown_lines(schedule), page, turn, items=items, between="\n")


def exported(schedule: Schedule, now: dt.datetime) -> bytes:
    """Return the `.ics` of a schedule: an event for every meeting, cancelled ones too, so that calendars drop them.

    Times are in UTC: calendars show them by the clocks of their owner.
    """
    events = [
        Event.new(
            uid=uid(schedule, section), summary=rules.thread_title(schedule, section), start=section.meets,
            end=section.meets + rules.MEETING, sequence=section.sequence, status=_status(schedule, section), stamp=now,
        )
        for section in schedule.sections
    ]  # fmt: skip
    calendar = Calendar.new(
        prodid="-//Dogear//Reading schedules//EN", method="PUBLISH", uid=f"s{schedule.id}@dogear", name=schedule.title,
        subcomponents=events,
    )  # fmt: skip
    return bytes(calendar.to_ical())


def uid(schedule: Schedule, section: Section) -> str:
    """Return the name by which calendars know a meeting again, whatever becomes of its date."""
    return f"s{schedule.id}-{section.number}@dogear"


def _status(schedule: Schedule, section: Section) -> STATUS:
    if section.state in (SectionState.CANCELLED, SectionState.SKIPPED):
        return STATUS.CANCELLED
    on_hold = schedule.state is ScheduleState.PAUSED and section.state is SectionState.AHEAD
    return STATUS.TENTATIVE if on_hold else STATUS.CONFIRMED
