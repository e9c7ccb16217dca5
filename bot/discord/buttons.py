"""Buttons and menus that work after a restart: their state is in their id, and their errors go the one way."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord.ui.select import BaseSelect

from bot.discord.cards import notice_card
from bot.discord.context import Refused, begin, tell
from bot.discord.send import replace_card


class Pressed(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button; a subclass names its `template`, and does in `pressed` what it is there for."""

    def __init__(
        self, label: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary, emoji: str = ""
    ) -> None:
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label, custom_id=custom_id, style=style, emoji=emoji or None
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the button as its id says: what the template names is what the class is made of."""
        made: Any = cls
        return made(**match.groupdict())  # type: ignore[no-any-return]

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button is there for, and tell what goes wrong."""
        try:
            begin(interaction, type(self).__name__)
            await self.pressed(interaction)
        except Exception as error:  # noqa: BLE001 (the one way of errors)
            await tell(interaction, error)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button is there for."""
        raise NotImplementedError


class Picked(discord.ui.DynamicItem[BaseSelect[Any]], template=r"(?!)"):
    """A menu of options, roles or channels; a subclass names its `template`, and does in `picked` what it is for."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the menu under a message, with the options that it shows there."""
        if not isinstance(item, BaseSelect):
            raise TypeError(f"{item.type} is no menu")
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was picked, and tell what goes wrong."""
        try:
            begin(interaction, type(self).__name__)
            picked = [each if isinstance(each, str) else str(each.id) for each in self.item.values]
            if len(picked) < self.item.min_values or not self._offers(picked):
                raise Refused("That is not on the menu. Open it once more, and pick from what it offers.")
            await self.picked(interaction, picked)
        except Exception as error:  # noqa: BLE001 (the one way of errors)
            await tell(interaction, error)

    def _offers(self, picked: list[str]) -> bool:
        """Return whether the menu, as the message shows it, has all that was picked."""
        if not isinstance(self.item, discord.ui.Select):
            return True
        return {option.value for option in self.item.options}.issuperset(picked)

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Do what the menu is there for; of roles and channels, `values` are the ids."""
        raise NotImplementedError


class Dialogue(discord.ui.Modal):
    """A modal whose errors go the one way."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Begin what was sent off."""
        begin(interaction, type(self).__name__)
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:  # type: ignore[override]
        """Tell what went wrong; what was typed is not lost, as Discord keeps it in the modal."""
        await tell(interaction, error)


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
