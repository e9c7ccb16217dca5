"""`/setup`: a first-run walk, what is set and missing, and what the bot may do where. For who manages the server."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ui.select import BaseSelect

from bot.answering.texts import in_order
from bot.app import App
from bot.club_settings import ASKED, UTC, ClubSettings, SetUp, Topic
from bot.discord import autocomplete
from bot.discord.buttons import PAGE, Page, Picked, Pressed
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, Item, Tone, one_line, paged_card, safe, turns
from bot.discord.context import SET_UP, VIEW, ClubBot, Refused, app_of, deliver, lacks_in, needs
from bot.discord.visitor import AppCog, in_clubs
from bot.feature import Feature
from bot.features.ceilings.store import Ceilings
from bot.features.setup.rules import ALLOW, Channel, Missing, Server, missing
from bot.people import Place
from corpus.books import Book, Slug
from corpus.text import plural

NAMES = {
    Topic.MODERATORS: "Moderators",
    Topic.ORGANISERS: "Organisers",
    Topic.TALK: "Channel to talk in",
    Topic.SCHEDULE: "Channel or forum of the schedule",
    Topic.ZONE: "Time zone",
    Topic.BOOK: "Book",
}
INTEGRATIONS = (
    "Discord shows these commands only to people with the matching Discord permission. To show them to the role "
    "too, open Server Settings, Integrations, Dogear."
)
ASKS = {
    Topic.MODERATORS: "Who, besides people with Discord’s own moderator permissions, may set ceilings, handle "
    f"discussion prompts and watch for spoilers. {INTEGRATIONS}",
    Topic.ORGANISERS: "Who, besides people who may manage events or the server, may plan schedules and hold votes. "
    f"{INTEGRATIONS}",
    Topic.TALK: "Where the club talks about the book.",
    Topic.SCHEDULE: "Where each section of a schedule gets its thread (in a channel) or post (in a forum).",
    Topic.ZONE: "The time zone for “Friday 8pm”. If yours isn’t in the menu, use /setup zone.",
    Topic.BOOK: "What the club is reading. If your book isn’t in the menu, add it with /book add.",
}
NOTHING = "not chosen"
KEPT = "Only you see this. Each step is saved at once; /setup start continues where you stopped."
NOTHING_MISSING = "Nothing is missing."


def heading(step: Topic) -> str:
    """Return the heading of a step."""
    return f"Set-up, {step.number} of {len(ASKED)}: {NAMES[step]}"


def chosen(step: Topic, settings: ClubSettings, books: Mapping[Slug, Book], now: dt.datetime) -> str:
    """Return what is chosen at a step, as text that is safe in a message; roles and channels as mentions."""
    value = getattr(settings, step.value)
    if value is None:
        return NOTHING
    match step:
        case Topic.MODERATORS | Topic.ORGANISERS:
            return f"<@&{value}>"
        case Topic.TALK | Topic.SCHEDULE:
            return f"<#{value}>"
        case Topic.ZONE:
            return safe(f"{value}, where it is {now.astimezone(ZoneInfo(value)):%H:%M} now")
        case _:
            return safe(books[value].title if value in books else "not in the library any more")


def settings_text(settings: ClubSettings, books: Mapping[Slug, Book], now: dt.datetime) -> str:
    """Return all settings, one on a line."""
    return "\n".join(f"**{NAMES[step]}**: {chosen(step, settings, books, now)}" for step in ASKED)


def missing_text(found: Iterable[Missing]) -> str:
    """Return what is missing, each with its cure in small print."""
    lines = [f"• {safe(each.what)}\n-# {safe(each.cure)}" for each in found]
    return "\n".join(("**Still missing**", *lines)) if lines else NOTHING_MISSING


async def what_is_missing(app: App, guild: discord.Guild, settings: ClubSettings) -> list[Missing]:
    """Return what is missing in a club."""
    talk = await app.get(Ceilings).show(Place(guild.id, settings.talk)) if settings.talk else {}
    return missing(settings, server_of(guild, settings), app.books_of(guild.id), talk)


def server_of(guild: discord.Guild, settings: ClubSettings) -> Server:
    """Return what of a club's choices its server has now."""
    found = (guild.get_channel(chosen) for chosen in (settings.talk, settings.schedule) if chosen)
    channels = {channel.id: Channel(channel.name, lacks_in(channel)) for channel in found if channel}
    return Server({role.id for role in guild.roles}, channels)


TITLE = "What I may do in each channel"
NOTE = "I haven’t posted anything to find this out. Manage Messages matters only where you use /watch."
ALL_THERE = "nothing is missing."
GONE = "it is gone. Choose another one with /setup start."


class SetupCheckButton(Page, template=rf"setup-check:{PAGE}"):
    """Looks at all channels again, and turns to a page of what was found."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the card before."""
        guild = await setter(interaction)
        settings = await app_of(interaction).get(SetUp).settings(guild.id)
        return check_card(guild, settings, self.page)


async def setter(interaction: Interaction) -> discord.Guild:
    """Return the server, where the one who asks may set its club up. Raises Refused."""
    await needs(interaction, SET_UP)
    if interaction.guild is None:
        raise Refused(SET_UP.refusal)
    return interaction.guild


def check_card(guild: discord.Guild, settings: ClubSettings, page: int = 1) -> Card:
    """Return a page of what is missing, channel by channel: the chosen ones first, then those that lack something."""
    chosen = {Topic.TALK: settings.talk, Topic.SCHEDULE: settings.schedule}
    items = [_chosen(guild, step, channel) for step, channel in chosen.items() if channel]
    others = [channel for channel in _channels(guild) if channel.id not in chosen.values()]
    lacks = {channel.id: lacks_in(channel) for channel in others}
    short = [f"<#{channel}>: I lack {', '.join(lack)}." for channel, lack in lacks.items() if lack not in ((), (VIEW,))]
    items += [*short, ALLOW] if short else []
    if fine := sum(lack == () for lack in lacks.values()):
        items.append(f"In {plural(fine, 'other channel' if items else 'channel')} {ALL_THERE}")
    if unseen := sum(lack == (VIEW,) for lack in lacks.values()):
        items.append(f"I can’t see {plural(unseen, 'channel')}. That’s fine if nobody should ask me anything there.")
    return paged_card(TITLE, items or ["There are no text channels here."], page, SetupCheckButton, note=NOTE)


def _chosen(guild: discord.Guild, step: Topic, channel: int) -> str:
    found = guild.get_channel(channel)
    if found is None:
        return f"**{NAMES[step]}**: {GONE}"
    lacks = lacks_in(found)
    told = f"I lack {', '.join(lacks)}. {ALLOW}" if lacks else ALL_THERE
    return f"**{NAMES[step]}**, <#{channel}>: {told}"


def _channels(guild: discord.Guild) -> list[discord.TextChannel | discord.ForumChannel]:
    """Return the channels in which members write, as they stand in the list."""
    writing = [each for each in guild.channels if isinstance(each, discord.TextChannel | discord.ForumChannel)]
    return sorted(writing, key=lambda each: (each.category.position if each.category else -1, each.position))


ZONES = (
    *("UTC", "Pacific/Honolulu", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York"),
    *("America/Toronto", "America/Sao_Paulo", "Atlantic/Reykjavik", "Europe/London", "Europe/Dublin", "Europe/Lisbon"),
    *("Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Stockholm", "Europe/Athens", "Africa/Lagos"),
    *("Africa/Johannesburg", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney"),
    "Pacific/Auckland",
)
"""Zones of many people, from west to east: a menu holds no more, and `/setup zone` knows all of them."""

KINDS = {Topic.TALK: (discord.ChannelType.text,), Topic.SCHEDULE: (discord.ChannelType.text, discord.ChannelType.forum)}
"""What kind of channel can be chosen at a step."""


def menu_of(step: Topic, settings: ClubSettings, guild: discord.Guild) -> BaseSelect[Any]:
    """Return the menu of a step that picks a role, a channel or a zone, with what is chosen now."""
    if step is Topic.ZONE:
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


def book_menu(books: Mapping[Slug, Book], now: Slug | None, page: int) -> BaseSelect[Any]:
    """Return the menu of a page of books, by series and year."""
    shown = in_order(books.values())[(page - 1) * OPTIONS : page * OPTIONS]
    options = [_option(book.title, book.slug, book.slug == now, book.author) for book in shown]
    return discord.ui.Select(custom_id=f"setup-book:{page}", placeholder="Pick a book", options=options)


def _option(label: str, value: str, default: bool, description: str = "") -> discord.SelectOption:
    about = one_line(description, OPTION) or None
    return discord.SelectOption(label=one_line(label, OPTION), value=value, default=default, description=about)


STEPS = "|".join(Topic)
CLEARED = "|".join(step for step in ASKED if step is not Topic.ZONE)
"""Steps at which nothing may be chosen; a zone there always is."""

NO_ROLE = "Everybody has that role, or only a bot does. Pick one that some members have, or make one first."
NO_CHANNEL = "I can’t use that channel. Pick a text channel of this server, or for the schedule also a forum."


class RoleMenu(Picked, template=r"setup-role:(?:moderators|organisers)"):
    """Picks a role."""

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Keep the role, unless everybody or only a bot has it, and show the next step."""
        guild, step = await setter(interaction), Topic(self.item.custom_id.rpartition(":")[2])
        role = guild.get_role(int(values[0]))
        if role is None or role.is_default() or role.is_bot_managed():
            raise Refused(NO_ROLE)
        app = app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).choose_id(guild.id, step, role.id))


class ChannelMenu(Picked, template=r"setup-channel:(?:talk|schedule)"):
    """Picks a channel, or a forum."""

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Keep the channel, and show the next step."""
        guild, step = await setter(interaction), Topic(self.item.custom_id.rpartition(":")[2])
        channel = guild.get_channel(int(values[0]))
        if channel is None or channel.type not in KINDS[step]:
            raise Refused(NO_CHANNEL)
        app = app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).choose_id(guild.id, step, channel.id))


class ZoneMenu(Picked, template=r"setup-zone"):
    """Picks one of the zones that a menu has."""

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Keep the zone, and show the next step."""
        guild, app = await setter(interaction), app_of(interaction)
        await app.get(SetUp).choose_zone(guild.id, values[0])
        return await walk_card(app, guild, await app.get(SetUp).go(guild.id, Topic.ZONE.next))


class BookMenu(Picked, template=r"setup-book:\d{1,3}"):
    """Picks a book of the library."""

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Keep the book, and show the next step."""
        guild, app = await setter(interaction), app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).choose_book(guild.id, values[0]))


class SetupGoButton(Pressed, template=rf"setup-go:(?P<step>{STEPS})"):
    """Goes to a step, and changes nothing else."""

    label = "Continue"

    async def card(self, interaction: Interaction) -> Card:
        """Return the step."""
        guild, app = await setter(interaction), app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).go(guild.id, Topic(self.given["step"])))


class SetupClearButton(Pressed, template=rf"setup-clear:(?P<step>{CLEARED})"):
    """Takes back what was chosen at a step, and goes on."""

    label = "Choose none"

    async def card(self, interaction: Interaction) -> Card:
        """Delete the post, and return the next step."""
        guild, app = await setter(interaction), app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).clear(guild.id, Topic(self.given["step"])))


class SetupBooksButton(Page, template=rf"setup-books:{PAGE}"):
    """Turns to a page of books that can be picked."""

    async def card(self, interaction: Interaction) -> Card:
        """Return the page."""
        guild, app = await setter(interaction), app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).go(guild.id, Topic.BOOK), self.page)


async def walk_card(app: App, guild: discord.Guild, settings: ClubSettings, page: int = 1) -> Card:
    """Return the card of the step at which the walk is."""
    step = settings.walk
    if step is Topic.DONE:
        return await settings_card(app, guild, settings, "All set")
    now = chosen(step, settings, app.books_of(guild.id), app.now())
    body = f"{safe(ASKS[step])}\n\n**Now**: {now}"
    return Card(heading(step), body, (), Tone.PLAIN, _items(app, guild, settings, page), note=KEPT)


async def settings_card(app: App, guild: discord.Guild, settings: ClubSettings, title: str = "Club settings") -> Card:
    """Return all settings, and what is missing with its cure."""
    found = missing_text(await what_is_missing(app, guild, settings))
    body = f"{settings_text(settings, app.books_of(guild.id), app.now())}\n\n{found}"
    items = [
        SetupGoButton(Topic.MODERATORS, label="Go through the set-up"),
        SetupCheckButton(1, label="Check the channels"),
    ]
    return Card(title, body, (), Tone.PLAIN, items, note="Only you see this.")


def zone_card(settings: ClubSettings, app: App) -> Card:
    """Return what is told once a zone was chosen by its name, with the way on where the walk is not at its end."""
    body = f"This club’s time zone is {chosen(Topic.ZONE, settings, app.books, app.now())}."
    items = [] if settings.walk is Topic.DONE else [SetupGoButton(settings.walk, label="Continue the set-up")]
    return Card(body=body, buttons=items)


def _items(
    app: App, guild: discord.Guild, settings: ClubSettings, page: int
) -> list[Item]:  # fmt: skip
    """Return what can be pressed and picked at a step."""
    step = settings.walk
    set_already = getattr(settings, step.value) not in (None, UTC)
    items: list[Item] = _books(app.books_of(guild.id), settings, page) if step is Topic.BOOK else []
    if step is not Topic.BOOK:
        kind = RoleMenu if step in (Topic.MODERATORS, Topic.ORGANISERS) else ChannelMenu if step in KINDS else ZoneMenu
        items.append(kind(menu_of(step, settings, guild)))
    if step is not Topic.MODERATORS:
        items.append(SetupGoButton(step.before, label="Back"))
    items.append(SetupGoButton(step.next, label="Keep it" if set_already else "Skip"))
    return [*items, SetupClearButton(step)] if set_already and step is not Topic.ZONE else items


def _books(books: Mapping[Slug, Book], settings: ClubSettings, page: int) -> list[Item]:
    """Return the menu of a page of books, with what turns the page."""
    pages = math.ceil(len(books) / OPTIONS)
    if not pages:
        return []
    shown = min(max(1, page), pages)
    turning = turns(SetupBooksButton, shown, pages, "Previous books", "More books")
    return [BookMenu(book_menu(books, settings.book, shown)), *turning]


Zone = app_commands.Range[str, 1, 100]


class SetupCog(AppCog):
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
    async def start(self, interaction: Interaction) -> None:
        """Set up step by step, continuing where you stopped. Only you see it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, await walk_card(self._app, guild, await self._set_up.begin(guild.id)))

    @setup.command()
    async def view(self, interaction: Interaction) -> None:
        """Show what is set up, what is missing, and how to fix it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, await settings_card(self._app, guild, await self._set_up.settings(guild.id)))

    @setup.command()
    async def test(self, interaction: Interaction) -> None:
        """Check what I may do, channel by channel. Nothing is posted."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, check_card(guild, await self._set_up.settings(guild.id)))

    @setup.command()
    @app_commands.describe(zone="A zone such as Europe/Berlin, or its city")
    @app_commands.autocomplete(zone=autocomplete.zones)
    async def zone(self, interaction: Interaction, zone: Zone) -> None:
        """Choose this club’s time zone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = await setter(interaction)
        await deliver(interaction, zone_card(await self._set_up.choose_zone(guild.id, zone), self._app))


FEATURE = Feature(
    "setup",
    cogs=(SetupCog,),
    buttons=(
        RoleMenu,
        ChannelMenu,
        ZoneMenu,
        BookMenu,
        SetupGoButton,
        SetupClearButton,
        SetupBooksButton,
        SetupCheckButton,
    ),
)
