"""`/watch`: messages that go further than their place. Off by default; it needs Message Content, and says so."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.cards import notice_card
from bot.discord.context import MODERATOR, ClubBot, Refused, deliver, is_for_adults, needs
from bot.discord.visitor import in_clubs
from bot.feature import Feature
from bot.features.watch.jobs import WatchNotes
from bot.features.watch.rules import Spoken, Watching
from bot.features.watch.store import JOBS
from bot.features.watch.views import WATCH_BUTTONS, WatchQueueButton, words_of
from bot.people import Place

log = logging.getLogger(__name__)

SPOKEN = (discord.MessageType.default, discord.MessageType.reply)

NO_CONTENT = (
    "I cannot read messages here, as Message Content is off. Who runs me turns it on in two places and starts me anew: "
    "“Message Content Intent” on the page “Bot” of Discord’s developer portal, and MESSAGE_CONTENT=1 in the file .env."
)
NO_HIDING = (
    "\nTo hide messages for their authors I need the permission Manage Messages here. Without it, they delete them "
    "themselves."
)
ON = (
    "I watch this place now. Whoever writes something that may go further than the place does is told in a direct "
    "message, alone; you see it with /watch status. Nobody is called out."
)


class WatchCog(commands.Cog):
    """Watches places, and tells authors."""

    watch = in_clubs(
        app_commands.Group(
            name="watch",
            description="Messages here that may go further than this place does.",
            default_permissions=discord.Permissions(manage_messages=True),
        )
    )

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._watching = bot, bot.app.get(Watching)
        self._notes = WatchNotes(bot)
        self._reading: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Read which places are watched."""
        await self._watching.load()

    async def cog_unload(self) -> None:
        """Stop. Messages in the line are let go of, as those that are said while the bot is away are never read."""
        if self._reading is not None:
            self._reading.cancel()

    @watch.command()
    async def on(self, interaction: discord.Interaction[Any]) -> None:
        """Watch this place: whoever goes further than it does is told, privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        if not self._bot.intents.message_content:
            raise Refused(NO_CONTENT)
        await self._watching.on(place, member)
        hides = interaction.app_permissions.manage_messages
        await deliver(interaction, notice_card(ON + ("" if hides else NO_HIDING)))

    @watch.command()
    async def off(self, interaction: discord.Interaction[Any]) -> None:
        """Stop watching this place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        was = await self._watching.off(place, member)
        await deliver(interaction, notice_card("I do not watch this place any more." if was else "It was not watched."))

    @watch.command()
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """Show whether this place is watched, and the messages that wait for you."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        waiting = len(await self._watching.queue(member.club))
        lines = [self._state(place), self._pace(place), f"Messages that wait for you, in all places: {waiting}"]
        items = [WatchQueueButton(1)] if waiting else []
        await deliver(interaction, notice_card("\n".join(filter(None, lines)), buttons=items))

    def _state(self, place: Place) -> str:
        if not self._watching.is_on(place):
            return "This place is not watched. /watch on begins."
        return "This place is watched." if self._bot.intents.message_content else NO_CONTENT

    def _pace(self, place: Place) -> str:
        come, passed = self._watching.line.counts(place)
        if not passed:
            return ""
        return f"Of {come:,} messages since I started, {passed:,} came faster than I read, and were passed over."

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Put what is said in a watched place into the line."""
        self._see(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Look at a message again that says something else now."""
        if payload.message.edited_at is not None:
            self._see(payload.message)

    def _see(self, message: discord.Message) -> None:
        if message.guild is None or message.author.bot or message.webhook_id or message.type not in SPOKEN:
            return
        place = Place(message.guild.id, message.channel.id, is_for_adults(message.channel))
        text = words_of(message)
        if not self._watching.is_on(place) or not any(map(str.isalnum, text)):
            return
        taken = self._watching.line.offer(Spoken(place, message.author.id, message.id, text))
        if taken and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Read the line to its end, one message after the other: answers to members are not kept waiting."""
        while (spoken := self._watching.line.next()) is not None:
            try:
                finding = await self._watching.read(spoken)
                if finding is not None:
                    await self._notes.tell(finding)
            except Exception:
                log.exception("a message could not be placed, or its author not told")
                self._bot.jobs.nudge()


FEATURE = Feature("watch", cogs=(WatchCog,), buttons=WATCH_BUTTONS, jobs={JOBS: lambda bot: WatchNotes(bot).do})
