"""Members as the trial's page speaks for them."""

from __future__ import annotations

from collections.abc import Sequence

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, MemberActor, ResponseMessage, UserHandle


class TypingMember(MemberActor):
    """A member whose page offers no names to mention: the bot's name, typed first, is its mention."""

    def __init__(self, env: simcord.Env, guild: GuildHandle, user: UserHandle) -> None:
        super().__init__(env, guild, user)
        bot = env.backend.bot_user
        self._typed, self._mention = f"@{bot.name}", f"<@{bot.id}>"

    async def send(
        self,
        channel: ChannelHandle,
        content: str = "",
        *,
        reply_to: discord.Message | ResponseMessage | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> discord.Message:
        """Send a message, as Discord's own field for messages would."""
        if content.casefold().startswith(self._typed.casefold()):
            content = self._mention + content[len(self._typed) :]
        return await super().send(channel, content, reply_to=reply_to, attachments=attachments)
