"""The post at the end of a book: once, some time after the last meeting has begun."""

import datetime as dt
import logging

import discord

from bot.discord.context import ClubBot, post_in
from bot.discord.jobs import GONE, find_message
from bot.discord.visitor import Feature
from bot.features.history import views
from bot.features.schedules.rules import ScheduleState
from bot.features.schedules.store import ENDED, Schedules, ended
from bot.jobs import Post

log = logging.getLogger(__name__)


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
        channel, button = self._bot.get_partial_messageable(place, guild_id=club), views.RateButton(schedule.id)

        async def find(since: dt.datetime) -> int:
            return await find_message(channel, self._bot.me, since, button.is_under)

        async def make() -> int:
            return (await post_in(channel, views.ended_card(schedule), f"ended-{schedule.id}")).id

        try:
            if schedule.state is not ScheduleState.CANCELLED and schedule.book in self._bot.app.books:
                await self._bot.jobs.post_once(
                    claim, Post(make, find), lambda message: self._schedules.finish(key, message)
                )
                return
        except GONE:
            log.info("the end of schedule %d cannot be posted: the channel is gone, or closed to the bot", schedule_id)
        await self._bot.jobs.rows.drop(key)


BUTTONS = (
    views.RateButton, views.NominatedButton, views.NextVoteButton, views.HistoryPageButton,
)  # fmt: skip
FEATURE = Feature("history", buttons=BUTTONS, jobs={ENDED: lambda bot: EndPosts(bot).do})
