"""`/audit`: what was posted by whom, and which sources an answer used; never anyone's position."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.audit import KEPT
from bot.discord.context import ClubBot
from bot.discord.permissions import AUDIT, needs
from bot.discord.send import deliver
from bot.discord.visitor import in_clubs
from bot.feature import Feature
from bot.features.audit.views import AuditPageButton, audit_card

Days = app_commands.Range[int, 1, KEPT.days]
What = Literal["everything", "posts", "answers", "overrides", "watching"]


class AuditCog(commands.Cog):
    """The audit of a club."""

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @app_commands.command()
    @app_commands.describe(days="How many days back; otherwise 7", what="What to show; otherwise everything")
    @app_commands.default_permissions(manage_messages=True)
    @in_clubs
    async def audit(self, interaction: discord.Interaction[Any], days: Days = 7, what: What = "everything") -> None:
        """Show what was posted by whom, and which sources an answer used; never where anybody is."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await needs(interaction, AUDIT)
        await deliver(interaction, await audit_card(self._app, member.club, days, what, 1))


FEATURE = Feature("audit", cogs=(AuditCog,), buttons=(AuditPageButton,))
