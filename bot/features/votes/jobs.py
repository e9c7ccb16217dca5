"""Opening and closing votes in Discord, so that each post is made once, whenever the process is killed.

A vote is claimed before anything is posted. Whoever takes a claim over that a dead process has left looks first for
the post that may have been made: it comes right behind a moment that was written down before.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator

import discord

from bot.discord.cards import Card, CardView
from bot.discord.context import ClubBot
from bot.discord.send import NOBODY, post_in, post_poll
from bot.features.votes.cards import (
    closed_card,
    count_card,
    link_to,
    mark_of,
    open_card,
    open_items,
    outcome_items,
    poll_mark,
    poll_of,
    poll_text,
    rounds_picture,
)
from bot.features.votes.store import Kind, State, Vote
from bot.people import Place
from bot.timekeeper import each

log = logging.getLogger(__name__)

SLACK = dt.timedelta(minutes=2)
"""How far Discord's clock and ours may differ."""

LOOKED_THROUGH = 200
"""Messages behind that moment among which a post is looked for: many for a few seconds in one channel."""

GONE = (discord.NotFound, discord.Forbidden)
"""Discord: the channel or the message was deleted, or the bot may not see it."""


class VotePosts:
    """Posts votes and their outcomes."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._votes = bot, bot.services.votes

    async def open(self, vote: Vote) -> Vote:
        """Post a vote that was claimed for opening. One that Discord does not let us post is forgotten."""
        channel = self._channel(vote.place)
        try:
            if vote.draft.kind is Kind.POLL:
                poll = poll_of(vote, self._bot.services.now())
                posted = await post_poll(channel, poll_text(vote), poll, f"vote-{vote.id}")
            else:
                posted = await post_in(channel, open_card(vote, open_items(vote)), f"vote-{vote.id}")
        except GONE:
            await self._votes.give_up(vote)
            raise
        return await self._votes.opened(vote, posted.id)

    async def next_due(self) -> dt.datetime | None:
        """Return when there is something to open or to close, which may be past; None where there is nothing."""
        return await self._votes.next_due(self._bot.presence.shards)

    async def do_due(self) -> None:
        """Open and close the votes that wait for it, in the servers that this process serves."""
        due = await self._votes.due(self._bot.presence.shards)
        await each(due, self._see_to_here, lambda vote: f"vote {vote.id}")

    async def _see_to_here(self, vote: Vote) -> None:
        if await self._bot.presence.here(vote.place.club):
            await self.see_to(vote)

    async def see_to(self, vote: Vote, *, early: bool = False) -> Vote | None:
        """Claim a vote and do what is due for it; return it as it is then, or None where somebody else has it."""
        claimed = await self._votes.claim(vote, early=early)
        if claimed is None:
            return None
        return await (self._reopen(claimed) if claimed.state is State.OPENING else self._close(claimed))

    async def _reopen(self, vote: Vote) -> Vote | None:
        """Go on with opening a vote whose post may have been made."""
        try:
            posted = await self._found(vote, vote.opened, lambda message: _is_post_of(message, vote))
            return await (self._votes.opened(vote, posted) if posted else self.open(vote))
        except GONE as gone:
            log.warning("vote %d cannot be posted and is given up (%s)", vote.id, gone.code)
            await self._votes.give_up(vote)
            return None

    async def _close(self, vote: Vote) -> Vote:
        """Count a vote and post its outcome; what a process did that died here stays as it is."""
        before, result = vote.counted, 0
        if before is None:
            vote = await self._counted(vote)
        try:
            if before is not None:
                result = await self._found(vote, before, lambda message: mark_of(vote) in ids_of(message))
            result = result or (await post_in(self._channel(vote.place), await self._card(vote), f"end-{vote.id}")).id
        except GONE as gone:
            log.warning("the outcome of vote %d cannot be posted (%s); /vote results shows it", vote.id, gone.code)
        await self._mark_closed(vote, result)
        await self._votes.closed(vote, result)
        return vote

    async def _card(self, vote: Vote) -> Card:
        if vote.count is None:
            raise ValueError(f"Vote {vote.id} is not counted")
        picture = await rounds_picture(self._bot.services, vote, vote.count)
        return count_card(vote, vote.count, picture, outcome_items(vote))

    async def _counted(self, vote: Vote) -> Vote:
        if vote.draft.kind is Kind.RANKED:
            return await self._votes.count_ballots(vote)
        try:
            message = await self._channel(vote.place).fetch_message(vote.message)
            if message.poll is not None and not message.poll.is_finalised():
                message = await _ended(message)
        except GONE:
            return await self._votes.count_poll(vote, None)
        answers = message.poll.answers if message.poll is not None else []
        told = {candidate.key: answer.vote_count for candidate, answer in zip(vote.candidates, answers, strict=False)}
        return await self._votes.count_poll(vote, told if message.poll is not None else None)

    async def _mark_closed(self, vote: Vote, result: int) -> None:
        """Take the buttons off the post of a ranked vote; a vote is over also where that fails."""
        if vote.draft.kind is not Kind.RANKED:
            return
        post = self._channel(vote.place).get_partial_message(vote.message)
        card = closed_card(vote, link_to(vote, result) if result else "")
        try:
            await post.edit(view=CardView(card), allowed_mentions=NOBODY)
        except discord.HTTPException as failed:
            log.info("the post of vote %d keeps its buttons (%s)", vote.id, failed.code or failed.status)

    async def _found(self, vote: Vote, since: dt.datetime, is_it: Callable[[discord.Message], bool]) -> int:
        """Return the bot's own message that was posted after a moment; 0 where there is none."""
        me = self._bot.user.id if self._bot.user else 0
        history = self._channel(vote.place).history(after=since - SLACK, oldest_first=True, limit=LOOKED_THROUGH)
        async for message in history:
            if message.author.id == me and is_it(message):
                return message.id
        return 0

    def _channel(self, place: Place) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(place.id, guild_id=place.club)


async def _ended(message: discord.Message) -> discord.Message:
    """End a poll; one that Discord has ended in this moment is read as it is."""
    try:
        return await message.end_poll()
    except discord.HTTPException as failed:
        if isinstance(failed, GONE) or failed.status != POLL_OVER:
            raise
        return await message.channel.fetch_message(message.id)


POLL_OVER = 400
"""HTTP: what Discord answers to ending a poll that has ended."""


def _is_post_of(message: discord.Message, vote: Vote) -> bool:
    if vote.draft.kind is Kind.POLL:
        return message.poll is not None and poll_mark(vote) in message.content
    return f"ballot:{vote.id}" in ids_of(message)


def ids_of(message: discord.Message) -> set[str]:
    """Return the ids of the buttons and menus under a message, nested ones too."""

    def walk(parts: object) -> Iterator[str]:
        for part in parts if isinstance(parts, list) else []:
            if name := getattr(part, "custom_id", None):
                yield name
            yield from walk(getattr(part, "children", None))

    return set(walk(message.components))
