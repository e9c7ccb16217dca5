"""What organisers press to make and to change schedules: the preview, the books beside it, and *Confirm*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.club.people import Member, Place
from bot.club.schedules.plan import perhaps_free
from bot.club.schedules.preparing import Do, Order, Prepared
from bot.club.schedules.showing import preview
from bot.club.schedules.wording import MAX_LENGTH
from bot.club.services import Services
from bot.club.talk_records import Asked
from bot.discord.answer_buttons import ID, own_question
from bot.discord.cards import Card
from bot.discord.club_bot import bot_of, services_of
from bot.discord.confirming import CONFIRM, CancelButton
from bot.discord.delivering import replace_card
from bot.discord.failures import Choice
from bot.discord.limits import MODAL_TITLE, OPTION, OPTIONS
from bot.discord.moderators import organises
from bot.discord.pressing import Dialogue, Picked, Pressed
from bot.discord.safe_text import one_line, safe
from bot.discord.schedule_cards import Items, lines_card, pages_in
from corpus.books import Book, Slug
from corpus.errors import DogearError

PLAN, CHANGE = "schedule", "schedule-change"
"""What is kept for the buttons of a preview: a schedule that is to be made, or a change."""

NOTHING_YET = "Nothing is posted yet."
WHAT = {
    Do.EDIT: "Change the schedule?",
    Do.SHIFT: "Shift the schedule?",
    Do.PAUSE: "Pause the schedule?",
    Do.RESUME: "Go on with the schedule?",
    Do.CANCEL: "Cancel the schedule?",
}
DONE = {
    Do.EDIT: "The schedule is changed.",
    Do.SHIFT: "The schedule is shifted.",
    Do.PAUSE: "The schedule is paused. /schedule resume goes on with it.",
    Do.RESUME: "The schedule goes on.",
    Do.CANCEL: "The schedule is cancelled. What is open stays open.",
}


class ConfirmButton(Pressed, template=rf"schedule-confirm:(?P<asked_id>{ID})"):
    """Makes the schedule, or the change, that its organiser has seen."""

    def __init__(self, asked_id: str) -> None:
        super().__init__(CONFIRM, f"schedule-confirm:{asked_id}", discord.ButtonStyle.primary)
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Make it, once."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, PLAN, CHANGE)
        await organises(interaction)
        schedules = services_of(interaction).schedules
        if asked.do == PLAN:
            schedule = await schedules.begin(Prepared.read(asked.text), asked.member, self._asked_id)
            done = f"The schedule is made. I open its threads in <#{schedule.place}>. /schedule show shows it."
        else:
            order = Order.read(asked.text)
            await schedules.make(order, asked.member.club)
            done = DONE[order.do]
        bot_of(interaction).timekeeper.nudge()
        await replace_card(interaction, Card(body=done))


class TurnButton(Pressed, template=rf"schedule-page:(?P<asked_id>{ID}):(?P<page>\d{{1,3}})"):
    """Turns to a page of a preview."""

    def __init__(self, asked_id: str, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"schedule-page:{asked_id}:{page}")
        self._asked_id, self._page = asked_id, int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, PLAN, CHANGE)
        await replace_card(interaction, await preview_again(services_of(interaction), asked, self._page))


class FreeMenu(Picked, template=rf"schedule-free:{ID}"):
    """Picks the other books that may be spoken of freely."""

    @classmethod
    def of(cls, asked_id: str, book: Book, services: Services, also: Sequence[Slug]) -> FreeMenu | None:
        """Return the menu, with what the book asks for first; None where the library has no other book."""
        others = perhaps_free(book, services.books)[:OPTIONS]
        if not others:
            return None
        options = [
            discord.SelectOption(label=one_line(each.title, OPTION), value=each.slug, default=each.slug in also)
            for each in others
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"schedule-free:{asked_id}", placeholder="Which other books may be spoken of freely?",
            options=options, min_values=0, max_values=len(options),
        )  # fmt: skip
        return cls(menu)

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Show the preview with these books."""
        await interaction.response.defer()
        asked = await own_question(interaction, self.custom_id.partition(":")[2], PLAN, CHANGE)
        services, member, place, also = services_of(interaction), asked.member, asked.place, tuple(values)
        if asked.do == PLAN:
            card = await plan_card(services, member, place, replace(Prepared.read(asked.text), also=also))
        else:
            card = await change_card(services, member, place, replace(Order.read(asked.text), also=also))
        await replace_card(interaction, card)


class WordsButton(Pressed, template=rf"schedule-words:(?P<asked_id>{ID})"):
    """Opens the words of a schedule that is being made, to write them anew."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Edit", f"schedule-words:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Open the modal."""
        asked = await own_question(interaction, self._asked_id, PLAN)
        await interaction.response.send_modal(WordsModal(asked))


class WordsModal(Dialogue):
    """The words of a schedule, and the zone of its times."""

    def __init__(self, asked: Asked) -> None:
        prepared = Prepared.read(asked.text)
        super().__init__(title=one_line("When do you meet, how much do you read?", MODAL_TITLE))
        self._asked = asked
        self.words: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="words", style=discord.TextStyle.paragraph, default=prepared.words, max_length=MAX_LENGTH
        )
        self.zone: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="zone", default=prepared.zone, max_length=60
        )
        self.add_item(
            discord.ui.Label(
                text="In your own words", description="Fridays at 8pm, 5 chapters a week", component=self.words
            )
        )
        self.add_item(discord.ui.Label(text="Time zone", description="Such as Europe/Berlin", component=self.zone))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Show the preview of what was written."""
        await interaction.response.defer()
        services, asked = services_of(interaction), self._asked
        prepared = replace(Prepared.read(asked.text), words=self.words.value, zone=self.zone.value.strip())
        await replace_card(interaction, await plan_card(services, asked.member, asked.place, prepared))


async def plan_card(services: Services, member: Member, place: Place, prepared: Prepared) -> Card:
    """Return the preview of a schedule, with what changes and confirms it.

    Words that cannot be planned are told with the way to write them anew.
    """
    asked = await services.questions.keep(PLAN, member, place, prepared.written(), prepared.book)
    return await preview_again(services, asked, 1)


async def change_card(services: Services, member: Member, place: Place, order: Order) -> Card:
    """Return the preview of a change, with what confirms it. Raises NotUnderstood or NotPossible."""
    asked = await services.questions.keep(CHANGE, member, place, order.written())
    return await preview_again(services, asked, 1)


async def preview_again(services: Services, asked: Asked, page: int) -> Card:
    """Return a page of a preview."""
    return await (_plan(services, asked, page) if asked.do == PLAN else _change(services, asked, page))


async def _plan(services: Services, asked: Asked, page: int) -> Card:
    prepared = Prepared.read(asked.text)
    try:
        schedule, draft = prepared.worked_out(services.books, asked.member)
        await services.schedules.check(schedule)
    except DogearError as error:
        raise Choice(str(error), [WordsButton(asked.id), CancelButton(asked.member.id)]) from error
    lines = [safe(line) for line in (*preview(schedule), f"Understood: {', '.join(draft.understood)}.")]
    menu = FreeMenu.of(asked.id, services.books[prepared.book], services, prepared.also)
    items = [
        *([menu] if menu else []), ConfirmButton(asked.id), WordsButton(asked.id), CancelButton(asked.member.id)
    ]  # fmt: skip
    return lines_card(f"Schedule: {schedule.title}", lines, page, _turns(asked.id, lines, page), items, NOTHING_YET)


async def _change(services: Services, asked: Asked, page: int) -> Card:
    order = Order.read(asked.text)
    change = await services.schedules.preview(order, asked.member.club)
    lines = [safe(line) for line in change.preview()]
    if change.before.place != change.after.place:
        lines.insert(0, "Threads to come open in the other channel.")
    book, menu = services.books.get(change.after.book), None
    if order.do is Do.EDIT and book is not None:
        menu = FreeMenu.of(asked.id, book, services, tuple(change.after.also) if order.also is None else order.also)
    items = [*([menu] if menu else []), ConfirmButton(asked.id), CancelButton(asked.member.id)]
    if not lines or change.before == change.after:
        items, lines = items[:-2] + items[-1:], ["Nothing would change."]
    return lines_card(WHAT[order.do], lines, page, _turns(asked.id, lines, page), items)


def _turns(asked_id: str, lines: Sequence[str], page: int) -> Items:
    before = [TurnButton(asked_id, page - 1, "Back")] if page > 1 else []
    return [*before, *([TurnButton(asked_id, page + 1, "More")] if page < pages_in(lines) else [])]


PLANNING_BUTTONS = (ConfirmButton, TurnButton, FreeMenu, WordsButton)
