"""Posting discussion prompts, each once, whenever the process is killed.

A prompt is claimed before anything is posted. Whoever takes over a claim that a dead process has left looks first for
the post that may have been made, by its small print.
"""

from __future__ import annotations

import datetime as dt
import logging

import discord

from bot.discord.context import ClubBot, Refused
from bot.discord.jobs import posted_before
from bot.discord.send import post_in
from bot.features.prompts.cards import mark_of, posted_card, where_it_belongs
from bot.features.prompts.store import Prompt
from bot.timekeeper import each

log = logging.getLogger(__name__)


class CannotPost(Refused):
    """Discord does not let the bot post in a place, or the place is gone."""

    def __init__(self) -> None:
        super().__init__(
            "I may not write there, or the channel is gone. Let me View Channel and Send Messages there, "
            "or post the prompt somewhere else."
        )


class PromptPosts:
    """Posts prompts that are due."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._services, self._prompts = bot, bot.services, bot.services.prompts

    async def post(self, prompt: Prompt) -> int:
        """Post a prompt that is planned, and return its message; 0 where another posts it, or it goes too far.

        Raises CannotPost.
        """
        claimed = await self._prompts.claim(prompt)
        if claimed is None:
            return 0
        beyond = {} if claimed.overridden else await self._prompts.beyond(claimed, claimed.place)
        if beyond:
            why = f"Not posted when it was due. {where_it_belongs(beyond, self._services.books)}"
            await self._prompts.stopped(claimed, why)
            return 0
        channel = self._bot.get_partial_messageable(claimed.place.id, guild_id=claimed.place.club)
        try:
            before, me = claimed.claimed, self._bot.user.id if self._bot.user else 0
            message = await posted_before(channel, me, before, mark_of(claimed)) if before else 0
            if not message:
                card = posted_card(claimed, self._services.now())
                message = (await post_in(channel, card, f"prompt-{claimed.id}")).id
        except (discord.NotFound, discord.Forbidden) as refused:
            error = CannotPost()
            await self._prompts.stopped(claimed, str(error))
            raise error from refused
        except discord.HTTPException:
            await self._prompts.stopped(claimed)
            raise
        await self._prompts.posted(claimed, message)
        return message

    async def next_due(self) -> dt.datetime | None:
        """Return when a prompt is to be posted next in the servers that this process serves."""
        return await self._prompts.next_due(self._bot.presence.shards)

    async def do_due(self) -> None:
        """Post what is due; one that fails keeps no other from being posted."""
        due = await self._prompts.due(self._bot.presence.shards)
        await each(due, self._post_here, lambda prompt: f"discussion prompt {prompt.id}")

    async def _post_here(self, prompt: Prompt) -> None:
        try:
            if await self._bot.presence.here(prompt.place.club):
                await self.post(prompt)
        except CannotPost:
            log.warning("discussion prompt %d cannot be posted; it waits in the queue", prompt.id)
