"""Sending: every card leaves through here, so that nothing is lost when Discord stumbles and nobody is pinged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import discord

from bot.discord.cards import Card, CardView

T = TypeVar("T")

log = logging.getLogger(__name__)

TRIES = 3
"""Times that a card is sent, where Discord fails on its side; the library has tried several times each time."""

PAUSE = 1.5
"""Seconds before the second try, and twice as many before the third."""

SERVER_ERRORS = 500
"""HTTP: from here on, the server says that it failed, and that the call was right."""

ACKNOWLEDGED = (40060, 10062)
"""Discord: interaction already acknowledged; unknown interaction. A repeated event, or one that came too late."""

NOBODY = discord.AllowedMentions.none()


async def deliver(interaction: discord.Interaction[Any], card: Card, *, private: bool = True) -> None:
    """Answer an interaction with a card: at once, in place of “is thinking …”, or beside the card that was pressed.

    The privacy of a deferred answer was fixed when it was deferred, so `private` has to agree with that. A deferred
    answer is filled in by an edit, which may be repeated without being seen twice.
    """

    async def send() -> None:
        view, files = CardView(card), card.files()
        response = interaction.response
        if not response.is_done():
            await response.send_message(view=view, files=files, ephemeral=private, allowed_mentions=NOBODY)
        elif response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(view=view, attachments=files, allowed_mentions=NOBODY)
        else:
            await interaction.followup.send(view=view, files=files, ephemeral=private, allowed_mentions=NOBODY)

    await _with_patience(send)


async def post(interaction: discord.Interaction[Any], card: Card) -> discord.WebhookMessage:
    """Post a card for everybody in the place, after the interaction was answered in private."""

    async def send() -> discord.WebhookMessage:
        return await interaction.followup.send(
            view=CardView(card), files=card.files(), ephemeral=False, allowed_mentions=NOBODY, wait=True
        )

    return await _with_patience(send)


async def replace_card(interaction: discord.Interaction[Any], card: Card) -> None:
    """Show a card in place of the one whose button was pressed."""

    async def edit() -> None:
        view, files = CardView(card), card.files()
        if interaction.response.is_done():
            await interaction.edit_original_response(view=view, attachments=files, allowed_mentions=NOBODY)
        else:
            await interaction.response.edit_message(view=view, attachments=files, allowed_mentions=NOBODY)

    await _with_patience(edit)


async def reply_to(message: discord.Message, card: Card) -> discord.Message:
    """Reply to a message with a card; the nonce keeps Discord from showing it twice."""

    async def send() -> discord.Message:
        return await message.channel.send(
            view=CardView(card),
            files=card.files(),
            reference=message.to_reference(fail_if_not_exists=False),
            mention_author=False,
            allowed_mentions=NOBODY,
            nonce=str(message.id),
        )

    return await _with_patience(send)


async def post_in(
    channel: discord.abc.Messageable, card: Card, nonce: str, pinged: Sequence[int] = ()
) -> discord.Message:
    """Post a card in a channel; the nonce (25 characters at most) keeps Discord from showing it twice in a row.

    `pinged` are those who asked to be told: their mentions in the card reach them, and nobody else's.
    """
    mentions = discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(person) for person in pinged]
    )

    async def send() -> discord.Message:
        return await channel.send(view=CardView(card), files=card.files(), allowed_mentions=mentions, nonce=nonce)

    return await _with_patience(send)


async def post_poll(channel: discord.abc.Messageable, text: str, poll: discord.Poll, nonce: str) -> discord.Message:
    """Post a poll in a channel below a line of safe text: Discord has no polls among components."""

    async def send() -> discord.Message:
        return await channel.send(text, poll=poll, allowed_mentions=NOBODY, nonce=nonce)

    return await _with_patience(send)


async def _with_patience(send: Callable[[], Awaitable[T]]) -> T:
    for attempt in range(1, TRIES):
        try:
            return await send()
        except discord.HTTPException as failed:
            if failed.status < SERVER_ERRORS:
                raise
            log.warning("Discord failed (%d); trying again", failed.status)
            await asyncio.sleep(PAUSE * attempt)
    return await send()
