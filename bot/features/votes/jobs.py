"""The jobs of votes: posting one, and posting its outcome when it closes."""

import datetime as dt
import logging

import discord

from bot.db.jobs import Claim, Key
from bot.discord.cards import CardView
from bot.discord.context import NOBODY, ClubBot, post_in, post_poll
from bot.discord.jobs import GONE, button_ids, find_message
from bot.features.votes import views
from bot.features.votes.counting import Count
from bot.features.votes.rules import VoteKind, VoteState
from bot.features.votes.store import JOBS, Vote, Votes
from bot.jobs import Post

log = logging.getLogger(__name__)


class VotePosts:
    """Posts votes and their outcomes."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._votes = bot, bot.app.get(Votes)

    async def do(self, club: int, vote_id: int) -> None:
        """Open or close a vote, if it is time and nobody else does it."""
        vote = await self._votes.anywhere(vote_id)
        if vote is None:
            await self._bot.jobs.rows.drop(Key(JOBS, club, vote_id, "open"))
            return
        try:
            await self.see_to(vote)
        except GONE as gone:
            log.warning("vote %d cannot be posted and is given up (%s)", vote.id, gone.code)

    async def see_to(self, vote: Vote, *, early: bool = False) -> bool:
        """Open a vote that was not posted, or close it, with `early` before its time; False where another does."""
        step, work = ("open", self._open) if vote.state == VoteState.OPENING else ("close", self._close)
        claim = await self._bot.jobs.claim(vote.job(step), early=early)
        if claim is not None:
            await work(vote, claim)
        return claim is not None

    async def open(self, vote: Vote) -> Vote:
        """Post a vote that has just begun, and return it. One that Discord does not let us post is given up."""
        await self._open(vote, Claim(vote.job("open")))
        return await self._votes.anywhere(vote.id) or vote

    async def _open(self, vote: Vote, claim: Claim) -> None:
        channel = self._channel(vote)

        async def make() -> int:
            if vote.kind == VoteKind.POLL:
                poll = views.poll_of(vote, self._bot.app.now())
                return (await post_poll(channel, views.poll_text(vote), poll, f"vote-{vote.id}")).id
            return (await post_in(channel, views.open_card(vote), f"vote-{vote.id}")).id

        async def find(since: dt.datetime) -> int:
            return await find_message(channel, self._bot.me, since, lambda message: _is_post_of(message, vote))

        try:
            await self._bot.jobs.post_once(claim, Post(make, find), lambda message: self._votes.opened(vote, message))
        except GONE:
            await self._votes.give_up(vote)
            raise

    async def _close(self, vote: Vote, claim: Claim) -> None:
        """Count a vote and post its outcome; what was counted stays as it is."""
        vote = await self._votes.close(vote)
        channel = self._channel(vote)

        async def make() -> int:
            try:
                counted, count = await self._counted(vote)
                card = await views.counted_card(self._bot.app, counted, count, views.outcome_items(counted))
                return (await post_in(channel, card, f"end-{vote.id}")).id
            except GONE as gone:
                log.warning("the outcome of vote %d cannot be posted (%s); /vote results shows it", vote.id, gone.code)
                return 0

        def is_outcome(message: discord.Message) -> bool:
            return message.id != vote.message and f"how-counted:{vote.id}" in button_ids(message)

        async def find(since: dt.datetime) -> int:
            try:
                return await find_message(channel, self._bot.me, since, is_outcome)
            except GONE:
                return 0

        async def done(result: int) -> None:
            counted, _ = await self._counted(vote)
            if vote.kind == VoteKind.RANKED:
                await self._mark_closed(counted, result)
            await self._votes.closed(counted, result)

        await self._bot.jobs.post_once(claim, Post(make, find), done)

    async def _counted(self, vote: Vote) -> tuple[Vote, Count]:
        """Return a vote with its outcome, which is counted once."""
        known = await self._votes.anywhere(vote.id) or vote
        told = await self._told(known) if known.kind == VoteKind.POLL and known.count is None else None
        counted = await self._votes.counted(known, told)
        return counted, counted.outcome or Count((), 0, None)

    async def _told(self, vote: Vote) -> dict[str, int] | None:
        """Return the votes of a poll as Discord tells them; None where it knows none any more."""
        try:
            message = await self._channel(vote).fetch_message(vote.message)
            if message.poll is not None and not message.poll.is_finalised():
                message = await _ended(message)
        except GONE:
            return None
        if message.poll is None:
            return None
        return {key: answer.vote_count for key, answer in zip(vote.titles, message.poll.answers, strict=False)}

    async def _mark_closed(self, vote: Vote, result: int) -> None:
        """Take the buttons off the post of a ranked vote; a vote is over also where that fails."""
        post = self._channel(vote).get_partial_message(vote.message)
        try:
            await post.edit(view=CardView(views.closed_card(vote, result)), allowed_mentions=NOBODY)
        except discord.HTTPException as failed:
            log.info("the post of vote %d keeps its buttons (%s)", vote.id, failed.code or failed.status)

    def _channel(self, vote: Vote) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(vote.place, guild_id=vote.club)


async def _ended(message: discord.Message) -> discord.Message:
    """End a poll; one that Discord has ended in this moment is read as it is."""
    try:
        return await message.end_poll()
    except discord.HTTPException as failed:
        if isinstance(failed, GONE) or failed.status != POLL_OVER:
            raise
        return await message.channel.fetch_message(message.id)


POLL_OVER = 400  # HTTP: what Discord answers to ending a poll that has ended


def _is_post_of(message: discord.Message, vote: Vote) -> bool:
    if vote.kind == VoteKind.POLL:
        return message.poll is not None and message.content == views.poll_text(vote)
    return f"ballot:{vote.id}" in button_ids(message)
