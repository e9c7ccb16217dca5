"""What is shown of schedules before they are kept, and to those who ask: previews, their forms, and the list."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any

import discord

from bot.app import App
from bot.club_settings import SetUp
from bot.discord.buttons import ID, PAGE, Cancel, Confirm, OpenButton, Page, Picked, own_question
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, one_line, paged_card, safe
from bot.discord.context import ORGANISER, Choice, app_of, bot_of, has, needs
from bot.discord.visitor import visitor
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.progress.views import SCHEDULE
from bot.features.schedules import rules
from bot.features.schedules.changes import Books, Do, Order, ScheduleRequest
from bot.features.schedules.posts import POSTED, STATES, RemindButton, late_items, shown_lines
from bot.features.schedules.store import Kept, Schedules
from bot.people import Member, Place
from corpus.books import Slug
from corpus.errors import DogearError

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
            await app_of(interaction).get(SetUp).choose_book(asked.member.club, schedule.book)
            done = (
                f"The schedule is created, and {safe(schedule.title)} is the club’s book now. I’ll open its threads in "
                f"<#{schedule.place}>. See it with /schedule show."
            )
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


async def preview_card(app: App, member: Member, place: Place, wanted: ScheduleRequest | Order) -> Card:
    """Return the preview of a schedule or of a change, with what confirms it. Raises NotPossible, or a Choice."""
    do, book = (PLAN, wanted.book) if isinstance(wanted, ScheduleRequest) else (CHANGE, None)
    return await preview_again(app, await app.get(AskedQuestions).keep(do, member, place, wanted.written(), book), 1)


async def preview_again(app: App, asked: Asked, page: int) -> Card:
    """Return a page of a preview."""
    books, schedules, cancel = app.books_of(asked.member.club), app.get(Schedules), Cancel(asked.member.id)
    turn = partial(TurnButton, asked.id)
    if asked.do == PLAN:
        request, words = ScheduleRequest.read(asked.text), OpenButton("schedule-words", asked.id)
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


BUTTONS = (*POSTED, ConfirmButton, TurnButton, FreeMenu, ShownPageButton)


async def shown(interaction: Interaction, kept: Kept, page: int) -> Card:
    """Return a page of a schedule for whoever asks."""
    schedule = kept.schedule
    organises = await has(interaction, ORGANISER)
    undecided = app_of(interaction).get(Schedules).undecided(kept) if organises else ()
    change = [OpenButton("open-edit", schedule.book)] if organises else []
    items = [RemindButton(schedule.id, 0, "show"), *change, *late_items(schedule.id, undecided)]
    turn, lines = partial(ShownPageButton, schedule.id), [STATES[schedule.state]] if schedule.state in STATES else []
    return paged_card(schedule.title, [*lines, *shown_lines(schedule)], page, turn, items=items, between="\n")
