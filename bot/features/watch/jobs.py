"""Telling authors, in direct messages: once, also where the process was killed in between."""

from __future__ import annotations

import datetime as dt
import logging

import discord

from bot.discord.context import ClubBot
from bot.discord.jobs import posted_before
from bot.discord.send import post_in
from bot.features.watch.store import Finding
from bot.features.watch.views import author_card, author_items, mark_of
from bot.timekeeper import each

log = logging.getLogger(__name__)


class WatchNotes:
    """Tells authors that their message may go too far; whose direct messages are closed is left to the moderators."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._watching = bot, bot.services.watching

    async def tell(self, finding: Finding, *, again: bool = False) -> None:
        """Tell an author; `again`, look first whether they were told before the process was killed."""
        me = self._bot.user.id if self._bot.user else 0
        try:
            channel = await self._bot.create_dm(discord.Object(finding.member))
            if not (again and await posted_before(channel, me, finding.at, mark_of(finding))):
                await post_in(channel, author_card(finding, author_items(finding)), f"watch-{finding.id}")
        except (discord.Forbidden, discord.NotFound):
            log.info("an author cannot be written to; the moderators see the message in their queue")
        await self._watching.told(finding)

    async def next_due(self) -> dt.datetime | None:
        """Return when an author is to be told who was not, in the servers that this process serves."""
        return await self._watching.next_untold(self._bot.presence.shards)

    async def do_due(self) -> None:
        """Tell the authors who should know and do not; one who cannot be told keeps no other from being told."""
        untold = await self._watching.untold(self._bot.presence.shards)
        await each(untold, self._tell_again, lambda finding: f"telling of message {finding.id} that went too far")

    async def _tell_again(self, finding: Finding) -> None:
        if await self._bot.presence.here(finding.place.club) and await self._watching.claim(finding):
            await self.tell(finding, again=True)
