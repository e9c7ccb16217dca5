"""Previews of schedules and of their changes, the forms that lead to them, and the list that everybody can see."""

import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

import discord

from bot.app import App
from bot.club_settings import SetUp
from bot.discord import buttons, context
from bot.discord.cards import MODAL_TITLE, OPTION, OPTIONS, Card, Interaction, one_line, paged_card, safe
from bot.discord.visitor import acknowledge, visitor
from bot.features.ask.rules import NoBook
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.books.rules import named
from bot.features.books.views import add_book
from bot.features.progress.views import SCHEDULE
from bot.features.schedules import changes, rules
from bot.features.schedules.changes import PROPOSAL, REQUEST, Books, Do, Proposal, ScheduleChange, ScheduleRequest
from bot.features.schedules.posts import POSTED, STATES, late_items, remind_button, shown_lines
from bot.features.schedules.rules import NotPossible, Schedule, ScheduleState
from bot.features.schedules.stage import EVENTS, Parent, needed_in
from bot.features.schedules.store import Kept, NoSchedule, Schedules
from bot.features.schedules.words import MAX_LENGTH, read_wish
from bot.features.votes.store import Votes
from bot.people import Member, Place
from bot.times import local
from corpus.books import Book, Slug, Unit
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book
from corpus.positions import MAX_LENGTH as MAX_POSITION
from corpus.text import plural

PLAN, CHANGE = "schedule", "schedule-becomes"
"""What is kept for the buttons of a preview: a schedule that is to be made, or a change."""

DONE = {
    Do.EDIT: "The schedule is changed.",
    Do.SHIFT: "The schedule is shifted.",
    Do.PAUSE: "The schedule is paused. Continue it with /schedule resume.",
    Do.RESUME: "The schedule is resumed.",
    Do.CANCEL: "The schedule is cancelled. Open threads stay open.",
}


@buttons.button(buttons.Confirm, "schedule-confirm", of=(PLAN, CHANGE), right=context.ORGANISER)
async def confirm_button(button: buttons.Confirm, interaction: Interaction) -> Card:
    """Makes the schedule, or the change, that its organiser has seen."""
    asked, app = await button.asked(interaction), context.app_of(interaction)
    schedules = app.get(Schedules)
    if asked.do == PLAN:
        schedule = await schedules.begin(await _planned(app, asked), asked.id)
        await app.get(SetUp).choose_book(asked.member.club, schedule.book)
        done = (
            f"The schedule is created, and {safe(schedule.title)} is the club’s book now. I’ll open its threads in "
            f"<#{schedule.place}>. See it with /schedule show."
        )
    else:
        proposal = PROPOSAL.validate_json(asked.text)
        await schedules.make(proposal.change)
        done = DONE[proposal.do]
    context.bot_of(interaction).jobs.nudge()
    return Card(body=done)


@buttons.button(buttons.Page, rf"schedule-page:{buttons.ID}:{buttons.PAGE}", of=(PLAN, CHANGE))
async def turn_button(button: buttons.Page, interaction: Interaction) -> Card:
    """Turns to a page of a preview."""
    return await _preview(context.app_of(interaction), await button.asked(interaction), button.page)


class FreeMenu(buttons.Picked, template=rf"schedule-free:{buttons.ID}"):
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
        asked = await buttons.own_question(interaction, self.custom_id.partition(":")[2], PLAN)
        request = replace(REQUEST.validate_json(asked.text), also=tuple(values))
        return await plan_card(context.app_of(interaction), asked.member, asked.place, request)


async def plan_card(app: App, member: Member, place: Place, request: ScheduleRequest) -> Card:
    """Return the preview of a schedule. Raises Choice."""
    return await _kept_preview(app, PLAN, member, place, REQUEST.dump_json(request), request.book)


async def change_card(
    app: App, member: Member, place: Place, do: Do, kept: Kept, change: Callable[[Schedule], ScheduleChange]
) -> Card:  # fmt: skip
    """Return the preview of a change. Raises NotPossible, NotUnderstood or PositionError."""
    if kept.schedule.state is ScheduleState.CANCELLED:
        raise NotPossible("The schedule is cancelled. Create a new one.")
    proposal = Proposal(do, await app.workers.do(partial(change, kept.schedule)))
    return await _kept_preview(app, CHANGE, member, place, PROPOSAL.dump_json(proposal))


async def _kept_preview(
    app: App, do: str, member: Member, place: Place, text: bytes, book: Slug | None = None
) -> Card:  # fmt: skip
    return await _preview(app, await app.get(AskedQuestions).keep(do, member, place, text.decode(), book), 1)


async def _planned(app: App, asked: Asked) -> Schedule:
    """Return the schedule that was asked for. Raises NotUnderstood, NotPossible or UnknownZone."""
    request, books = REQUEST.validate_json(asked.text), app.books_of(asked.member.club)
    return await app.workers.do(lambda: request.worked_out(books, asked.member))


async def _preview(app: App, asked: Asked, page: int) -> Card:
    """Return a page of a preview."""
    books, cancel = app.books_of(asked.member.club), buttons.Cancel(asked.member.id)
    turn, confirm = partial(turn_button, asked.id), [confirm_button(asked.id)]
    if asked.do == PLAN:
        words = buttons.OpenButton("schedule-words", asked.id)
        try:
            schedule = await _planned(app, asked)
            await app.get(Schedules).check(schedule)
        except DogearError as error:
            raise context.Choice(str(error), [words, cancel]) from error
        lines, title, note = rules.preview(schedule), f"Schedule: {schedule.title}", "Nothing is posted yet."
        items = [*FreeMenu.of(asked.id, schedule.book, books, schedule.also), *confirm, words, cancel]
    else:
        proposal = PROPOSAL.validate_json(asked.text)
        change = proposal.change
        lines, title, note = change.preview(), f"{proposal.do.capitalize()} the schedule?", ""
        items = [*(confirm if change.after != change.before else ()), cancel]
    return paged_card(title, list(map(safe, lines)), page, turn, note=note, items=items, between="\n")


@buttons.button(buttons.Page, rf"schedule-shown:{SCHEDULE}:{buttons.PAGE}")
async def shown_page_button(button: buttons.Page, interaction: Interaction) -> Card:
    """Turns to a page of a schedule."""
    member, _ = await visitor(interaction)
    kept = await context.app_of(interaction).get(Schedules).kept(button.number("schedule"), member.club)
    return await shown(interaction, kept, button.page)


async def shown(interaction: Interaction, kept: Kept, page: int) -> Card:
    """Return a page of a schedule for whoever asks."""
    schedule = kept.schedule
    organises = await context.has(interaction, context.ORGANISER)
    undecided = context.app_of(interaction).get(Schedules).undecided(kept) if organises else ()
    change = [buttons.OpenButton("open-edit", schedule.book)] if organises else []
    items = [remind_button(schedule.id, 0, "show"), *change, *late_items(schedule.id, undecided)]
    turn, lines = partial(shown_page_button, schedule.id), [STATES[schedule.state]] if schedule.state in STATES else []
    return paged_card(schedule.title, [*lines, *shown_lines(schedule)], page, turn, items=items, between="\n")


# Forms


SPEAKING = discord.Permissions(view_channel=True, send_messages=True)
MEETINGS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 52)
USUAL_MEETINGS = 6  # what a form offers first
AS_WRITTEN = "as written"


def _some(book: Book, marks: int) -> str:
    return f"{marks}%" if book.unit is Unit.PERCENT else plural(marks, book.unit.value)


def _amounts(book: Book, usual: str) -> list[discord.SelectOption]:
    """Return over how many meetings a book may be read, in words for a schedule, each with how much that is."""
    counts = [n for n in MEETINGS if n <= book.marks]
    found = {"1 meeting": "1 meeting: the whole book"}
    found |= {f"{n} meetings": f"{n} meetings: about {_some(book, round(book.marks / n))} each" for n in counts}
    found[AS_WRITTEN] = "As I write it above"
    return [discord.SelectOption(label=label, value=words, default=words == usual) for words, label in found.items()]


class PlanForm(buttons.Dialogue):
    """When a club meets for a book, how much it reads each time, and where; `asked` is the preview that it changes."""

    def __init__(
        self, book: Book, request: ScheduleRequest, guild: discord.Guild | None, asked: Asked | None = None
    ) -> None:
        super().__init__(title=one_line(f"Plan {book.title}", MODAL_TITLE))
        self._request, self._asked = request, asked
        told = "Such as: Fridays at 8pm · first Tuesday of the month at 7pm · from 8 January, skip Christmas"
        self.words = self.line(
            "When do you meet?", "words", request.words, description=told, placeholder="Fridays at 8pm",
            style=discord.TextStyle.paragraph, max_length=MAX_LENGTH,
        )  # fmt: skip
        usual = AS_WRITTEN if request.words else plural(min(USUAL_MEETINGS, book.marks), "meeting")
        self.amount = discord.ui.Select[PlanForm](custom_id="amount", options=_amounts(book, usual))
        self.add_item(discord.ui.Label(text="Over how many meetings do you read it?", component=self.amount))
        self.channel = channel_menu(guild, request.place)
        self.add_item(discord.ui.Label(text="Where do its threads open?", component=self.channel))
        self.zone = self.line(
            "Time zone", "zone", request.zone, description="A large city nearby, such as Berlin", max_length=60
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show the preview of what was written."""
        if self._asked:
            await interaction.response.defer()
            member, place = self._asked.member, self._asked.place
        else:
            member, place = await acknowledge(interaction, context.ORGANISER)
        app, words = context.app_of(interaction), self.words.value
        with contextlib.suppress(DogearError):  # the preview tells what is not understood, and offers to edit it
            said = await app.workers.do(lambda: read_wish(words, local(app.now(), "UTC")))
            words = words if said.amount or self.amount.values[0] == AS_WRITTEN else f"{words}, {self.amount.values[0]}"
        channel = chosen_channel(interaction, next((each.id for each in self.channel.values), 0))
        zone = self.zone.value.strip()
        request = replace(self._request, words=words, zone=zone, place=channel.id, at=app.now())
        card = await plan_card(app, member, place, request)
        await (context.replace_card if self._asked else context.deliver)(interaction, card)


def channel_menu(guild: discord.Guild | None, usual: int) -> discord.ui.ChannelSelect[Any]:
    """Return the menu of channels and forums in which threads may open."""
    there = guild.get_channel(usual) if guild else None
    kinds = [discord.ChannelType.text, discord.ChannelType.forum]
    return discord.ui.ChannelSelect(
        custom_id="channel", channel_types=kinds, default_values=[there] if isinstance(there, Parent) else []
    )


def chosen_channel(interaction: Interaction, wanted: int) -> Parent:
    """Return where a schedule is to take place: in the channel that is wanted, or here. Raises Refused."""
    guild = interaction.guild
    if guild is None:
        raise context.Refused("That works in a club’s server, not in a direct message.")
    channel = guild.get_channel(wanted or context.parent_of(interaction) or interaction.channel_id or 0)
    if not isinstance(channel, Parent):
        raise context.Refused("Choose a text channel or a forum in the channel field: its threads or posts open there.")
    person = interaction.user
    if isinstance(person, discord.Member) and not channel.permissions_for(person) >= SPEAKING:
        raise context.Refused(f"You can’t write in #{channel.name}, so you can’t plan a schedule there.")
    lacks = (*context.lacks_in(channel, needed_in(channel)), *context.lacking(guild.me.guild_permissions, EVENTS))
    if lacks:
        raise context.Refused(
            f"I need the permission {' and '.join(lacks)} in #{channel.name}. Please allow it and try again."
        )
    return channel


async def plan_book(interaction: Interaction, typed: str, words: str = "", zone: str = "", place: int = 0) -> None:
    """Open the form of a book's schedule; of a book that is not known yet, the form with which it is added."""
    member, _ = await context.needs(interaction, context.ORGANISER)
    app = context.app_of(interaction)
    settings = await app.get(SetUp).settings(member.club)
    where = place or settings.schedule or settings.talk or context.parent_of(interaction) or interaction.channel_id or 0
    books = app.books_of(member.club)
    typed = typed or settings.book or ""
    if not typed:
        raise NoBook("Which book? Choose the club’s book first.")
    if typed not in books and (title := await _voted(app, member, typed)):
        try:
            typed = find_book(named(title).title, books, whole=True).slug
        except UnknownBook:
            await add_book(interaction, title)
            return
    book = find_book(typed, books)
    request = ScheduleRequest(book.slug, words, zone or settings.zone, where, app.now())
    await interaction.response.send_modal(PlanForm(book, request, interaction.guild))


async def _voted(app: App, member: Member, key: str) -> str:
    """Return the title of a book of the club's latest vote, by its key; empty where there is none."""
    with contextlib.suppress(DogearError):
        return (await app.get(Votes).latest(member.club)).titles.get(key, "")
    return ""


async def _change_words(interaction: Interaction, asked_id: str) -> None:
    asked = await buttons.own_question(interaction, asked_id, PLAN)
    request = REQUEST.validate_json(asked.text)
    book = changes.known(request.book, context.app_of(interaction).books)
    await interaction.response.send_modal(PlanForm(book, request, interaction.guild, asked))


class EditForm(buttons.Dialogue, title="Change the schedule"):
    """What is still to come, planned anew in words; or one section, its date and its end."""

    def __init__(self, schedule: Schedule, interaction: Interaction) -> None:
        super().__init__()
        self._schedule = schedule
        told = "“Thursdays at 7pm” moves the meetings; “4 chapters a week” plans the rest again."
        self.words = self.line(
            "Everything to come", "words", "", description=told, style=discord.TextStyle.paragraph, required=False,
            max_length=MAX_LENGTH,
        )  # fmt: skip
        ahead = schedule.ahead(context.app_of(interaction).now())[:OPTIONS]
        options = [
            discord.SelectOption(label=one_line(rules.section_name(schedule, each), OPTION), value=f"{each.number}")
            for each in ahead
        ]
        self.section = discord.ui.Select[EditForm](
            custom_id="section", required=False, min_values=0, placeholder="The next one", options=options
        )  # fmt: skip
        if options:
            self.add_item(discord.ui.Label(text="Or one section", component=self.section))
        self.meets = self.line(
            "Its new date", "meets", "", description="12 March at 8pm", required=False, max_length=100
        )
        self.upto = self.line("Its new end", "upto", "", description="ch 9", required=False, max_length=MAX_POSITION)
        self.channel = channel_menu(interaction.guild, schedule.place)
        self.add_item(discord.ui.Label(text="Where do future threads open?", component=self.channel))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show what would change."""
        member, place = await acknowledge(interaction, context.ORGANISER)
        app, before = context.app_of(interaction), self._schedule.place
        wanted = next((each.id for each in self.channel.values), before)
        change = partial(
            changes.edited, books=app.books_of(member.club), now=app.now(), words=self.words.value,
            section=int("".join(self.section.values) or 0), meets=self.meets.value, upto=self.upto.value,
            place=chosen_channel(interaction, wanted).id if wanted != before else 0,
        )  # fmt: skip
        kept = await app.get(Schedules).kept(self._schedule.id, member.club)
        await context.deliver(interaction, await change_card(app, member, place, Do.EDIT, kept, change))


async def change_schedule(interaction: Interaction, typed: str) -> None:
    """Open the form in which a schedule is changed."""
    member, place = await context.needs(interaction, context.ORGANISER)
    app = context.app_of(interaction)
    book = find_book(typed, app.books_of(member.club)) if typed else None
    kept = await app.get(Schedules).find(place, context.parent_of(interaction), book)
    await interaction.response.send_modal(EditForm(kept.schedule, interaction))


buttons.OPENINGS["plan"] = buttons.Opening("Plan the schedule", plan_book, buttons.PRIMARY, context.ORGANISER)
buttons.OPENINGS["schedule-words"] = buttons.Opening("Edit", _change_words)
buttons.OPENINGS["open-edit"] = buttons.Opening("Change", change_schedule, right=context.ORGANISER)
context.CURES[NoSchedule] = lambda _: [buttons.OpenButton("plan")]
context.CURES[NoBook] = lambda _: [buttons.OpenButton("welcome-setup")]


BUTTONS = (*POSTED, confirm_button, turn_button, FreeMenu, shown_page_button)
