"""The forms in which schedules are planned and changed: filled in with what is known, in words where words are best."""

import contextlib
from typing import Any

import discord

from bot.app import App
from bot.club_settings import SetUp
from bot.discord.buttons import OPENINGS, PRIMARY, Dialogue, OpenButton, Opening, own_question
from bot.discord.cards import MODAL_TITLE, OPTION, OPTIONS, Interaction, one_line
from bot.discord.context import (
    CURES,
    ORGANISER,
    Refused,
    app_of,
    deliver,
    lacking,
    lacks_in,
    needs,
    parent_of,
    replace_card,
)
from bot.discord.visitor import acknowledge
from bot.features.ask.rules import NoBook
from bot.features.ask.store import Asked
from bot.features.books.views import add_book
from bot.features.schedules import rules
from bot.features.schedules.changes import Do, Order, ScheduleRequest
from bot.features.schedules.stage import EVENTS, Parent, needed_in
from bot.features.schedules.store import Kept, NoSchedule, Schedules
from bot.features.schedules.views import PLAN, preview_card
from bot.features.schedules.words import MAX_LENGTH, read_wish
from bot.features.votes.store import Votes
from bot.people import Member
from bot.times import local
from corpus.books import Book, Unit
from corpus.errors import DogearError
from corpus.names import find_book
from corpus.positions import MAX_LENGTH as MAX_POSITION

SPEAKING = discord.Permissions(view_channel=True, send_messages=True)
MEETINGS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 52)
USUAL_MEETINGS = 6  # what a form offers first
AS_WRITTEN = "as written"


def amounts(book: Book) -> dict[str, str]:
    """Return over how many meetings a book may be read, in words for a schedule, each with how much that is."""
    unit = "%" if book.unit is Unit.PERCENT else f" {book.unit.value}s"
    return {"1 meeting": "1 meeting: the whole book"} | {
        f"{count} meetings": f"{count} meetings: about {round(book.marks / count)}{unit} each"
        for count in MEETINGS[1:]
        if count <= book.marks
    }


class PlanForm(Dialogue):
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
        found = amounts(book) | {AS_WRITTEN: "As I write it above"}
        usual = AS_WRITTEN if request.words else f"{min(USUAL_MEETINGS, book.marks)} meetings"
        self.amount = discord.ui.Select[PlanForm](
            custom_id="amount",
            options=[
                discord.SelectOption(label=label, value=words, default=words == usual) for words, label in found.items()
            ],
        )
        self.add_item(discord.ui.Label(text="Over how many meetings do you read it?", component=self.amount))
        self.channel = channel_menu(guild, request.place)
        self.add_item(discord.ui.Label(text="Where do its threads open?", component=self.channel))
        self.zone = self.line("Time zone", "zone", request.zone, description="Such as Europe/Berlin", max_length=60)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show the preview of what was written."""
        if self._asked:
            await interaction.response.defer()
            member, place = self._asked.member, self._asked.place
        else:
            member, place = await acknowledge(interaction, ORGANISER)
        app, words = app_of(interaction), self.words.value
        with contextlib.suppress(DogearError):  # the preview tells what is not understood, and offers to edit it
            said = await app.workers.do(lambda: read_wish(words, local(app.now(), "UTC")))
            words = words if said.amount or self.amount.values[0] == AS_WRITTEN else f"{words}, {self.amount.values[0]}"
        request = ScheduleRequest(
            self._request.book, words, self.zone.value.strip(), chosen_channel(interaction, self.channel).id, app.now(),
            self._request.also,
        )  # fmt: skip
        card = await preview_card(app, member, place, request)
        await (replace_card if self._asked else deliver)(interaction, card)


def channel_menu(guild: discord.Guild | None, usual: int) -> discord.ui.ChannelSelect[Any]:
    """Return the menu of channels and forums in which threads may open."""
    there = guild.get_channel(usual) if guild else None
    kinds = [discord.ChannelType.text, discord.ChannelType.forum]
    return discord.ui.ChannelSelect(
        custom_id="channel", channel_types=kinds, default_values=[there] if isinstance(there, Parent) else []
    )


def chosen_channel(
    interaction: Interaction, chosen: Parent | discord.ui.ChannelSelect[Any] | None, usual: int | None = None
) -> Parent:
    """Return where a schedule is to take place: as chosen, as usual, or here. Raises Refused."""
    guild = interaction.guild
    if guild is None:
        raise Refused("That works in a club’s server, not in a direct message.")
    if isinstance(chosen, discord.ui.ChannelSelect):
        usual, chosen = next((each.id for each in chosen.values), usual), None
    here = guild.get_channel(parent_of(interaction) or interaction.channel_id or 0)
    channel = chosen or guild.get_channel(usual or 0) or here
    if not isinstance(channel, Parent):
        raise Refused("Choose a text channel or a forum in the channel field: its threads or posts open there.")
    person = interaction.user
    if isinstance(person, discord.Member) and not channel.permissions_for(person) >= SPEAKING:
        raise Refused(f"You can’t write in #{channel.name}, so you can’t plan a schedule there.")
    lacks = (*lacks_in(channel, needed_in(channel)), *lacking(guild.me.guild_permissions, EVENTS))
    if lacks:
        raise Refused(f"I need the permission {' and '.join(lacks)} in #{channel.name}. Please allow it and try again.")
    return channel


async def plan_book(interaction: Interaction, typed: str, words: str = "", zone: str = "", place: int = 0) -> None:
    """Open the form of a book's schedule; of a book that is not known yet, the form with which it is added."""
    member, _ = await needs(interaction, ORGANISER)
    app = app_of(interaction)
    settings = await app.get(SetUp).settings(member.club)
    where = place or settings.schedule or settings.talk or parent_of(interaction) or interaction.channel_id or 0
    books = app.books_of(member.club)
    typed = typed or settings.book or ""
    if not typed:
        raise NoBook("Which book? Choose the club’s book first.")
    if typed not in books and (title := await _voted(app, member, typed)):
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
    asked = await own_question(interaction, asked_id, PLAN)
    request = ScheduleRequest.read(asked.text)
    book = app_of(interaction).books[request.book]
    await interaction.response.send_modal(PlanForm(book, request, interaction.guild, asked))


class EditForm(Dialogue, title="Change the schedule"):
    """What is still to come, planned anew in words; or one section, its date and its end."""

    def __init__(self, kept: Kept, interaction: Interaction) -> None:
        super().__init__()
        self._kept, schedule = kept, kept.schedule
        told = "“Thursdays at 7pm” moves the meetings; “4 chapters a week” plans the rest anew."
        self.words = self.line(
            "All that is to come", "words", "", description=told, style=discord.TextStyle.paragraph, required=False,
            max_length=MAX_LENGTH,
        )  # fmt: skip
        ahead = schedule.ahead(app_of(interaction).now())[:OPTIONS]
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
        member, place = await acknowledge(interaction, ORGANISER)
        schedule, app = self._kept.schedule, app_of(interaction)
        moved = next((each.id for each in self.channel.values), schedule.place)
        order = Order(
            schedule.id, self._kept.version, Do.EDIT, app.now(), words=self.words.value,
            section=int("".join(self.section.values) or 0), meets=self.meets.value, upto=self.upto.value,
            place=chosen_channel(interaction, None, moved).id if moved != schedule.place else 0,
        )  # fmt: skip
        await deliver(interaction, await preview_card(app, member, place, order))


async def change_schedule(interaction: Interaction, typed: str) -> None:
    """Open the form in which a schedule is changed."""
    member, place = await needs(interaction, ORGANISER)
    app = app_of(interaction)
    book = find_book(typed, app.books_of(member.club)) if typed else None
    kept = await app.get(Schedules).find(place, parent_of(interaction), book)
    await interaction.response.send_modal(EditForm(kept, interaction))


OPENINGS["plan"] = Opening("Plan the schedule", plan_book, PRIMARY, ORGANISER)
OPENINGS["schedule-words"] = Opening("Edit", _change_words)
OPENINGS["open-edit"] = Opening("Change", change_schedule, right=ORGANISER)
CURES[NoSchedule] = lambda _: [OpenButton("plan")]
CURES[NoBook] = lambda _: [OpenButton("welcome-setup")]
