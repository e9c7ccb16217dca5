"""What is shown of schedules and pressed: previews, reminders, openings, and the calendar file."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import discord
from icalendar import Calendar, Event
from icalendar.enums import STATUS

from bot.answering.texts import place_sentence
from bot.app import App
from bot.club_settings import SetUp
from bot.discord.buttons import ID, PAGE, Cancel, Confirm, Dialogue, OwnButton, Page, Picked, Pressed, own_question
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, Item, Tone, notice_card, one_line, paged_card, safe
from bot.discord.context import ORGANISER, Choice, Refused, app_of, bot_of, has, needs, replace_card
from bot.discord.jobs import button_ids
from bot.discord.visitor import server_of, visitor
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.progress.cog import moved_card
from bot.features.progress.store import Progress
from bot.features.schedules import rules
from bot.features.schedules.changes import Books, Do, Order, ScheduleRequest
from bot.features.schedules.rules import Schedule, ScheduleState, Section, SectionState
from bot.features.schedules.store import By, Kept, Schedules
from bot.features.schedules.words import MAX_LENGTH
from bot.people import Member, Place
from bot.times import timestamp
from corpus.books import Book, Slug
from corpus.errors import DogearError

SCHEDULE = r"(?P<schedule>\d{1,18})"
SECTION = r"(?P<section>\d{1,3})"
PRIMARY = discord.ButtonStyle.primary
BEFORE = "a day and an hour before each meeting."
WAYS: Mapping[str, tuple[By | None, str, str]] = {
    "d": (By.DIRECT, "By direct message", f"I’ll send you a direct message {BEFORE}"),
    "t": (By.THREAD, "In the thread", f"I’ll mention you in the thread {BEFORE} Others see that."),
    "n": (None, "No reminders", "I won’t remind you of these meetings."),
}
"""How somebody can be reminded: what the button says, and what is said once that is chosen."""


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
        super().__init__(schedule, way, label=WAYS[way][1])

    async def card(self, interaction: Interaction) -> Card:
        """Keep the choice."""
        by, schedule = WAYS[self.given["way"]][0], await _reached(interaction, self.number("schedule"))
        await app_of(interaction).get(Schedules).remind(schedule.id, Member(schedule.club, interaction.user.id), by)
        return _reminders(schedule, by)


def _reminders(schedule: Schedule, chosen: By | None) -> Card:
    """Return how somebody is reminded, with what changes it."""
    items = [RemindByButton(schedule.id, way) for way, (by, _, _) in WAYS.items() if by is not chosen]
    return notice_card(next(said for by, _, said in WAYS.values() if by is chosen), schedule.title, items)


class ReadButton(Pressed, template=rf"read:{SCHEDULE}:{SECTION}"):
    """Notes that its presser has read to the end of a section, or with 0 of the book; nobody goes back by it."""

    label, opens = "I’ve finished the book", True

    async def card(self, interaction: Interaction) -> Card:
        """Move the presser's position, and show where they are."""
        schedule, book, member, now = await _reading(interaction, self.number("schedule"))
        section = schedule.section(self.number("section"))
        marks = (replace(schedule.whole, marks=section.last) if section else schedule.whole).marks_in(book)
        if marks <= now:
            unchanged = "I’ve changed nothing. /progress set can take you back."
            return notice_card(f"{place_sentence(book, now)} {unchanged}", book.title)
        return moved_card(member, await app_of(interaction).get(Progress).move(member, book, marks))


class NotYetButton(Pressed, template=rf"not-yet:{SCHEDULE}"):
    """Says what it means for its presser not to be there yet."""

    label, opens = "Not yet", True

    async def card(self, interaction: Interaction) -> Card:
        """Say where they are, and that they are told no more."""
        _, book, _, now = await _reading(interaction, self.number("schedule"))
        no_hurry = (
            "No hurry: what I tell you alone goes no further. This thread does, so read it once you’re there. "
            "If I have your place wrong, use /progress set, in your own words."
        )
        return notice_card(f"{place_sentence(book, now)} {no_hurry}", book.title)


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


class LateButton(Pressed, template=rf"late-(?P<do>post|skip):{SCHEDULE}:{SECTION}"):
    """Has a section posted that is late by days, or not."""

    opens = True

    def __init__(self, do: str, schedule: int | str, section: int | str) -> None:
        label, style = (
            (f"Post {section} now", discord.ButtonStyle.primary) if do == "post" else (f"Skip {section}", None)
        )
        super().__init__(do, schedule, section, label=label, style=style)

    async def card(self, interaction: Interaction) -> Card:
        """Decide."""
        schedule, section = await _organised(interaction, self.number("schedule")), self.number("section")
        post = self.given["do"] == "post"
        await app_of(interaction).get(Schedules).decide(schedule.id, schedule.club, section, post=post)
        bot_of(interaction).jobs.nudge()
        return notice_card(f"Section {section} is {'being posted' if post else 'skipped'}.")


DECIDED_AT_ONCE = 8  # sections with their two buttons on a card; the next ones are on that of /schedule show


def late_items(schedule: int, numbers: Sequence[int]) -> list[Item]:
    """Return the buttons that decide about sections that are late by days."""
    return [LateButton(do, schedule, number) for number in numbers[:DECIDED_AT_ONCE] for do in ("post", "skip")]


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


NAMED = 300  # characters for the titles of other books in an opening message


def shown_lines(schedule: Schedule) -> list[str]:
    """Return a schedule's lines as everybody sees them, safe; threads that are open can be gone to."""
    first, *rest = map(safe, rules.preview(schedule))
    threads = (f" · <#{section.thread}>" if section.thread else "" for section in schedule.live)
    return [first, *map("".join, zip(rest, threads, strict=True))]


def opening_card(schedule: Schedule, section: Section, books: Books, items: Sequence[Item], *, late: str = "") -> Card:
    """Return the message that opens a section's thread: how far it goes, what else is free, and what comes next."""
    upto = safe(rules.ceiling_name(schedule, section))
    further = "" if section.last >= schedule.whole.of else ", and no further"
    parts = [f"Here we talk about {safe(rules.range_name(schedule, section))}. This thread goes {upto}{further}."]
    if titles := [books[slug].title for slug in schedule.also if slug in books]:
        parts.append(f"You may also talk freely about {safe(one_line(', '.join(titles), NAMED))}.")
    later = (each for each in schedule.live if each.number > section.number and each.state is SectionState.AHEAD)
    if after := next(later, None):
        parts.append(f"Next: {safe(rules.range_name(schedule, after))}, {timestamp(after.meets)}.")
    title, footers = safe(rules.thread_title(schedule, section)), [safe(late)] if late else []
    return Card(title, "\n\n".join(parts), footers, Tone.PUBLIC, items)


def reminder_card(
    schedule: Schedule, section: Section, items: Sequence[Item], members: Sequence[int] = ()
) -> Card:  # fmt: skip
    """Return a reminder of a meeting; those to whom it goes are mentioned where others read it, too."""
    who = " ".join(f"<@{member}>" for member in members)
    text = f"We meet {timestamp(section.meets)} to talk about {safe(rules.range_name(schedule, section))}."
    body = f"{who}\n{text}" if members else f"{text}\n<#{schedule.place}>"
    return Card(safe(rules.thread_title(schedule, section)), body, (), buttons=items)


def note_card(text: str, mark: str, items: Sequence[Item], organiser: int = 0) -> Card:
    """Return what an organiser is told; by `mark` it is found again after a crash."""
    who = f"<@{organiser}>\n" if organiser else ""
    return Card("", who + safe(text), (mark,), Tone.PROBLEM, items)


PLAN, CHANGE = "schedule", "schedule-change"
"""What is kept for the buttons of a preview: a schedule that is to be made, or a change."""

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
        return await preview_again(app_of(interaction), await self.asked(interaction), self.page)


class FreeMenu(Picked, template=rf"schedule-free:{ID}"):
    """Picks the other books that may be spoken of freely."""

    @classmethod
    def of(cls, asked_id: str, slug: Slug, books: Books, also: Collection[Slug]) -> "list[FreeMenu]":
        """Return the menu of a club's books, with what the book asks for first; none where there is no other."""
        options = [
            discord.SelectOption(label=one_line(each.title, OPTION), value=each.slug, default=each.slug in also)
            for each in (rules.perhaps_free(books[slug], books)[:OPTIONS] if slug in books else ())
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"schedule-free:{asked_id}", placeholder="Other books to talk about freely",
            options=options, min_values=0, max_values=len(options)
        )  # fmt: skip
        return [cls(menu)] if options else []

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Show the preview with these books."""
        asked = await own_question(interaction, self.custom_id.partition(":")[2], PLAN, CHANGE)
        wanted: ScheduleRequest | Order = (ScheduleRequest if asked.do == PLAN else Order).read(asked.text)
        return await preview_card(app_of(interaction), asked.member, asked.place, replace(wanted, also=tuple(values)))


class WordsButton(OwnButton, template=rf"schedule-words:{ID}"):
    """Opens the words of a schedule that is being made, to write them anew."""

    label, of = "Edit", (PLAN,)

    async def pressed(self, interaction: Interaction) -> None:
        """Open the modal."""
        await interaction.response.send_modal(WordsModal(await self.asked(interaction)))


class WordsModal(Dialogue):
    """The words of a schedule, and the zone of its times."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(title="When do you meet, and how much do you read?")
        self._asked, self._request = asked, ScheduleRequest.read(asked.text)
        self.words = self.line(
            "In your own words", "words", self._request.words, description="Fridays at 8pm, 5 chapters a week",
            style=discord.TextStyle.paragraph, max_length=MAX_LENGTH,
        )  # fmt: skip
        example = "Such as Europe/Berlin"
        self.zone = self.line("Time zone", "zone", self._request.zone, description=example, max_length=60)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show the preview of what was written."""
        await interaction.response.defer()
        wanted = replace(self._request, words=self.words.value, zone=self.zone.value.strip())
        card = await preview_card(app_of(interaction), self._asked.member, self._asked.place, wanted)
        await replace_card(interaction, card)


async def preview_card(app: App, member: Member, place: Place, wanted: ScheduleRequest | Order) -> Card:
    """Return the preview of a schedule or of a change, with what confirms it. Raises NotPossible, or a Choice."""
    do, book = (PLAN, wanted.book) if isinstance(wanted, ScheduleRequest) else (CHANGE, None)
    return await preview_again(app, await app.get(AskedQuestions).keep(do, member, place, wanted.written(), book), 1)


async def preview_again(app: App, asked: Asked, page: int) -> Card:
    """Return a page of a preview."""
    books, schedules, cancel = app.books_of(asked.member.club), app.get(Schedules), Cancel(asked.member.id)
    turn = partial(TurnButton, asked.id)
    if asked.do == PLAN:
        request, words = ScheduleRequest.read(asked.text), WordsButton(asked.id)
        try:
            schedule = request.worked_out(books, asked.member)
            await schedules.check(schedule)
        except DogearError as error:
            raise Choice(str(error), [words, cancel]) from error
        lines = rules.preview(schedule)
        menu = FreeMenu.of(asked.id, request.book, books, request.also)
        title, items = f"Schedule: {schedule.title}", [*menu, ConfirmButton(asked.id), words, cancel]
        return paged_card(
            title, list(map(safe, lines)), page, turn, note="Nothing is posted yet.", items=items, between="\n"
        )
    order = Order.read(asked.text)
    change = await schedules.preview(order, asked.member.club)
    after, same = change.after, change.before == change.after
    moves = ["Future threads open in the other channel."] if change.before.place != after.place else []
    lines = ["Nothing would change."] if same else [*moves, *change.preview()]
    menu = FreeMenu.of(asked.id, after.book, books, after.also) if order.do is Do.EDIT else []
    items = [*menu, *([] if same else [ConfirmButton(asked.id)]), cancel]
    title = f"{order.do.capitalize()} the schedule?"
    return paged_card(title, list(map(safe, lines)), page, turn, items=items, between="\n")


class ShownPageButton(Page, template=rf"schedule-shown:{SCHEDULE}:{PAGE}"):
    """Turns to a page of a schedule."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        member, _ = await visitor(interaction)
        kept = await app_of(interaction).get(Schedules).kept(self.number("schedule"), member.club)
        return await shown(interaction, kept, self.page)


BUTTONS = (
    *(RemindButton, RemindByButton, ReadButton, NotYetButton, LateButton),
    *(ConfirmButton, TurnButton, FreeMenu, WordsButton, ShownPageButton),
)


async def shown(interaction: Interaction, kept: Kept, page: int) -> Card:
    """Return a page of a schedule for whoever asks."""
    schedule = kept.schedule
    undecided = app_of(interaction).get(Schedules).undecided(kept) if await has(interaction, ORGANISER) else ()
    items = [RemindButton(schedule.id, 0, "show"), *late_items(schedule.id, undecided)]
    turn = partial(ShownPageButton, schedule.id)
    return paged_card("", shown_lines(schedule), page, turn, items=items, between="\n")


def exported(schedule: Schedule, now: dt.datetime) -> bytes:
    """Return the `.ics` of a schedule: an event for every meeting, cancelled ones too, so that calendars drop them."""
    became = {SectionState.CANCELLED: STATUS.CANCELLED, SectionState.SKIPPED: STATUS.CANCELLED}
    if schedule.state is ScheduleState.PAUSED:
        became[SectionState.AHEAD] = STATUS.TENTATIVE
    events = [
        Event.new(
            uid=uid(schedule, section), summary=rules.thread_title(schedule, section), start=section.meets,
            end=section.meets + rules.MEETING, sequence=section.sequence, stamp=now,
            status=became.get(section.state, STATUS.CONFIRMED)
        )
        for section in schedule.sections
    ]  # fmt: skip
    calendar = Calendar.new(
        prodid="-//Dogear//Reading schedules//EN", method="PUBLISH", uid=f"s{schedule.id}@dogear", name=schedule.title,
        subcomponents=events
    )  # fmt: skip
    return bytes(calendar.to_ical())


def uid(schedule: Schedule, section: Section) -> str:
    """Return the name by which calendars know a meeting again, whatever becomes of its date."""
    return f"s{schedule.id}-{section.number}@dogear"
