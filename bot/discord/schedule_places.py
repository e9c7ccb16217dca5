"""Where a schedule takes place: a text channel or a forum in which its organiser may speak, and the bot, too."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.discord.failures import Refused
from bot.discord.schedule_refusals import lacking_for_events, lacking_in, needed_in

Channel = discord.TextChannel | discord.ForumChannel


class Parent(app_commands.Transformer):
    """A text channel or a forum, as a command takes it: a forum of pictures is none that one talks in."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """What Discord offers."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Which channels it offers."""
        return [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum]

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> Any:  # noqa: ANN401 (the library's own)
        """Return what was chosen."""
        return value


Chosen = app_commands.Transform[app_commands.AppCommandChannel, Parent]


def parent_of(interaction: discord.Interaction[Any]) -> int:
    """Return the channel of the thread in which somebody is; 0 elsewhere."""
    return (interaction.channel.parent_id or 0) if isinstance(interaction.channel, discord.Thread) else 0


def chosen_channel(
    interaction: discord.Interaction[Any], chosen: app_commands.AppCommandChannel | None, usual: int | None = None
) -> Channel:
    """Return where a schedule is to take place: as chosen, as usual, or here. Raises Refused."""
    guild = interaction.guild
    if guild is None:
        raise Refused("That works in a club’s server, not in a direct message.")
    here = parent_of(interaction) or interaction.channel_id or 0
    channel = guild.get_channel(chosen.id if chosen else usual or here) or guild.get_channel(here)
    if not isinstance(channel, Channel):
        raise Refused("Choose a text channel or a forum in the channel field: its threads or posts open there.")
    person = interaction.user
    if isinstance(person, discord.Member) and not _may_speak(channel, person):
        raise Refused(f"You may not write in #{channel.name}, so you cannot plan a schedule there.")
    lacking = [*lacking_in(channel, needed_in(channel)), *lacking_for_events(guild)]
    if lacking:
        raise Refused(
            f"I lack the permission {' and '.join(lacking)} in #{channel.name}. Allow me that, and ask again."
        )
    return channel


def _may_speak(channel: Channel, person: discord.Member) -> bool:
    allowed = channel.permissions_for(person)
    return allowed.view_channel and allowed.send_messages
