"""From what Discord says to what the club knows: who asks, in which place, and what they may do there."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.people import NO_CLUB, Member, Place
from bot.club.settings import ClubSettings
from bot.discord.club_bot import ClubBot, bot_of
from bot.discord.club_menu import ClubUnclear
from bot.discord.elsewhere import server_of


async def visitor(interaction: discord.Interaction[Any]) -> tuple[Member, Place]:
    """Return who asks and where. Raises ClubUnclear for a direct message that could be about several clubs."""
    bot = bot_of(interaction)
    place = interaction.channel_id or 0
    if interaction.guild_id is not None:
        adults = is_for_adults(interaction.channel)
        return Member(interaction.guild_id, interaction.user.id), Place(interaction.guild_id, place, adults)
    club = await club_of_direct_message(bot, interaction.user.id)
    return Member(club, interaction.user.id), Place(club, place)


async def club_of_direct_message(bot: ClubBot, person: int) -> int:
    """Return the club that a person's direct messages are about, or NO_CLUB. Raises ClubUnclear."""
    meant = await bot.services.direct.club(person, bot.is_member)
    if meant.club == NO_CLUB and meant.among:
        known = [(club, await server_of(bot, club)) for club in meant.among]
        raise ClubUnclear((club, guild.name) for club, guild in known if guild)
    return meant.club


def is_for_adults(channel: object) -> bool:
    """Return whether Discord lets nobody under age into a channel; where that is not known, it does."""
    ask = getattr(channel, "is_nsfw", None)
    return bool(ask()) if callable(ask) else False


def may_speak(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the one who asks may write in the channel: nobody gets a voice through the bot."""
    allowed = interaction.permissions
    return allowed.send_messages_in_threads if is_thread(interaction.channel) else allowed.send_messages


def keeps_place(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the one who asks keeps this place: a moderator of the channel or thread."""
    allowed = interaction.permissions
    return allowed.manage_threads or allowed.manage_channels or allowed.manage_messages


def keeps_schedule(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the one who asks organises what the club reads: they may manage its events, or its server."""
    return interaction.permissions.manage_events or interaction.permissions.manage_guild


def is_thread(channel: object) -> bool:
    """Return whether a channel is a thread or a post of a forum."""
    return isinstance(channel, discord.Thread)


async def is_moderator(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the one who asks keeps this place: by Discord's permissions, or by the club's chosen role."""
    return keeps_place(interaction) or _has_role(interaction, (await _settings(interaction)).moderators)


async def is_organiser(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the one who asks organises the club: by Discord's permissions, or by the club's chosen role."""
    return keeps_schedule(interaction) or _has_role(interaction, (await _settings(interaction)).organisers)


async def _settings(interaction: discord.Interaction[Any]) -> ClubSettings:
    if interaction.guild_id is None:
        return ClubSettings()
    return await bot_of(interaction).services.set_up.settings(interaction.guild_id)


def _has_role(interaction: discord.Interaction[Any], role: int | None) -> bool:
    """Return whether the one who asks has a role that is still there."""
    return role is not None and isinstance(interaction.user, discord.Member) and bool(interaction.user.get_role(role))
