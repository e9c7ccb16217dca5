"""The post at the end of a book, once and some time after the last meeting; and the list of what a club has read."""

import datetime as dt
import logging
from dataclasses import dataclass

import discord

from bot.app import App
from bot.discord.buttons import PAGE, PRIMARY, OpenButton, Page, button
from bot.discord.cards import Card, Interaction, Tone, notice_card, paged_card, safe
from bot.discord.context import ClubBot, app_of, post_in
from bot.discord.jobs import GONE, find_message
from bot.discord.visitor import Feature, visitor
from bot.features.progress.views import SCHEDULE, reached
from bot.features.reviews.cog import review_form
from bot.features.reviews.store import Reviews
from bot.features.schedules.posts import Found
from bot.features.schedules.rules import Schedule, ScheduleState, SectionState, mark_name
from bot.features.schedules.store import ENDED, Schedules, ended
from bot.jobs import Post
from corpus.text import plural

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadBook:
    """What a club has read by a schedule: when it first and last met, up to which mark, and the club's stars."""

    schedule: Schedule
    began: dt.datetime
    until: dt.datetime
    last: int
    stars: float = 0.0
    ratings: int = 0

    @property
    def finished(self) -> bool:
        """Whether the club has met for its last section."""
        return self.last >= self.schedule.whole.of


async def read_books(app: App, club: int) -> list[ReadBook]:
    """Return what a club has read or reads now, the latest first."""
    found, stars = [], await app.get(Reviews).stars(club)
    for schedule in await app.get(Schedules).of_club(club):
        if met := [section for section in schedule.sections if section.state is SectionState.OPENED]:
            given = stars.get(schedule.book, (0.0, 0))
            found.append(ReadBook(schedule, met[0].meets, met[-1].meets, met[-1].last, *given))
    return sorted(found, key=lambda read: read.until, reverse=True)


@button(Found, rf"ended-rate:{SCHEDULE}", "Rate and review", answers=True, style=PRIMARY)
async def rate_button(button: Found, interaction: Interaction) -> None:
    """Opens the form for its presser's review of the book."""
    schedule, (member, _) = await reached(interaction, button.number("schedule")), await visitor(interaction)
    app = app_of(interaction)
    await interaction.response.send_modal(await review_form(app, member, app.books[schedule.book]))


@button(Page, rf"history:{PAGE}")
async def history_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of what a club has read."""
    return await history_card(app_of(interaction), (await visitor(interaction))[0].club, button.page)


def ended_card(schedule: Schedule) -> Card:
    """Return what is posted once a club has met for the last section of a book."""
    met = [section for section in schedule.sections if section.state is SectionState.OPENED]
    body = (
        f"{plural(len(met), 'meeting')}, {_day(met[0].meets)} to {_day(met[-1].meets)}. How was it?\n"
        "Give it stars, or write a few lines: a review is shown only to those who have read as far as it goes. "
        "All reviews are on the book’s card, /book show, and /help has a list of what we have read."
    )
    items = [rate_button(schedule.id), OpenButton("open-nominations"), OpenButton("open-vote")]
    return Card(f"We have read {safe(schedule.title)}", body, (), Tone.PUBLIC, items)


async def history_card(app: App, club: int, page: int = 1) -> Card:
    """Return what a club has read: when, how far, and the stars of its own members; nothing is ranked."""
    read = await read_books(app, club)
    if not read:
        return notice_card(
            "No book has been read with a schedule yet. Organisers can plan one: /schedule create.", TITLE
        )
    return paged_card(TITLE, [_line(each) for each in read], page, history_page_button)


TITLE = "What we have read"


def _line(read: ReadBook) -> str:
    schedule = read.schedule
    far = "" if read.finished else f"up to {mark_name(schedule, read.last)}"
    stars = f"{read.stars:.1f} of 5 stars from {plural(read.ratings, 'member')}" if read.ratings else "no stars yet"
    when = f"{_day(read.began)} to {_day(read.until)}"
    return f"**{safe(schedule.title)}**\n{' · '.join(filter(None, (when, safe(far), stars)))}"


def _day(when: dt.datetime) -> str:
    return f"<t:{int(when.timestamp())}:D>"


class EndPosts:
    """Posts that a club has read a book."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._schedules = bot, bot.app.get(Schedules)

    async def do(self, club: int, schedule_id: int) -> None:
        """Post it in the schedule's channel, or in a forum below its last meeting."""
        key = ended(club, schedule_id)
        claim = await self._bot.jobs.claim(key)
        if claim is None:
            return
        schedule = (await self._schedules.kept(schedule_id)).schedule
        guild, threads = self._bot.get_guild(club), [section.thread for section in schedule.live if section.thread]
        there = guild.get_channel(schedule.place) if guild else None
        place = there.id if isinstance(there, discord.TextChannel) else threads[-1] if threads else 0
        channel, button = self._bot.get_partial_messageable(place, guild_id=club), rate_button(schedule.id)

        async def find(since: dt.datetime) -> int:
            return await find_message(channel, self._bot.me, since, button.is_under)

        async def make() -> int:
            return (await post_in(channel, ended_card(schedule), f"ended-{schedule.id}")).id

        try:
            if schedule.state is not ScheduleState.CANCELLED and schedule.book in self._bot.app.books:
                await self._bot.jobs.post_once(
                    claim, Post(make, find), lambda message: self._schedules.finish(key, message)
                )
                return
        except GONE:
            log.info("the end of schedule %d cannot be posted: the channel is gone, or closed to the bot", schedule_id)
        await self._bot.jobs.rows.drop(key)


FEATURE = Feature("history", buttons=(rate_button, history_page_button), jobs={ENDED: lambda bot: EndPosts(bot).do})
