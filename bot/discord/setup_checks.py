"""What the bot may do in each channel of a server: looked up, and nothing is posted."""

from __future__ import annotations

from typing import Any

import discord

from bot.book_text import counted
from bot.club.missing import ALLOW
from bot.club.settings import ClubSettings, Step
from bot.discord.cards import Card
from bot.discord.club_bot import services_of
from bot.discord.delivering import replace_card
from bot.discord.failures import Refused
from bot.discord.paging import paged_card
from bot.discord.permissions import VIEW, lacking
from bot.discord.pressing import Pressed
from bot.discord.setup_cards import NAMES

TITLE = "What I may do in each channel"
NOTE = "I have posted nothing to find this out. Manage Messages counts only where you use /watch."
SETTERS = "Only those who may manage the server set the club up: that needs the permission Manage Server."
ALL_THERE = "nothing is missing."
GONE = "it is not there any more. Choose another one with /setup start."


class SetupCheckButton(Pressed, template=r"setup-check:(?P<page>\d{1,3})"):
    """Looks at all channels again, and turns to a page of what was found."""

    def __init__(self, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"setup-check:{page}")
        self._page = int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the card before."""
        await interaction.response.defer()
        guild = setter(interaction)
        settings = await services_of(interaction).set_up.settings(guild.id)
        await replace_card(interaction, check_card(guild, settings, self._page))


def setter(interaction: discord.Interaction[Any]) -> discord.Guild:
    """Return the server, where the one who asks may set its club up. Raises Refused."""
    if interaction.guild is None or not interaction.permissions.manage_guild:
        raise Refused(SETTERS)
    return interaction.guild


def check_card(guild: discord.Guild, settings: ClubSettings, page: int = 1) -> Card:
    """Return a page of what is missing, channel by channel: the chosen ones first, then those that lack something."""
    chosen = {Step.TALK: settings.talk, Step.SCHEDULE: settings.schedule}
    items = [_chosen(guild, step, channel) for step, channel in chosen.items() if channel]
    others = [channel for channel in _channels(guild) if channel.id not in chosen.values()]
    lacks = {channel.id: lacking(channel) for channel in others}
    short = [f"<#{channel}>: I lack {', '.join(lack)}." for channel, lack in lacks.items() if lack not in ((), (VIEW,))]
    items += [*short, ALLOW] if short else []
    if fine := sum(lack == () for lack in lacks.values()):
        items.append(f"In {counted(fine, 'other channel' if items else 'channel')} {ALL_THERE}")
    if unseen := sum(lack == (VIEW,) for lack in lacks.values()):
        items.append(f"I do not see {counted(unseen, 'channel')}. That is fine where I am not to be asked.")
    return paged_card(TITLE, items or ["There is no channel for text here."], page, SetupCheckButton, note=NOTE)


def _chosen(guild: discord.Guild, step: Step, channel: int) -> str:
    found = guild.get_channel(channel)
    if found is None:
        return f"**{NAMES[step]}**: {GONE}"
    lacks = lacking(found)
    told = f"I lack {', '.join(lacks)}. {ALLOW}" if lacks else ALL_THERE
    return f"**{NAMES[step]}**, <#{channel}>: {told}"


def _channels(guild: discord.Guild) -> list[discord.TextChannel | discord.ForumChannel]:
    """Return the channels in which members write, as they stand in the list."""
    writing = [each for each in guild.channels if isinstance(each, discord.TextChannel | discord.ForumChannel)]
    return sorted(writing, key=lambda each: (each.category.position if each.category else -1, each.position))
