"""`/setup`: one form for the book, the channels and the time zone; then roles. For who manages the server."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.answering.texts import in_order
from bot.app import App
from bot.club_settings import UTC, ClubSettings, SetUp, Topic
from bot.discord import autocomplete
from bot.discord.buttons import OPENINGS, PAGE, PRIMARY, Dialogue, OpenButton, Opening, Page, Picked, button
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, Item, Tone, one_line, paged_card, safe
from bot.discord.context import SET_UP, VIEW, Refused, app_of, deliver, lacks_in, needs
from bot.discord.visitor import AppCog, Feature, in_clubs
from bot.features.books.views import AddItButton
from bot.features.ceilings.store import Ceilings
from bot.people import Place
from bot.times import zone_name
from corpus.books import Book, Slug
from corpus.names import UnknownBook, find_book
from corpus.text import plural

NAMES = {
    Topic.BOOK: "Book",
    Topic.TALK: "Channel to talk in",
    Topic.SCHEDULE: "Channel or forum of the schedule",
    Topic.ZONE: "Time zone",
    Topic.MODERATORS: "Moderators",
    Topic.ORGANISERS: "Organisers",
}
INTEGRATIONS = (
    "Only you see this. People who may manage messages or events in Discord can moderate or organise without a role. "
    "Discord shows the commands to them alone; for a role to see them, open Server Settings, Integrations, Dogear."
)


AGAIN = "Press Change, or use /setup start."
PICK_ROLE = "Pick one in the menu below."
ALLOW = "Allow me that in the channel’s settings, under Permissions."

UNSET = {
    Topic.TALK: "No channel to talk in is chosen.",
    Topic.SCHEDULE: "No channel or forum for the schedule is chosen.",
    Topic.BOOK: "No book is chosen.",
    Topic.MODERATORS: "No moderator role is chosen, so only people with Discord’s own permissions can moderate.",
    Topic.ORGANISERS: "No organiser role is chosen, so only people who may manage events can plan and hold votes.",
}
NO_LIBRARY = ("The library has no books.", "Add one of your own: its title and length are enough.")


def missing(
    guild: discord.Guild, settings: ClubSettings, books: Mapping[Slug, Book], ceiling: Mapping[Slug, int]
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Yield what is missing and its cure: channels and the book first. `ceiling` is that of the channel to talk in."""
    for topic, channel in ((Topic.TALK, settings.talk), (Topic.SCHEDULE, settings.schedule)):
        there = guild.get_channel(channel or 0)
        if there is None:
            yield _unset(topic, channel), AGAIN
        elif (lacks := lacks_in(there)) and (topic is Topic.TALK or channel != settings.talk):
            yield f"In #{there.name} I need {', '.join(lacks)}.", ALLOW
    talk, book = guild.get_channel(settings.talk or 0), books.get(settings.book or "")
    if not books:
        yield NO_LIBRARY
    elif book is None:
        yield _unset(Topic.BOOK, settings.book), AGAIN
    elif talk is not None and book.slug not in ceiling:
        yield (
            f"#{talk.name} has no ceiling for {book.title}: my public answers there assume that nobody has started.",
            "A moderator can set one there with /ceiling set.",
        )
    for topic, role in ((Topic.MODERATORS, settings.moderators), (Topic.ORGANISERS, settings.organisers)):
        if guild.get_role(role or 0) is None:
            yield _unset(topic, role), PICK_ROLE


def _unset(topic: Topic, chosen: object) -> str:
    """Return that something is not chosen, or not there any more."""
    return UNSET[topic] if chosen is None else f"{NAMES[topic]}: what you chose is no longer there."


def chosen(topic: Topic, settings: ClubSettings, books: Mapping[Slug, Book], now: dt.datetime) -> str:
    """Return what is chosen, as text that is safe in a message; roles and channels as mentions."""
    value = getattr(settings, topic.value)
    if value is None:
        return "not chosen"
    match topic:
        case Topic.MODERATORS | Topic.ORGANISERS:
            return f"<@&{value}>"
        case Topic.TALK | Topic.SCHEDULE:
            return f"<#{value}>"
        case Topic.ZONE:
            return safe(f"{zone_name(value)}, it is {now.astimezone(ZoneInfo(value)):%H:%M} now")
        case _:
            return safe(books[value].title if value in books else "not in the library any more")


NOTE = "I haven’t posted anything to find this out. Manage Messages matters only where you use /watch."
ALL_THERE = "nothing is missing."


@button(Page, rf"setup-check:{PAGE}")
async def setup_check_button(button: Page, interaction: Interaction) -> Card:
    """Looks at all channels again, and turns to a page of what was found."""
    guild = await setter(interaction)
    settings = await app_of(interaction).get(SetUp).settings(guild.id)
    return check_card(guild, settings, button.page)


async def setter(interaction: Interaction) -> discord.Guild:
    """Return the server, where the one who asks may set its club up. Raises Refused."""
    await needs(interaction, SET_UP)
    if interaction.guild is None:
        raise Refused(SET_UP.refusal)
    return interaction.guild


def check_card(guild: discord.Guild, settings: ClubSettings, page: int = 1) -> Card:
    """Return a page of what is missing, channel by channel: the chosen ones first, then those that lack something."""
    names = {settings.schedule: f"**{NAMES[Topic.SCHEDULE]}**, ", settings.talk: f"**{NAMES[Topic.TALK]}**, "}
    lacks = {channel.id: lacks_in(channel) for channel in _channels(guild)}
    items = [f"{names[each]}<#{each}>: {ALL_THERE}" for each in names if lacks.get(each or 0) == ()]
    short = {each: lack for each, lack in lacks.items() if lack and (lack != (VIEW,) or each in names)}
    items += [f"{names.get(each, '')}<#{each}>: I need {', '.join(lack)}." for each, lack in short.items()]
    items += [ALLOW] if short else []
    if fine := sum(lack == () and each not in names for each, lack in lacks.items()):
        items.append(f"In {plural(fine, 'other channel' if items else 'channel')} {ALL_THERE}")
    if unseen := len(lacks) - len(short) - sum(lack == () for lack in lacks.values()):
        items.append(f"I can’t see {plural(unseen, 'channel')}. That’s fine if nobody should ask me anything there.")
    items = items or ["There are no text channels here."]
    return paged_card("What I may do in each channel", items, page, setup_check_button, note=NOTE)


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
"""What kind of channel can be chosen for what."""

NO_ROLE = "Everybody has that role, or only a bot does. Pick one that some members have, or make one first."
NO_CHANNEL = "I can’t use that channel. Pick a text channel of this server, or for the schedule also a forum."


def _option(label: str, value: str, default: bool, description: str = "") -> discord.SelectOption:
    about = one_line(description, OPTION) or None
    return discord.SelectOption(label=one_line(label, OPTION), value=value, default=default, description=about)


class SetupForm(Dialogue, title="Set up the club"):
    """What the club reads, where it talks, and by which clock, with what is known already filled in."""

    def __init__(self, interaction: Interaction, guild: discord.Guild, settings: ClubSettings) -> None:
        super().__init__()
        books = in_order(app_of(interaction).books_of(guild.id).values())
        own_first = sorted(books, key=lambda book: (book.slug != settings.book, not book.club))[:OPTIONS]
        self.book = discord.ui.Select[SetupForm](
            custom_id="book", placeholder="Pick a book", required=False, min_values=0,
            options=[_option(book.title, book.slug, book.slug == settings.book, book.author) for book in own_first],
        )  # fmt: skip
        if own_first:
            self.add_item(discord.ui.Label(text="Which book do you read?", component=self.book))
        another = "Its title. If I don’t have it, I’ll help you add it."
        self.another = self.line("Or another book", "title", "", description=another, max_length=200, required=False)
        here = settings.talk or interaction.channel_id or 0
        self.talk = self._channel(guild, Topic.TALK, here, "Where do you talk about it?", required=True)
        self.schedule = self._channel(
            guild, Topic.SCHEDULE, settings.schedule or 0, "Where do the threads of each section open?", required=False
        )
        known = settings.zone if settings.talk or settings.zone != UTC else ""
        zones = filter(None, dict.fromkeys((known, *ZONES)))
        options = [_option(zone_name(zone), zone, zone == known) for zone in zones][:OPTIONS]
        self.zone = discord.ui.Select[SetupForm](custom_id="zone", placeholder="Pick a city near you", options=options)
        told = "“Friday 8pm” means 8pm there. If your city isn’t in the list: /setup zone."
        self.add_item(discord.ui.Label(text="Time zone", description=told, component=self.zone))

    def _channel(
        self, guild: discord.Guild, topic: Topic, usual: int, label: str, *, required: bool
    ) -> discord.ui.ChannelSelect[Any]:
        channel = guild.get_channel(usual)
        menu: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
            custom_id=topic.value, placeholder="Pick a channel", channel_types=list(KINDS[topic]), required=required,
            min_values=int(required), default_values=[channel] if channel and channel.type in KINDS[topic] else [],
        )  # fmt: skip
        told = None if required else "A channel or a forum; if left empty, the channel where you talk."
        self.add_item(discord.ui.Label(text=label, description=told, component=menu))
        return menu

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Keep all of it, and show what comes next; a book that is not known can be added from there."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild, app = await setter(interaction), app_of(interaction)
        title, book, items = self.another.value.strip(), "".join(self.book.values), list[Item]()
        if title:
            try:
                book = find_book(title, app.books_of(guild.id)).slug
            except UnknownBook as unknown:
                items = list(AddItButton.of(unknown))
        talk = _picked(guild, Topic.TALK, self.talk.values)
        schedule = _picked(guild, Topic.SCHEDULE, self.schedule.values)
        (zone,) = self.zone.values
        settings = await app.get(SetUp).change(
            guild.id, lambda now: replace(now, book=book or now.book, talk=talk, schedule=schedule or talk, zone=zone)
        )
        add = f"I don’t have “{one_line(title, OPTION)}” yet. Add it: its title and length are enough." * bool(items)
        await deliver(interaction, await settings_card(app, guild, settings, "Your club is set up", add, items))


def _picked(guild: discord.Guild, topic: Topic, values: Sequence[Any]) -> int | None:
    """Return the channel that was picked for something. Raises Refused."""
    channel = guild.get_channel(values[0].id) if values else None
    if values and (channel is None or channel.type not in KINDS[topic]):
        raise Refused(NO_CHANNEL)
    return channel.id if channel else None


async def open_setup(interaction: Interaction, _: str = "") -> None:
    """Open the form, for who may set the club up."""
    guild = await setter(interaction)
    settings = await app_of(interaction).get(SetUp).settings(guild.id)
    await interaction.response.send_modal(SetupForm(interaction, guild, settings))


OPENINGS["welcome-setup"] = Opening("Set up", open_setup, PRIMARY, SET_UP)
OPENINGS["open-change"] = Opening("Change", open_setup)


class RoleMenu(Picked, template=r"setup-role:(?:moderators|organisers)"):
    """Picks the role of moderators or organisers, or none."""

    @classmethod
    def of(cls, topic: Topic, settings: ClubSettings, guild: discord.Guild) -> "RoleMenu":
        """Return the menu, with what is chosen now."""
        there = [role] if (role := guild.get_role(getattr(settings, topic.value) or 0)) else []
        what = f"Role of {NAMES[topic].lower()} (optional)"
        menu = discord.ui.RoleSelect[Any](
            custom_id=f"setup-role:{topic}", placeholder=what, default_values=there, min_values=0
        )
        return cls(menu)

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Keep it."""
        guild, app = await setter(interaction), app_of(interaction)
        role = guild.get_role(int(values[0])) if values else None
        if values and (role is None or role.is_default() or role.is_bot_managed()):
            raise Refused(NO_ROLE)
        topic = Topic(self.custom_id.partition(":")[2])
        settings = await app.get(SetUp).choose_id(guild.id, topic, role.id if role else None)
        return await settings_card(app, guild, settings)


async def settings_card(
    app: App, guild: discord.Guild, settings: ClubSettings, title: str = "Club settings", note: str = "",
    items: Sequence[Item] = (),
) -> Card:  # fmt: skip
    """Return all settings, what is missing with its cure, and what comes next: roles, the schedule, a welcome."""
    books, now = app.books_of(guild.id), app.now()
    ceiling = await app.get(Ceilings).show(Place(guild.id, settings.talk)) if settings.talk else {}
    lines = [f"**{NAMES[topic]}**: {chosen(topic, settings, books, now)}" for topic in Topic]
    lacking = [f"• {safe(what)}\n-# {safe(cure)}" for what, cure in missing(guild, settings, books, ceiling)]
    lack = ["**Still missing**", *lacking] if lacking else ["Nothing is missing."]
    parts = [safe(note), "\n".join(lines), "\n".join(lack)]
    menus = [RoleMenu.of(topic, settings, guild) for topic in (Topic.MODERATORS, Topic.ORGANISERS)]
    ready = [OpenButton("plan", settings.book)] if settings.book in books else []
    welcome = [OpenButton("open-welcome")] if settings.talk else []
    check = setup_check_button(1, label="Check the channels")
    buttons = [*menus, *items, *ready, *welcome, OpenButton("open-change"), check]
    return Card(title, "\n\n".join(filter(None, parts)), (), Tone.PLAIN, buttons, note=INTEGRATIONS)


class SetupCog(AppCog):
    """What a club chooses for itself."""

    setup = in_clubs(
        app_commands.Group(
            name="setup",
            description="Set this club up: book, channels, time zone, roles.",
            default_permissions=discord.Permissions(manage_guild=True),
        )
    )

    @setup.command()
    async def start(self, interaction: Interaction) -> None:
        """Set the club up, or change what is set, in one form. Only you see it."""
        await open_setup(interaction)

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
    @app_commands.describe(zone="A large city nearby, such as Berlin")
    @app_commands.autocomplete(zone=autocomplete.zones)
    async def zone(self, interaction: Interaction, zone: app_commands.Range[str, 1, 100]) -> None:
        """Choose this club’s time zone."""
        guild, set_up = await self._begun(interaction)
        settings = await set_up.choose_zone(guild.id, zone)
        now = chosen(Topic.ZONE, settings, self._app.books, self._app.now())
        await deliver(interaction, Card(body=f"This club’s time zone is {now}."))

    async def _begun(self, interaction: Interaction) -> tuple[discord.Guild, SetUp]:
        await interaction.response.defer(ephemeral=True, thinking=True)
        return await setter(interaction), self._app.get(SetUp)


FEATURE = Feature("setup", cogs=(SetupCog,), buttons=(RoleMenu, setup_check_button))
