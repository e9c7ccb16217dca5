"""The jobs of discussion prompts: posting each when it is due."""

from __future__ import annotations

import datetime as dt
import logging

from bot.discord.context import ClubBot, Refused
from bot.discord.jobs import GONE, find_message, small_print
from bot.discord.send import post_in
from bot.features.prompts.cards import mark_of, posted_card, where_it_belongs
from bot.features.prompts.rules import Prompts
from bot.features.prompts.store import Prompt, posting
from bot.jobs import Post

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
        self._bot, self._app, self._prompts = bot, bot.app, bot.app.get(Prompts)

    async def do(self, club: int, prompt_id: int) -> None:
        """Post a prompt that is due, if nobody else does it."""
        try:
            await self.post(club, prompt_id)
        except CannotPost:
            log.warning("discussion prompt %d cannot be posted; it waits in the queue", prompt_id)

    async def post(self, club: int, prompt_id: int) -> int:
        """Post a prompt that is planned, and return its message; 0 where another posts it, or it goes too far.

        Raises CannotPost.
        """
        key = posting(club, prompt_id)
        claim = await self._bot.jobs.claim(key)
        if claim is None:
            return 0
        prompt = await self._prompts.planned(club, prompt_id)
        if prompt is None or (claim.since is None and self._prompts.too_late(prompt)):
            await self._bot.jobs.drop(key)
            return 0
        try:
            posted = await self._bot.jobs.post_once(
                claim, self._post(prompt), lambda message: self._prompts.posted(prompt, message)
            )
        except GONE as refused:
            error = CannotPost()
            await self._prompts.stopped(prompt, str(error))
            raise error from refused
        return posted or 0

    def _post(self, prompt: Prompt) -> Post:
        channel = self._bot.get_partial_messageable(prompt.place.id, guild_id=prompt.place.club)

        async def find(since: dt.datetime) -> int:
            found = await find_message(channel, self._bot.me, since, lambda m: mark_of(prompt) in small_print(m))
            return found.id if found else 0

        async def make() -> int | None:
            beyond = {} if prompt.overridden else await self._prompts.beyond(prompt, prompt.place)
            if beyond:
                why = f"Not posted when it was due. {where_it_belongs(beyond, self._app.books)}"
                await self._prompts.stopped(prompt, why)
                return None
            return (await post_in(channel, posted_card(prompt, self._app.now()), f"prompt-{prompt.id}")).id

        return Post(make, find)
