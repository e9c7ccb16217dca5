"""`/setup`: a first-run walk, what is set and missing, and what the bot may do where. For who manages the server."""

import datetime as dt
import math
from collections.abc import Mapping
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
from bot.discord.context import SET_UP, VIEW, Refused, app_of, deliver, lacks_in, needs
from bot.discord.visitor import AppCog, Feature, in_clubs
from bot.features.ceilings.store import Ceilings
from bot.features.setup.rules import ALLOW, Channel, missing
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
KEPT = "Only you see this. Each step is saved at once; /setup start continues where you stopped."


def chosen(step: Topic, settings: ClubSettings, books: Mapping[Slug, Book], now: dt.datetime) -> str:
    """Return what is chosen at a step, as text that is safe in a message; roles and channels as mentions."""
    value = getattr(settings, step.value)
    if value is None:
        return "not chosen"
    match step:
        case Topic.MODERATORS | Topic.ORGANISERS:
            return f"<@&{value}>"
        case Topic.TALK | Topic.SCHEDULE:
            return f"<#{value}>"
        case Topic.ZONE:
            return safe(f"{value}, where it is {now.astimezone(ZoneInfo(value)):%H:%M} now")
        case _:
            return safe(books[value].title if value in books else "not in the library any more")


NOTE = "I haven’t posted anything to find this out. Manage Messages matters only where you use /watch."
ALL_THERE = "nothing is missing."


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
    title, items = "What I may do in each channel", items or ["There are no text channels here."]
    return paged_card(title, items, page, SetupCheckButton, note=NOTE)


def _chosen(guild: discord.Guild, step: Topic, channel: int) -> str:
    found = guild.get_channel(channel)
    if found is None:
        return f"**{NAMES[step]}**: it is gone. Choose another one with /setup start."
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


def menu_of(
    step: Topic, settings: ClubSettings, guild: discord.Guild, books: Mapping[Slug, Book], page: int
) -> BaseSelect[Any]:
    """Return the menu of a step, with what is chosen now; of books, those of a page, by series and year."""
    chosen = getattr(settings, step.value)
    if step is Topic.ZONE:
        zones = [_option(zone.replace("_", " "), zone, chosen == zone) for zone in ZONES]
        return discord.ui.Select(custom_id="setup-zone", placeholder="Pick a zone near you", options=zones)
    if step is Topic.BOOK:
        shown = in_order(books.values())[(page - 1) * OPTIONS : page * OPTIONS]
        options = [_option(book.title, book.slug, book.slug == chosen, book.author) for book in shown]
        return discord.ui.Select(custom_id=f"setup-book:{page}", placeholder="Pick a book", options=options)
    if step in KINDS:
        there = [channel] if (channel := guild.get_channel(chosen or 0)) else []
        return discord.ui.ChannelSelect(
            custom_id=f"setup-channel:{step}", placeholder="Pick a channel", default_values=there,
            channel_types=list(KINDS[step]),
        )  # fmt: skip
    roles = [role] if (role := guild.get_role(chosen or 0)) else []
    return discord.ui.RoleSelect(custom_id=f"setup-role:{step}", placeholder="Pick a role", default_values=roles)


def _option(label: str, value: str, default: bool, description: str = "") -> discord.SelectOption:
    about = one_line(description, OPTION) or None
    return discord.SelectOption(label=one_line(label, OPTION), value=value, default=default, description=about)


STEPS = "|".join(Topic)
CLEARED = "|".join(step for step in ASKED if step is not Topic.ZONE)
"""Steps at which nothing may be chosen; a zone there always is."""
NO_ROLE = "Everybody has that role, or only a bot does. Pick one that some members have, or make one first."
NO_CHANNEL = "I can’t use that channel. Pick a text channel of this server, or for the schedule also a forum."


MENUS = r"setup-(?:role:(?:moderators|organisers)|channel:(?:talk|schedule)|zone|book:\d{1,3})"


class SetupMenu(Picked, template=MENUS):
    """Picks what a step asks for."""

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Keep what was picked, where it can be, and show the next step."""
        guild, app, (picked,) = await setter(interaction), app_of(interaction), values
        set_up, (kind, _, step) = app.get(SetUp), self.custom_id.removeprefix("setup-").partition(":")
        match kind:
            case "role":
                role = guild.get_role(int(picked))
                if role is None or role.is_default() or role.is_bot_managed():
                    raise Refused(NO_ROLE)
                settings = await set_up.choose_id(guild.id, Topic(step), role.id)
            case "channel":
                channel = guild.get_channel(int(picked))
                if channel is None or channel.type not in KINDS[Topic(step)]:
                    raise Refused(NO_CHANNEL)
                settings = await set_up.choose_id(guild.id, Topic(step), channel.id)
            case "zone":
                await set_up.choose_zone(guild.id, picked)
                settings = await set_up.go(guild.id, Topic.ZONE.next)
            case _:
                settings = await set_up.choose_book(guild.id, picked)
        return await walk_card(app, guild, settings)


class SetupButton(Pressed, template=rf"setup-(?P<does>go:(?:{STEPS})|clear:(?:{CLEARED})|books:\d{{1,4}})"):
    """Goes to a step, takes back what was chosen at one and goes on, or turns to a page of books."""

    async def card(self, interaction: Interaction) -> Card:
        """Return the step at which the walk is then."""
        guild, app, (does, _, where) = await setter(interaction), app_of(interaction), self.given["does"].partition(":")
        set_up, page = app.get(SetUp), int(where) if does == "books" else 1
        if does == "clear":
            settings = await set_up.choose_id(guild.id, Topic(where), None)
        else:
            settings = await set_up.go(guild.id, Topic.BOOK if does == "books" else Topic(where))
        return await walk_card(app, guild, settings, page)


def _books_button(page: int, label: str) -> Item:
    return SetupButton(f"books:{page}", label=label)


async def walk_card(app: App, guild: discord.Guild, settings: ClubSettings, page: int = 1) -> Card:
    """Return the card of the step at which the walk is."""
    step = settings.walk
    if step is Topic.DONE:
        return await settings_card(app, guild, settings, "All set")
    now = chosen(step, settings, app.books_of(guild.id), app.now())
    body = f"{safe(ASKS[step])}\n\n**Now**: {now}"
    heading = f"Set-up, {step.number} of {len(ASKED)}: {NAMES[step]}"
    items = _items(app.books_of(guild.id), guild, settings, page)
    return Card(heading, body, (), Tone.PLAIN, items, note=KEPT)


async def settings_card(app: App, guild: discord.Guild, settings: ClubSettings, title: str = "Club settings") -> Card:
    """Return all settings, and what is missing with its cure."""
    books, now = app.books_of(guild.id), app.now()
    ceiling = await app.get(Ceilings).show(Place(guild.id, settings.talk)) if settings.talk else {}
    found = (guild.get_channel(channel) for channel in (settings.talk, settings.schedule) if channel)
    channels = {channel.id: Channel(channel.name, lacks_in(channel)) for channel in found if channel}
    roles = {role.id for role in guild.roles}
    lines = [f"**{NAMES[step]}**: {chosen(step, settings, books, now)}" for step in ASKED]
    lacking = [f"• {safe(what)}\n-# {safe(cure)}" for what, cure in missing(settings, roles, channels, books, ceiling)]
    body = "\n".join((*lines, "", *(("**Still missing**", *lacking) if lacking else ("Nothing is missing.",))))
    items = [
        SetupButton("go:moderators", label="Go through the set-up"),
        SetupCheckButton(1, label="Check the channels"),
    ]
    return Card(title, body, (), Tone.PLAIN, items, note="Only you see this.")


def zone_card(settings: ClubSettings, app: App) -> Card:
    """Return what is told once a zone was chosen by its name, with the way on."""
    body = f"This club’s time zone is {chosen(Topic.ZONE, settings, app.books, app.now())}."
    items = [] if settings.walk is Topic.DONE else [SetupButton(f"go:{settings.walk}", label="Continue the set-up")]
    return Card(body=body, buttons=items)


def _items(books: Mapping[Slug, Book], guild: discord.Guild, settings: ClubSettings, page: int) -> list[Item]:
    """Return what can be pressed and picked at a step."""
    step = settings.walk
    set_already = getattr(settings, step.value) not in (None, UTC)
    pages = math.ceil(len(books) / OPTIONS)
    shown = min(max(1, page), pages)
    items: list[Item] = []
    if step is not Topic.BOOK or books:
        items.append(SetupMenu(menu_of(step, settings, guild, books, shown)))
    if step is Topic.BOOK:
        items += turns(_books_button, shown, pages, "Previous books", "More books")
    if step is not Topic.MODERATORS:
        items.append(SetupButton(f"go:{step.before}", label="Back"))
    items.append(SetupButton(f"go:{step.next}", label="Keep it" if set_already else "Skip"))
    return (
        [*items, SetupButton(f"clear:{step}", label="Choose none")] if set_already and step is not Topic.ZONE else items
    )


class SetupCog(AppCog):
    """What a club chooses for itself."""

    setup = in_clubs(
        app_commands.Group(
            name="setup",
            description="Set this club up: roles, channels, time zone, book.",
            default_permissions=discord.Permissions(manage_guild=True),
        )
    )

    @setup.command()
    async def start(self, interaction: Interaction) -> None:
        """Set up step by step, continuing where you stopped. Only you see it."""
        guild, set_up = await self._begun(interaction)
        await deliver(interaction, await walk_card(self._app, guild, await set_up.begin(guild.id)))

    @setup.command()
    async def view(self, interaction: Interaction) -> None:
        """Show what is set up, what is missing, and how to fix it."""
        guild, set_up = await self._begun(interaction)
        await deliver(interaction, await settings_card(self._app, guild, await set_up.settings(guild.id)))

    @setup.command()
    async def test(self, interaction: Interaction) -> None:
        """Check what I may do, channel by channel. Nothing is posted."""
        guild, set_up = await self._begun(interaction)
        await deliver(interaction, check_card(guild, await set_up.settings(guild.id)))

    @setup.command()
    @app_commands.describe(zone="A zone such as Europe/Berlin, or its city")
    @app_commands.autocomplete(zone=autocomplete.zones)
    async def zone(self, interaction: Interaction, zone: app_commands.Range[str, 1, 100]) -> None:
        """Choose this club’s time zone."""
        guild, set_up = await self._begun(interaction)
        await deliver(interaction, zone_card(await set_up.choose_zone(guild.id, zone), self._app))

    async def _begun(self, interaction: Interaction) -> tuple[discord.Guild, SetUp]:
        await interaction.response.defer(ephemeral=True, thinking=True)
        return await setter(interaction), self._app.get(SetUp)


BUTTONS = (SetupMenu, SetupButton, SetupCheckButton)
FEATURE = Feature("setup", cogs=(SetupCog,), buttons=BUTTONS)
