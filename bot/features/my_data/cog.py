"""`/mydata`: everything that the bot holds about a member, for them alone; or gone."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.context import ClubBot
from bot.discord.send import deliver
from bot.discord.visitor import in_clubs_and_direct_messages
from bot.feature import Feature
from bot.features.my_data.rules import MyData
from bot.features.my_data.views import MY_DATA_BUTTONS, export_card, forgetting_card, person
from bot.people import NO_CLUB


class MyDataCog(commands.Cog):
    """What is held about a person: in a server of that club, in a direct message of all their clubs."""

    mydata = in_clubs_and_direct_messages(
        app_commands.Group(name="mydata", description="Everything that I hold about you: as a file, or gone.")
    )

    def __init__(self, bot: ClubBot) -> None:
        self._my_data = bot.app.get(MyData)

    @mydata.command()
    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Get everything that I hold about you as a file. In a direct message: of all your clubs."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = person(interaction)
        everywhere = member.club == NO_CLUB
        held = await self._my_data.summary(member, everywhere=everywhere)
        data = await self._my_data.export(member, everywhere=everywhere)
        await deliver(interaction, export_card(held, data, everywhere=everywhere))

    @mydata.command()
    async def delete(self, interaction: discord.Interaction[Any]) -> None:
        """Delete everything that I hold about you; you are asked once more."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = person(interaction)
        held = await self._my_data.summary(member, everywhere=member.club == NO_CLUB)
        await deliver(interaction, forgetting_card(member, held))


FEATURE = Feature("my_data", cogs=(MyDataCog,), buttons=MY_DATA_BUTTONS)
