"""From what Discord says to what the club knows: who asks, in which place, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import discord
from discord import app_commands

from bot.club_settings import ClubSettings, SetUp
from bot.discord.buttons import Picked
from bot.discord.cards import notice_card
from bot.discord.context import Choice, ClubBot, Refused, app_of, bot_of
from bot.discord.send import replace_card
from bot.discord.text import OPTION, OPTIONS, visible
from bot.features.ask.rules import DirectMessages
from bot.people import NO_CLUB, Member, Place


async def server_of(bot: ClubBot, club: int) -> discord.Guild | None:
    """Return a server that the bot is in, also where another process has its shard; None where it is in it no more."""
    guild = bot.get_guild(club)
    if guild is not None or bot.presence.shards.holds(club):
        return guild
    try:
        return await bot.fetch_guild(club, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        return None


class ClubUnclear(Choice):
    """A direct message from somebody who is in several clubs, given by id and name."""

    def __init__(self, among: Iterable[tuple[int, str]]) -> None:
        super().__init__("You are in several clubs. Which one is this about?", [ClubMenu.of(among)])


class ClubMenu(Picked, template=r"club"):
    """Picks the club that somebody's direct messages are about."""

    @classmethod
    def of(cls, clubs: Iterable[tuple[int, str]]) -> Self:
        """Return a menu of clubs, by id and name."""
        options = [
            discord.SelectOption(label=visible(name)[:OPTION] or str(club), value=str(club)) for club, name in clubs
        ]
        return cls(discord.ui.Select(custom_id="club", placeholder="Which club?", options=options[:OPTIONS]))

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Note the choice."""
        club = int(values[0])
        if not await bot_of(interaction).is_member(club, interaction.user.id):
            raise Refused("You are not in that club any more.")
        await app_of(interaction).get(DirectMessages).choose(interaction.user.id, club)
        guild = await server_of(bot_of(interaction), club)
        name = guild.name if guild else "that club"
        await replace_card(interaction, notice_card(f"Direct messages are about {name} now. Ask once more."))


in_clubs_and_direct_messages = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
"""For what a person does alone."""

in_clubs = app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
"""For what needs a place with others in it."""


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
    meant = await bot.app.get(DirectMessages).club(person, bot.is_member)
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
    return await bot_of(interaction).app.get(SetUp).settings(interaction.guild_id)


def _has_role(interaction: discord.Interaction[Any], role: int | None) -> bool:
    """Return whether the one who asks has a role that is still there."""
    return role is not None and isinstance(interaction.user, discord.Member) and bool(interaction.user.get_role(role))


KEEPERS = (
    "Only moderators do that: you need the club’s moderator role, or the permission Manage Messages, Manage Threads "
    "or Manage Channels here."
)
ORGANISERS = (
    "Only organisers do that: you need the club’s organiser role, or the permission Manage Events or Manage Server."
)


async def keeper(interaction: discord.Interaction[Any]) -> tuple[Member, Place]:
    """Return who asks and where, where that is a moderator of the place. Raises Refused."""
    if interaction.guild_id is None or not await is_moderator(interaction):
        raise Refused(KEEPERS)
    return await visitor(interaction)


async def organises(interaction: discord.Interaction[Any]) -> None:
    """See that the one who asks organises the club. Raises Refused."""
    if not await is_organiser(interaction):
        raise Refused(ORGANISERS)
