"""What stands beside *Confirm* under a preview: leaving everything as it is."""

from __future__ import annotations

from typing import Any

import discord

from bot.discord.answer_cards import notice_card
from bot.discord.delivering import replace_card
from bot.discord.failures import Refused
from bot.discord.pressing import Pressed

CONFIRM = "Confirm"


class CancelButton(Pressed, template=r"cancel:(?P<owner>\d{1,20})"):
    """Leaves everything as it is; for whoever the preview was made."""

    def __init__(self, owner: int | str, label: str = "Cancel") -> None:
        super().__init__(label, f"cancel:{owner}")
        self._owner = int(owner)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show that nothing was done, in place of the preview."""
        await interaction.response.defer()
        if interaction.user.id != self._owner:
            raise Refused("That was asked of somebody else.")
        await replace_card(interaction, notice_card("Nothing was changed."))
