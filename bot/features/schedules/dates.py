"""`/schedule date`: Discord's own poll asks which of some times suit, and an organiser confirms one."""

import contextlib
import datetime as dt
from dataclasses import dataclass, replace

import discord
from pydantic import TypeAdapter

from bot.club_settings import SetUp
from bot.discord import context
from bot.discord.buttons import (
    ID,
    OPENINGS,
    Cancel,
    Confirm,
    Dialogue,
    OpenButton,
    Opening,
    Picked,
    button,
    own_question,
)
from bot.discord.cards import OPTION, POLL_ANSWER, Card, Interaction, notice_card, one_line
from bot.discord.visitor import acknowledge
from bot.features.ask.store import Asked, AskedLongAgo, AskedQuestions
from bot.features.schedules import rules
from bot.features.schedules.changes import Do, moved
from bot.features.schedules.rules import NotPossible
from bot.features.schedules.store import Schedules
from bot.features.schedules.views import change_card, plan_book
from bot.times import local, read_moment, timestamp
from corpus.errors import DogearError
from corpus.text import plural

FEWEST, MOST = 3, 7
HOUR, LONGEST = dt.timedelta(hours=1), dt.timedelta(days=7)  # as long as its buttons work
ASKED, POLL, TYPED = "date", "date-poll", "date-typed"


@dataclass(frozen=True, slots=True)
class DatePoll:
    """Times that are asked about, by a club's clocks, and for which section; 0 is none."""

    times: tuple[dt.datetime, ...]
    zone: str
    schedule: int = 0
    section: int = 0
    message: int = 0


KEPT = TypeAdapter(DatePoll)


class DateForm(Dialogue, title="When shall we meet?"):
    """The times that an organiser has in mind."""

    def __init__(self, typed: str, zone: str, schedule: int, section: int) -> None:
        super().__init__()
        self._of = zone, schedule, section
        self.times = self.line(
            f"{FEWEST} to {MOST} times, one on each line", "times", typed, description="Friday 8pm, or 12 March 19:30",
            style=discord.TextStyle.paragraph, max_length=400,
        )  # fmt: skip

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show what would be asked."""
        member, place = await acknowledge(interaction, context.ORGANISER)
        app, typed, now = context.app_of(interaction), self.times.value, context.app_of(interaction).now()

        def read() -> DatePoll:
            times = {read_moment(each, now, self._of[0]) for each in typed.splitlines() if each.strip()}
            if not FEWEST <= len(times) <= MOST:
                raise NotPossible(f"Write {FEWEST} to {MOST} different times, each on a line of its own.")
            return DatePoll(tuple(sorted(times)), *self._of)

        try:
            poll = await app.workers.do(read)
        except DogearError as error:
            kept = await app.get(AskedQuestions).keep(TYPED, member, place, typed)
            raise context.Choice(str(error), [OpenButton("open-date", kept.id)]) from error
        asked = await app.get(AskedQuestions).keep(ASKED, member, place, KEPT.dump_json(poll).decode())
        lines = "\n".join(f"• {timestamp(each)}" for each in poll.times)
        body = f"{lines}\n\nEverybody ticks what suits them, until the first of these times or for a week."
        items = [ask_button(asked.id), Cancel(member.id)]
        await context.deliver(interaction, Card("Ask the club?", body, buttons=items, note="Nothing is posted yet."))


@button(Confirm, "date-ask", "Ask the club", of=(ASKED,), right=context.ORGANISER)
async def ask_button(button: Confirm, interaction: Interaction) -> Card:
    """Posts the poll."""
    asked, app = await button.asked(interaction), context.app_of(interaction)
    if lacks := context.lacking(interaction.app_permissions, ("send_messages", "send_polls")):
        need = f"I need the permission {' and '.join(lacks)} in this channel."
        raise context.Refused(f"{need} Please allow it and try again.")
    wanted = KEPT.validate_json(asked.text)
    hours = HOUR * max(1, min(LONGEST, wanted.times[0] - app.now()) // HOUR)
    poll = discord.Poll("Which times suit you?", hours, multiple=True)
    for each in wanted.times:
        poll.add_answer(text=one_line(rules.date_name(each, wanted.zone), POLL_ANSWER))
    shown = " · ".join(f"<t:{int(each.timestamp())}:f>" for each in wanted.times)
    channel = context.bot_of(interaction).get_partial_messageable(asked.place.id)
    posted = await context.post_poll(channel, f"In your own time: {shown}", poll, f"date-{asked.id}"[:25])
    text = KEPT.dump_json(replace(wanted, message=posted.id)).decode()
    await app.get(AskedQuestions).keep(POLL, asked.member, asked.place, text)
    told = f"The poll is up: {asked.place.link(posted.id)}\nChoose a time later, here or with /schedule date."
    return Card(body=told, buttons=[OpenButton("open-poll")])


async def result_card(interaction: Interaction, asked: Asked) -> Card:
    """Return how often each time was ticked, with a menu of them."""
    poll, again = KEPT.validate_json(asked.text), OpenButton("open-date", "again")
    channel = context.bot_of(interaction).get_partial_messageable(asked.place.id)
    try:
        found = (await channel.fetch_message(poll.message)).poll
    except discord.NotFound:
        return notice_card("The poll has been deleted.", buttons=[again])
    votes = [plural(answer.vote_count, "vote") for answer in (found.answers if found else ())]
    counted = list(zip(poll.times, votes, strict=False))
    lines = [f"• {timestamp(at)}: {count}" for at, count in counted]
    options = [
        discord.SelectOption(label=one_line(rules.date_name(at, poll.zone), OPTION), value=f"{n}", description=count)
        for n, (at, count) in enumerate(counted)
    ]
    menu = discord.ui.Select[discord.ui.LayoutView](
        custom_id=f"date-pick:{asked.id}", placeholder="Choose when to meet", options=options
    )
    return Card("Which times suit", "\n".join(lines), buttons=[DateMenu(menu), again])


class DateMenu(Picked, template=rf"date-pick:{ID}"):
    """Picks the time: it becomes the section's date, or the first meeting of a new schedule."""

    async def picked(self, interaction: Interaction, values: list[str]) -> None:
        """Show what would change, or the form of a new schedule."""
        member, place = await context.needs(interaction, context.ORGANISER)
        app = context.app_of(interaction)
        asked = await app.get(AskedQuestions).asked(self.custom_id.partition(":")[2], POLL)
        if asked.member.club != member.club:
            raise context.Refused("That poll belongs to another club.")
        poll = KEPT.validate_json(asked.text)
        chosen, now = poll.times[int(values[0])], app.now()
        if not poll.schedule:
            there = f"{local(chosen, poll.zone):%Y-%m-%d at %H:%M}"
            await plan_book(interaction, "", f"{there}, then weekly", poll.zone)
            return
        await interaction.response.defer()
        kept = await app.get(Schedules).kept(poll.schedule, member.club)
        meets = local(chosen, kept.schedule.zone)
        card = await change_card(
            app, member, place, Do.EDIT, kept, lambda was: moved(was, poll.section, meets.date(), meets.time(), now)
        )
        await context.replace_card(interaction, card)


async def find_date(interaction: Interaction, again: str = "") -> None:
    """Show how the poll of times stands, where there is one, or open the form of a new one.

    `again` is for another one: the id of what was typed into the form before, or any other word.
    """
    member, place = await context.needs(interaction, context.ORGANISER)
    app, typed = context.app_of(interaction), ""
    if not again and (latest := await app.get(AskedQuestions).latest(POLL, place)):
        await interaction.response.defer(ephemeral=True, thinking=True)
        await context.deliver(interaction, await result_card(interaction, latest))
        return
    with contextlib.suppress(AskedLongAgo):
        typed = (await own_question(interaction, again, TYPED)).text
    zone, schedule, section = (await app.get(SetUp).settings(member.club)).zone, 0, 0
    with contextlib.suppress(NotPossible):  # where it is not clear which schedule, the time may begin a new one
        found = (await app.get(Schedules).find(place, context.parent_of(interaction))).schedule
        if ahead := found.ahead(app.now()):
            zone, schedule, section = found.zone, found.id, ahead[0].number
            days = (local(ahead[0].meets, zone) + dt.timedelta(days=day) for day in range(FEWEST))
            typed = typed or "\n".join(f"{day:%A} {day.day} {day:%B %H:%M}" for day in days)
    await interaction.response.send_modal(DateForm(typed, zone, schedule, section))


OPENINGS["open-date"] = Opening("Ask again", find_date, right=context.ORGANISER)
OPENINGS["open-poll"] = Opening("See the result", find_date, right=context.ORGANISER)
DATE_BUTTONS = (ask_button, DateMenu)
