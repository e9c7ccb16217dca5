"""Who may do what: what members need for it, asked when it is used, and what Discord has to allow the bot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import discord
from discord.abc import GuildChannel

from bot.club_settings import ClubSettings, SetUp
from bot.discord.context import Refused, app_of, named
from bot.people import Member, Place

VIEW = "View Channel"

NEEDED = (
    *("view_channel", "send_messages", "send_messages_in_threads", "create_public_threads", "send_polls"),
    *("attach_files", "read_message_history", "manage_messages", "create_events", "manage_events"),
)
"""What the bot has to be allowed in a server, and nothing more."""


@dataclass(frozen=True, slots=True)
class Right:
    """Something that only some members may do: by any of these permissions here, or by the club's chosen role."""

    permissions: tuple[str, ...]
    refusal: str
    role: str = ""

    def given_to(self, permissions: discord.Permissions, user: object, settings: ClubSettings) -> bool:
        """Return whether somebody has the right; a role that is not there any more gives none."""
        if any(getattr(permissions, name) for name in self.permissions):
            return True
        role = getattr(settings, self.role) if self.role else None
        return role is not None and isinstance(user, discord.Member) and user.get_role(role) is not None


MODERATOR = Right(
    ("manage_messages", "manage_threads", "manage_channels"),
    "Only moderators do that: you need the club’s moderator role, or the permission Manage Messages, Manage Threads "
    "or Manage Channels here.",
    "moderators",
)
ORGANISER = Right(
    ("manage_events", "manage_guild"),
    "Only organisers do that: you need the club’s organiser role, or the permission Manage Events or Manage Server.",
    "organisers",
)
SET_UP = Right(
    ("manage_guild",),
    "Only those who may manage the server set the club up: that needs the permission Manage Server.",
)
AUDIT = Right(
    ("view_audit_log", "manage_messages"),
    "Only moderators see the audit: you need the permission View Audit Log or Manage Messages.",
)


def is_for_adults(channel: object) -> bool:
    """Return whether Discord lets nobody under age into a channel; where that is not known, it does."""
    ask = getattr(channel, "is_nsfw", None)
    return bool(ask()) if callable(ask) else False


def is_thread(channel: object) -> bool:
    """Return whether a channel is a thread or a post of a forum."""
    return isinstance(channel, discord.Thread)


def member_here(interaction: discord.Interaction[Any], club: int) -> tuple[Member, Place]:
    """Return who asks and where, in a server."""
    place = Place(club, interaction.channel_id or 0, is_for_adults(interaction.channel))
    return Member(club, interaction.user.id), place


async def has(interaction: discord.Interaction[Any], right: Right) -> bool:
    """Return whether the one who asks has a right, in a server."""
    if interaction.guild_id is None:
        return False
    settings = await app_of(interaction).get(SetUp).settings(interaction.guild_id) if right.role else ClubSettings()
    return right.given_to(interaction.permissions, interaction.user, settings)


async def needs(interaction: discord.Interaction[Any], right: Right) -> tuple[Member, Place]:
    """Return who asks and where, where they have a right. Raises Refused."""
    if interaction.guild_id is None or not await has(interaction, right):
        raise Refused(right.refusal)
    return member_here(interaction, interaction.guild_id)


def may_speak(interaction: discord.Interaction[Any]) -> None:
    """See that the one who asks may write in the channel: nobody gets a voice through the bot. Raises Refused."""
    allowed = interaction.permissions
    if not (allowed.send_messages_in_threads if is_thread(interaction.channel) else allowed.send_messages):
        raise Refused("You may not write in this channel, so I do not write there for you.")


def may_share(interaction: discord.Interaction[Any]) -> None:
    """See that the one who asks may have something posted for everybody here. Raises Refused."""
    if interaction.guild_id is None:
        raise Refused("There is nobody to share with in a direct message.")
    may_speak(interaction)


def permissions() -> discord.Permissions:
    """Return what the bot has to be allowed in a server."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def lacking(allowed: discord.Permissions, needed: Collection[str] = NEEDED) -> tuple[str, ...]:
    """Return which permissions are not given, as Discord's apps call them."""
    if not allowed.view_channel and "view_channel" in needed:
        return (VIEW,)  # without it, Discord counts all others as not given
    return tuple(named(name) for name in needed if not getattr(allowed, name))


def lacks_in(channel: GuildChannel, needed: Collection[str] = NEEDED) -> tuple[str, ...]:
    """Return which of some permissions the bot lacks in a channel."""
    return lacking(channel.permissions_for(channel.guild.me), needed)
