"""What features are made of in Discord; and who asks, and where: from what Discord says to what the club knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.buttons import Picked
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, notice_card, visible
from bot.discord.context import Choice, ClubBot, Refused, Right, app_of, bot_of, member_here, needs
from bot.features.ask.store import DirectMessages
from bot.jobs import Work
from bot.people import NO_CLUB, Member, Place


class AppCog(commands.Cog):
    """A cog of the bot, with what features are built from."""

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._app = bot, bot.app


@dataclass(frozen=True)
class Feature:
    """A feature: its commands, the buttons that work after a restart, and its timed work.

    `jobs` are the kinds of timed work, by the name under which they stand in the table of jobs. What a feature keeps
    are the tables of its `store.py`; they say themselves what `/mydata` shows of them (`Personal` in bot/db/base.py).
    """

    name: str
    cogs: tuple[Callable[[ClubBot], commands.Cog], ...] = ()
    buttons: tuple[type[discord.ui.DynamicItem[Any]], ...] = ()
    jobs: dict[str, Callable[[ClubBot], Work]] = field(default_factory=dict)


async def server_of(bot: ClubBot, club: int) -> discord.Guild | None:
    """Return a server that the bot is in, also where another process has its shard; None where it is in it no more."""
    guild = bot.get_guild(club)
    if guild is not None or bot.app.shards.holds(club):
        return guild
    try:
        return await bot.fetch_guild(club, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        return None


class ClubUnclear(Choice):
    """A direct message from somebody who is in several clubs, given by id and name."""

    def __init__(self, among: Iterable[tuple[int, str]]) -> None:
        super().__init__("You’re in several clubs with me. Which one is this about?", [ClubMenu.of(among)])


class ClubMenu(Picked, template=r"club"):
    """Picks the club that somebody's direct messages are about."""

    @classmethod
    def of(cls, clubs: Iterable[tuple[int, str]]) -> Self:
        """Return a menu of clubs, by id and name."""
        options = [
            discord.SelectOption(label=visible(name)[:OPTION] or str(club), value=str(club)) for club, name in clubs
        ]
        return cls(discord.ui.Select(custom_id="club", placeholder="Which club?", options=options[:OPTIONS]))

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Note the choice."""
        club = int(values[0])
        if not await bot_of(interaction).is_member(club, interaction.user.id):
            raise Refused("You’re no longer in that club.")
        await app_of(interaction).get(DirectMessages).choose(interaction.user.id, club)
        guild = await server_of(bot_of(interaction), club)
        name = guild.name if guild else "that club"
        return notice_card(f"Our direct messages are now about {name}. Please ask again.")


# For what a person does alone, and for what needs a place with others in it.
in_clubs_and_direct_messages = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
in_clubs = app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)


async def visitor(interaction: Interaction) -> tuple[Member, Place]:
    """Return who asks and where. Raises ClubUnclear for a direct message that could be about several clubs."""
    bot = bot_of(interaction)
    if interaction.guild_id is not None:
        return member_here(interaction, interaction.guild_id)
    club = await club_of_direct_message(bot, interaction.user.id)
    return Member(club, interaction.user.id), Place(club, interaction.channel_id or 0)


async def acknowledge(interaction: Interaction, right: Right | None = None) -> tuple[Member, Place]:
    """Acknowledge a command that is answered in private, and return who asks and where. Raises Refused or ClubUnclear.

    Discord fixes here, not at the follow-up, that only the asker sees the answer. They need the `right`, where given.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    return await (visitor(interaction) if right is None else needs(interaction, right))


async def club_of_direct_message(bot: ClubBot, person: int) -> int:
    """Return the club that a person's direct messages are about, or NO_CLUB. Raises ClubUnclear."""
    clubs = await bot.app.get(DirectMessages).meant(person, bot.is_member)
    if len(clubs) > 1:
        known = [(club, await server_of(bot, club)) for club in clubs]
        raise ClubUnclear((club, guild.name) for club, guild in known if guild)
    return clubs[0] if clubs else NO_CLUB
