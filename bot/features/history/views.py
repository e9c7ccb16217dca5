"""The post at the end of a book, what is pressed there, and the list of what a club has read."""

import datetime as dt

from bot.app import App
from bot.discord.buttons import PAGE, PRIMARY, Page, Pressed
from bot.discord.cards import Card, Interaction, Tone, notice_card, paged_card, safe
from bot.discord.context import app_of
from bot.discord.visitor import visitor
from bot.features.history.store import ClubHistory, ReadBook
from bot.features.progress.views import SCHEDULE, reached
from bot.features.reviews.cog import review_form
from bot.features.schedules.posts import Found
from bot.features.schedules.rules import Schedule, SectionState, mark_name
from bot.features.votes.cog import nominations_card, open_vote_form
from corpus.text import plural


class RateButton(Found, template=rf"ended-rate:{SCHEDULE}"):
    """Opens the form for its presser's review of the book."""

    label, style = "Rate and review", PRIMARY

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form, with what they wrote before."""
        schedule, (member, _) = await reached(interaction, self.number("schedule")), await visitor(interaction)
        app = app_of(interaction)
        await interaction.response.send_modal(await review_form(app, member, app.books[schedule.book]))


class NominatedButton(Pressed, template=r"ended-nominated"):
    """Lists the books that are nominated."""

    label, opens = "What could be next?", True

    async def card(self, interaction: Interaction) -> Card:
        """Return the first page."""
        return await nominations_card(app_of(interaction), (await visitor(interaction))[0])


class NextVoteButton(Pressed, template=r"ended-vote"):
    """Opens, for an organiser, the form of a vote about the nominated books."""

    label = "Start the next vote"

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        await open_vote_form(interaction)


class HistoryPageButton(Page, template=rf"history:{PAGE}"):
    """Turns to a page of what a club has read."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        return await history_card(app_of(interaction), (await visitor(interaction))[0].club, self.page)


def ended_card(schedule: Schedule) -> Card:
    """Return what is posted once a club has met for the last section of a book."""
    met = [section for section in schedule.sections if section.state is SectionState.OPENED]
    body = (
        f"{plural(len(met), 'meeting')}, {_day(met[0].meets)} to {_day(met[-1].meets)}. How was it?\n"
        "Give it stars, or write a few lines: a review is shown only to those who have read as far as it goes; "
        "/review read lists them. /club history keeps what we read."
    )
    items = [RateButton(schedule.id), NominatedButton(), NextVoteButton()]
    return Card(f"We have read {safe(schedule.title)}", body, (), Tone.PUBLIC, items)


async def history_card(app: App, club: int, page: int = 1) -> Card:
    """Return what a club has read: when, how far, and the stars of its own members; nothing is ranked."""
    read = await app.get(ClubHistory).of(club)
    if not read:
        return notice_card("No book has been read by a schedule yet. Plan one with /schedule create.", TITLE)
    return paged_card(TITLE, [_line(each) for each in read], page, HistoryPageButton)


TITLE = "What we have read"


def _line(read: ReadBook) -> str:
    schedule = read.schedule
    far = "" if read.finished else f"up to {mark_name(schedule, read.last)}"
    stars = f"{read.stars:.1f} of 5 stars from {plural(read.ratings, 'member')}" if read.ratings else "no stars yet"
    when = f"{_day(read.began)} to {_day(read.until)}"
    return f"**{safe(schedule.title)}**\n{' · '.join(filter(None, (when, safe(far), stars)))}"


def _day(when: dt.datetime) -> str:
    return f"<t:{int(when.timestamp())}:D>"
