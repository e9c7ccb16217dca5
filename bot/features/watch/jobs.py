"""The jobs of watched places: telling each author, in a direct message."""

from __future__ import annotations

import datetime as dt
import logging

import discord

from bot.db.jobs import Claim, Key
from bot.discord.context import ClubBot, post_in
from bot.discord.jobs import GONE, find_message, small_print
from bot.features.watch.rules import Watching
from bot.features.watch.store import JOBS, Finding, telling
from bot.features.watch.views import author_card, author_items, mark_of
from bot.jobs import Post

log = logging.getLogger(__name__)


class WatchNotes:
    """Tells authors that their message may go too far; whose direct messages are closed is left to the moderators."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._watching = bot, bot.app.get(Watching)

    async def do(self, club: int, finding_id: int) -> None:
        """Tell an author whom a process did not tell that died, if nobody else does it."""
        key = Key(JOBS, club, finding_id, "tell")
        claim = await self._bot.jobs.claim(key)
        if claim is None:
            return
        finding = await self._watching.untold(finding_id)
        await (self._tell(finding, claim) if finding else self._bot.jobs.drop(key))

    async def tell(self, finding: Finding) -> None:
        """Tell the author of a message that was just found."""
        await self._tell(finding, Claim(telling(finding)))

    async def _tell(self, finding: Finding, claim: Claim) -> None:
        async def find(since: dt.datetime) -> int:
            try:
                channel = await self._bot.create_dm(discord.Object(finding.member))
                found = await find_message(channel, self._bot.me, since, lambda m: mark_of(finding) in small_print(m))
            except GONE:
                return 0
            return found.id if found else 0

        async def make() -> int:
            try:
                channel = await self._bot.create_dm(discord.Object(finding.member))
                card = author_card(finding, author_items(finding))
                return (await post_in(channel, card, f"watch-{finding.id}")).id
            except GONE:
                log.info("an author cannot be written to; the moderators see the message in their queue")
                return 0

        await self._bot.jobs.post_once(claim, Post(make, find), lambda _: self._watching.told(finding))
