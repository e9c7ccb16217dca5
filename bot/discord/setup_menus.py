"""What can be picked at the steps of the first-run walk: roles, channels, zones and books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord.ui.select import BaseSelect

from bot.book_text import in_order
from bot.club.settings import ClubSettings, Step
from bot.discord.limits import OPTION, OPTIONS
from bot.discord.safe_text import one_line
from corpus.books import Book, Slug

ZONES = (
    *("UTC", "Pacific/Honolulu", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York"),
    *("America/Toronto", "America/Sao_Paulo", "Atlantic/Reykjavik", "Europe/London", "Europe/Dublin", "Europe/Lisbon"),
    *("Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Stockholm", "Europe/Athens", "Africa/Lagos"),
    *("Africa/Johannesburg", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney"),
    "Pacific/Auckland",
)
"""Zones of many people, from west to east: a menu holds no more, and `/setup zone` knows all of them."""

KINDS = {
    Step.TALK: (discord.ChannelType.text,),
    Step.SCHEDULE: (discord.ChannelType.text, discord.ChannelType.forum),
}
"""What kind of channel can be chosen at a step."""


def menu_of(step: Step, settings: ClubSettings, guild: discord.Guild) -> BaseSelect[Any]:
    """Return the menu of a step that picks a role, a channel or a zone, with what is chosen now."""
    if step is Step.ZONE:
        zones = [_option(zone.replace("_", " "), zone, settings.zone == zone) for zone in ZONES]
        return discord.ui.Select(custom_id="setup-zone", placeholder="Pick a zone near you", options=zones)
    chosen = getattr(settings, step.value)
    if step in KINDS:
        there = [channel] if (channel := guild.get_channel(chosen or 0)) else []
        return discord.ui.ChannelSelect(
            custom_id=f"setup-channel:{step}", placeholder="Pick a channel", default_values=there,
            channel_types=list(KINDS[step]),
        )  # fmt: skip
    roles = [role] if (role := guild.get_role(chosen or 0)) else []
    return discord.ui.RoleSelect(custom_id=f"setup-role:{step}", placeholder="Pick a role", default_values=roles)


def book_pages(books: Mapping[Slug, Book]) -> int:
    """Return how many menus hold all books."""
    return -(-len(books) // OPTIONS)


def book_menu(books: Mapping[Slug, Book], now: Slug | None, page: int) -> BaseSelect[Any]:
    """Return the menu of a page of books, by series and year."""
    shown = in_order(books.values())[(page - 1) * OPTIONS : page * OPTIONS]
    options = [_option(book.title, book.slug, book.slug == now, book.author) for book in shown]
    return discord.ui.Select(custom_id=f"setup-book:{page}", placeholder="Pick a book", options=options)


def _option(label: str, value: str, default: bool, description: str = "") -> discord.SelectOption:
    about = one_line(description, OPTION) or None
    return discord.SelectOption(label=one_line(label, OPTION), value=value, default=default, description=about)
