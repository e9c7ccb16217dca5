"""The first-run walk: one card a step. What is picked is kept at once, and the next step takes the card's place."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.services import Services
from bot.club.settings import ASKED, UTC, ClubSettings, Step
from bot.discord.cards import Card, Tone
from bot.discord.club_bot import services_of
from bot.discord.delivering import replace_card
from bot.discord.failures import Refused
from bot.discord.pressing import Picked, Pressed
from bot.discord.safe_text import safe
from bot.discord.setup_cards import ASKS, KEPT, chosen, heading, missing_text, settings_text, what_is_missing
from bot.discord.setup_checks import SetupCheckButton, setter
from bot.discord.setup_menus import KINDS, book_menu, book_pages, menu_of

STEPS = "|".join(Step)
CLEARED = "|".join(step for step in ASKED if step is not Step.ZONE)
"""Steps at which nothing may be chosen; a zone there always is."""

NO_ROLE = "Everybody has that role, or only a bot does. Pick one that some members have, or make one first."
NO_CHANNEL = "I cannot use that channel. Pick a text channel of this server; for the schedule, also a forum."


class RoleMenu(Picked, template=r"setup-role:(?:moderators|organisers)"):
    """Picks a role."""

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Keep the role, unless everybody or only a bot has it, and show the next step."""
        await interaction.response.defer()
        guild, step = setter(interaction), Step(self.item.custom_id.rpartition(":")[2])
        role = guild.get_role(int(values[0]))
        if role is None or role.is_default() or role.is_bot_managed():
            raise Refused(NO_ROLE)
        await _show(interaction, await services_of(interaction).set_up.choose_id(guild.id, step, role.id))


class ChannelMenu(Picked, template=r"setup-channel:(?:talk|schedule)"):
    """Picks a channel, or a forum."""

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Keep the channel, and show the next step."""
        await interaction.response.defer()
        guild, step = setter(interaction), Step(self.item.custom_id.rpartition(":")[2])
        channel = guild.get_channel(int(values[0]))
        if channel is None or channel.type not in KINDS[step]:
            raise Refused(NO_CHANNEL)
        await _show(interaction, await services_of(interaction).set_up.choose_id(guild.id, step, channel.id))


class ZoneMenu(Picked, template=r"setup-zone"):
    """Picks one of the zones that a menu has."""

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Keep the zone, and show the next step."""
        await interaction.response.defer()
        guild, set_up = setter(interaction), services_of(interaction).set_up
        await set_up.choose_zone(guild.id, values[0])
        await _show(interaction, await set_up.go(guild.id, Step.ZONE.next))


class BookMenu(Picked, template=r"setup-book:\d{1,3}"):
    """Picks a book of the library."""

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Keep the book, and show the next step."""
        await interaction.response.defer()
        guild = setter(interaction)
        await _show(interaction, await services_of(interaction).set_up.choose_book(guild.id, values[0]))


class SetupGoButton(Pressed, template=rf"setup-go:(?P<step>{STEPS})"):
    """Goes to a step, and changes nothing else."""

    def __init__(self, step: str, label: str = "Go on") -> None:
        super().__init__(label, f"setup-go:{step}")
        self._step = Step(step)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the step."""
        await interaction.response.defer()
        guild = setter(interaction)
        await _show(interaction, await services_of(interaction).set_up.go(guild.id, self._step))


class SetupClearButton(Pressed, template=rf"setup-clear:(?P<step>{CLEARED})"):
    """Takes back what was chosen at a step, and goes on."""

    def __init__(self, step: str) -> None:
        super().__init__("Choose none", f"setup-clear:{step}")
        self._step = Step(step)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Take it back, and show the next step."""
        await interaction.response.defer()
        guild = setter(interaction)
        await _show(interaction, await services_of(interaction).set_up.clear(guild.id, self._step))


class SetupBooksButton(Pressed, template=r"setup-books:(?P<page>\d{1,3})"):
    """Turns to a page of books that can be picked."""

    def __init__(self, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"setup-books:{page}")
        self._page = int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page."""
        await interaction.response.defer()
        guild = setter(interaction)
        settings = await services_of(interaction).set_up.go(guild.id, Step.BOOK)
        await _show(interaction, settings, self._page)


async def walk_card(services: Services, guild: discord.Guild, settings: ClubSettings, page: int = 1) -> Card:
    """Return the card of the step at which the walk is."""
    step = settings.walk
    if step is Step.DONE:
        return await settings_card(services, guild, settings, "That is all")
    now = chosen(step, settings, services.books, services.now())
    body = f"{safe(ASKS[step])}\n\n**Now**: {now}"
    return Card(heading(step), body, (), Tone.PLAIN, _items(services, guild, settings, page), note=KEPT)


async def settings_card(
    services: Services, guild: discord.Guild, settings: ClubSettings, title: str = "Settings of the club"
) -> Card:
    """Return all settings, and what is missing with its cure."""
    found = missing_text(await what_is_missing(services, guild, settings))
    body = f"{settings_text(settings, services.books, services.now())}\n\n{found}"
    items = [SetupGoButton(Step.MODERATORS, "Go through it"), SetupCheckButton(1, "Check the channels")]
    return Card(title, body, (), Tone.PLAIN, items, note="Only you see this.")


def zone_card(settings: ClubSettings, services: Services) -> Card:
    """Return what is told once a zone was chosen by its name, with the way on where the walk is not at its end."""
    body = f"Times of this club are in {chosen(Step.ZONE, settings, services.books, services.now())}."
    items = [] if settings.walk is Step.DONE else [SetupGoButton(settings.walk, "Go on with the set-up")]
    return Card(body=body, buttons=items)


def _items(
    services: Services, guild: discord.Guild, settings: ClubSettings, page: int
) -> list[discord.ui.Item[Any]]:  # fmt: skip
    """Return what can be pressed and picked at a step."""
    step = settings.walk
    set_already = getattr(settings, step.value) not in (None, UTC)
    items: list[discord.ui.Item[Any]] = _books(services, settings, page) if step is Step.BOOK else []
    if step is not Step.BOOK:
        kind = RoleMenu if step in (Step.MODERATORS, Step.ORGANISERS) else ChannelMenu if step in KINDS else ZoneMenu
        items.append(kind(menu_of(step, settings, guild)))
    if step is not Step.MODERATORS:
        items.append(SetupGoButton(step.before, "Back"))
    items.append(SetupGoButton(step.next, "Keep it" if set_already else "Skip"))
    return [*items, SetupClearButton(step)] if set_already and step is not Step.ZONE else items


def _books(services: Services, settings: ClubSettings, page: int) -> list[discord.ui.Item[Any]]:
    """Return the menu of a page of books, with what turns the page."""
    pages = book_pages(services.books)
    if not pages:
        return []
    shown = min(max(1, page), pages)
    before = [SetupBooksButton(shown - 1, "Books before")] if shown > 1 else []
    behind = [SetupBooksButton(shown + 1, "More books")] if shown < pages else []
    return [BookMenu(book_menu(services.books, settings.book, shown)), *before, *behind]


async def _show(interaction: discord.Interaction[Any], settings: ClubSettings, page: int = 1) -> None:
    """Show the step at which the walk is, in place of the card before."""
    await replace_card(interaction, await walk_card(services_of(interaction), setter(interaction), settings, page))


SETUP_BUTTONS = (
    RoleMenu,
    ChannelMenu,
    ZoneMenu,
    BookMenu,
    SetupGoButton,
    SetupClearButton,
    SetupBooksButton,
    SetupCheckButton,
)
