"""`/setup`: a first-run walk, what is set and missing, and what the bot may do where. For who manages the server."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.context import ClubBot, deliver
from bot.discord.visitor import in_clubs
from bot.feature import Feature
from bot.features.setup.views import SETUP_BUTTONS, check_card, setter, settings_card, walk_card, zone_card

Zone = app_commands.Range[str, 1, 100]


class SetupCog(commands.Cog):
    """What a club chooses for itself."""

    setup = in_clubs(
        app_commands.Group(
            name="setup",
            description="Set this club up: roles, channels, time zone, book.",
            default_permissions=discord.Permissions(manage_guild=True),
        )
    )

    def __init__(self, bot: ClubBot) -> None:
        app = bot.app
        self._app, self._set_up = app, app.get(SetUp)

    @setup.command()
    async def start(self, interaction: discord.Interaction[Any]) -> None:
        """Go through the set-up, step by step, from where you stopped. Only you see it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, await walk_card(self._app, guild, await self._set_up.begin(guild.id)))

    @setup.command()
    async def view(self, interaction: discord.Interaction[Any]) -> None:
        """Show what is set and what is missing, each with what mends it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, await settings_card(self._app, guild, await self._set_up.settings(guild.id)))

    @setup.command()
    async def test(self, interaction: discord.Interaction[Any]) -> None:
        """Check what I may do, channel by channel. Nothing is posted."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, check_card(guild, await self._set_up.settings(guild.id)))

    @setup.command()
    @app_commands.describe(zone="A zone such as Europe/Berlin, or its city")
    @app_commands.autocomplete(zone=autocomplete.zones)
    async def zone(self, interaction: discord.Interaction[Any], zone: Zone) -> None:
        """Choose the clock by which this club meets."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, zone_card(await self._set_up.choose_zone(guild.id, zone), self._app))


FEATURE = Feature("setup", cogs=(SetupCog,), buttons=SETUP_BUTTONS)
