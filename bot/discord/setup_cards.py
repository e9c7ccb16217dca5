"""What is shown of a club's settings: the steps of the first-run walk, and all of them with what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import discord

from bot.club.missing import Channel, Missing, Server, missing
from bot.club.people import Place
from bot.club.services import Services
from bot.club.settings import ASKED, ClubSettings, Step
from bot.discord.permissions import lacking
from bot.discord.safe_text import safe
from corpus.books import Book, Slug

NAMES = {
    Step.MODERATORS: "Moderators",
    Step.ORGANISERS: "Organisers",
    Step.TALK: "Channel to talk in",
    Step.SCHEDULE: "Channel or forum of the schedule",
    Step.ZONE: "Time zone",
    Step.BOOK: "Book",
}
INTEGRATIONS = (
    "Discord shows such commands only to who has its own permission for them. To show them to the role, too, open "
    "Server Settings, Integrations, Dogear."
)
ASKS = {
    Step.MODERATORS: "Who keeps places besides those who may by Discord’s permissions: how far each place goes, "
    f"discussion prompts, watched places. {INTEGRATIONS}",
    Step.ORGANISERS: "Who plans what the club reads, besides those who may manage events or the server: schedules and "
    f"votes. {INTEGRATIONS}",
    Step.TALK: "Where the club talks about the book.",
    Step.SCHEDULE: "Where each section of a schedule gets its thread: a channel, or a forum, where each is a post.",
    Step.ZONE: "By which clock the club meets, for “Friday 8pm”. If yours is not in the menu: /setup zone knows all.",
    Step.BOOK: "What the club reads now. A book that is not in the menu has to be in the library first: whoever runs "
    "me adds it with python run_bot.py import.",
}
NOTHING = "not chosen"
KEPT = "Only you see this. Each step is kept at once; /setup start goes on where you stopped."
NOTHING_MISSING = "Nothing is missing."


def heading(step: Step) -> str:
    """Return the heading of a step."""
    return f"Set-up, {step.number} of {len(ASKED)}: {NAMES[step]}"


def chosen(step: Step, settings: ClubSettings, books: Mapping[Slug, Book], now: dt.datetime) -> str:
    """Return what is chosen at a step, as text that is safe in a message; roles and channels as mentions."""
    value = getattr(settings, step.value)
    if value is None:
        return NOTHING
    match step:
        case Step.MODERATORS | Step.ORGANISERS:
            return f"<@&{value}>"
        case Step.TALK | Step.SCHEDULE:
            return f"<#{value}>"
        case Step.ZONE:
            return safe(f"{value}, where it is {now.astimezone(ZoneInfo(value)):%H:%M} now")
        case _:
            return safe(books[value].title if value in books else "not in the library any more")


def settings_text(settings: ClubSettings, books: Mapping[Slug, Book], now: dt.datetime) -> str:
    """Return all settings, one on a line."""
    return "\n".join(f"**{NAMES[step]}**: {chosen(step, settings, books, now)}" for step in ASKED)


def missing_text(found: Iterable[Missing]) -> str:
    """Return what is missing, each with its cure in small print."""
    lines = [f"• {safe(each.what)}\n-# {safe(each.cure)}" for each in found]
    return "\n".join(("**What is missing**", *lines)) if lines else NOTHING_MISSING


async def what_is_missing(services: Services, guild: discord.Guild, settings: ClubSettings) -> list[Missing]:
    """Return what is missing in a club."""
    talk = await services.ceilings.show(Place(guild.id, settings.talk)) if settings.talk else {}
    return missing(settings, server_of(guild, settings), services.books, talk)


def server_of(guild: discord.Guild, settings: ClubSettings) -> Server:
    """Return what of a club's choices its server has now."""
    found = (guild.get_channel(chosen) for chosen in (settings.talk, settings.schedule) if chosen)
    channels = {channel.id: Channel(channel.name, lacking(channel)) for channel in found if channel}
    return Server({role.id for role in guild.roles}, channels)
