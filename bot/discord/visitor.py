"""What features are made of in Discord; and who asks, and where: from what Discord says to what the club knows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.cards import Interaction
from bot.discord.context import ClubBot, Right, app_of, bot_of, club_here, member_here, needs
from bot.features.ask.store import AskedQuestions, DirectMessages
from bot.jobs import Work
from bot.people import NO_CLUB, Member, Place
from corpus.errors import DogearError


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


class ClubUnclear(DogearError):
    """A direct message that could be about several clubs, given by id and name; `waiting` is the question, if kept."""

    def __init__(self, among: Sequence[tuple[int, str]]) -> None:
        super().__init__("You’re in several clubs with me. Which one is this about?")
        self.among, self.waiting = among, ""


C = TypeVar("C", bound=Callable[..., Any] | app_commands.Group | app_commands.ContextMenu)


def in_clubs(command: C) -> C:
    """Have a command in clubs alone: it needs a place with others in it."""
    return app_commands.allowed_installs(guilds=True, users=False)(
        app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)(command)
    )


def in_clubs_and_direct_messages(command: C) -> C:
    """Have a command that a person uses alone also in direct messages, and anywhere for who installed the bot."""
    return app_commands.allowed_installs(guilds=True, users=True)(
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)
    )


BY_BUTTON = discord.Permissions(manage_guild=True)
"""Who sees, in a server, a command that members reach by the buttons of `/help`: what they see with “/” stays short.

In a direct message everybody sees them, and a server may show them to its members under Integrations.
"""
FOR_ORGANISERS = discord.Permissions(manage_events=True)
FOR_MODERATORS = discord.Permissions(manage_messages=True)


async def visitor(interaction: Interaction) -> tuple[Member, Place]:
    """Return who asks and where. Raises ClubUnclear for a direct message that could be about several clubs.

    Who uses their own install of the bot, in a server that it is not in or among friends, is a member of NO_CLUB: with
    positions, a shelf and notes of their own, the operator's library, and nothing of any club. All that is kept there
    is found by their id, so nobody sees another's. In direct messages with the bot, `/club switch` chooses.
    """
    if (club := club_here(interaction)) is not None:
        return member_here(interaction, club)
    person, channel = interaction.user.id, interaction.channel_id or 0
    club = NO_CLUB
    if interaction.guild_id is None and not interaction.context.private_channel:
        try:
            club = await club_of_direct_message(bot_of(interaction), person)
        except ClubUnclear as unclear:
            name = interaction.command.name if interaction.command else ""
            if name in WAITS and interaction.type is discord.InteractionType.application_command:
                given, app = interaction.namespace, app_of(interaction)
                asked = getattr(given, WAITS[name]) or ""
                unclear.waiting = await keep_waiting(app, person, channel, asked, given.book or "", WAITING[name])
            raise
    return Member(club, person), Place(club, channel)


WAITS = {"ask": "question", "hint": "question", "who": "name", "recap": "section"}
"""Commands that wait in direct messages until their club is chosen, each with the field of what is asked."""
WAITING = {name: f"waiting-{name}" for name in WAITS} | {"ask": "waiting"}
"""What is kept of them until then; what was said waits as a question does."""


async def keep_waiting(
    app: App, person: int, channel: int, text: str, book: str | None = None, do: str = WAITING["ask"]
) -> str:
    """Keep what was asked in a direct message until its club is chosen, and return its id.

    `book` is what was typed beside a command's question, empty for nothing; of what was said, it is None.
    """
    member, place = Member(NO_CLUB, person), Place(NO_CLUB, channel)
    return (await app.get(AskedQuestions).keep(do, member, place, text, book)).id


async def acknowledge(interaction: Interaction, right: Right | None = None) -> tuple[Member, Place]:
    """Acknowledge a command that is answered in private, and return who asks and where. Raises Refused or ClubUnclear.

    Discord fixes here, not at the follow-up, that only the asker sees the answer. They need the `right`, where given.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    return await (visitor(interaction) if right is None else needs(interaction, right))


FEW = 5
"""Servers of a bot up to which Discord is asked in which of them somebody is: once for each, as it keeps no members."""


def few_servers(bot: ClubBot) -> list[int]:
    """Return the servers that the bot is in, if they are few."""
    return [guild.id for guild in bot.guilds] if len(bot.guilds) <= FEW else []


async def club_of_direct_message(bot: ClubBot, person: int) -> int:
    """Return the club that a person's direct messages are about, or NO_CLUB. Raises ClubUnclear."""
    clubs = await bot.app.get(DirectMessages).meant(person, bot.is_member, few_servers(bot))
    if len(clubs) > 1:
        raise ClubUnclear(await with_names(bot, clubs))
    return clubs[0] if clubs else NO_CLUB


async def with_names(bot: ClubBot, clubs: Iterable[int]) -> list[tuple[int, str]]:
    """Return clubs to choose from, with their names, and the choice of none."""
    known = [(club, await server_of(bot, club)) for club in clubs]
    return [*((club, guild.name) for club, guild in known if guild), (NO_CLUB, "Only me, without a club")]
