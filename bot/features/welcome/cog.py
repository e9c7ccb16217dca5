"""The greeting of a server, and `/help`. The bot greets once, in the channel for such news, and never again."""

import asyncio
import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.texts import place_sentence
from bot.club_settings import SetUp
from bot.discord.buttons import PRIMARY, Pressed
from bot.discord.cards import Card, Interaction, Item, Tone, safe
from bot.discord.context import MODERATOR, ORGANISER, SET_UP, ClubBot, app_of, deliver, has, lacks_in, post_in
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.store import BotMemory
from bot.features.progress.store import Progress
from bot.features.setup.cog import setter, walk_card

log = logging.getLogger(__name__)

GREETING = (
    "I answer questions about the book that your club reads, and I never tell anybody more than they have read.\n"
    "Whoever runs this server can set me up in a minute: the book, a channel, your time zone."
)
MEMBERS = (
    "Say where you are: /progress set, in your own words (“ch 7”, “page 120”, “45%”). Only you see it.\n"
    "Ask: mention me or use /ask, and what you get goes no further than you have read. “Who’s who?”, “what "
    "happened so far?” and “three discussion questions” work too.\n"
    "More: /hint, /recap, /who; /book and /order; /shelf and /review; /mydata for what I keep about you."
)
MODERATORS = (
    "For moderators: /ceiling says how far a channel may go; /prompt has discussion prompts; /watch looks for "
    "possible spoilers; /audit shows what was posted."
)
ORGANISERS = (
    "For organisers: /schedule makes sections with dates, threads and reminders; /nominate and /vote choose the "
    "next book; /club stats shows how far the club is."
)
SETTERS = "For whoever runs the server: /setup chooses roles, channels, time zone and book."


class OpenSetupButton(Pressed, template=r"welcome-setup"):
    """Opens the set-up, for whoever may set the club up."""

    label, style, opens = "Set up", PRIMARY, True

    async def card(self, interaction: Interaction) -> Card:
        """Return the step at which the set-up is."""
        guild, app = await setter(interaction), app_of(interaction)
        return await walk_card(app, guild, await app.get(SetUp).begin(guild.id))


class OpenHelpButton(Pressed, template=r"welcome-help"):
    """Says to its presser what they can do here."""

    label, opens = "What members do", True

    async def card(self, interaction: Interaction) -> Card:
        """Return the same as `/help`."""
        return await help_card(interaction)


async def help_card(interaction: Interaction) -> Card:
    """Return what the one who asks can do here, and where they are in the club's book."""
    app, (member, _) = app_of(interaction), await visitor(interaction)
    for_some = ((MODERATOR, MODERATORS), (ORGANISER, ORGANISERS), (SET_UP, SETTERS))
    parts = [MEMBERS, *[text for right, text in for_some if await has(interaction, right)]]
    book = app.books.get((await app.get(SetUp).settings(member.club)).book or "")
    if book is not None:
        marks = (await app.get(Progress).positions(member)).get(book.slug)
        parts.insert(0, safe(f"The club reads {book.title}. {place_sentence(book, marks)}"))
    items: list[Item] = [OpenSetupButton()] if await has(interaction, SET_UP) else []
    return Card("What I can do here", "\n\n".join(parts), (), Tone.PLAIN, items)


class WelcomeCog(AppCog):
    """Greets, and helps."""

    def __init__(self, bot: ClubBot) -> None:
        super().__init__(bot)
        self._greeting = asyncio.Lock()  # Discord may tell of a server twice at once

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a server in the channel that it has for news of the kind, once for all times.

        Where it has none, nothing is posted: any other channel would be a guess. Who invited the bot is not told to it.
        """
        channel, memory, name = guild.system_channel, self._app.get(BotMemory), f"greeted {guild.id}"
        async with self._greeting:
            if channel is None or lacks_in(channel, ("view_channel", "send_messages")) or await memory.recall(name):
                return
            await memory.remember(name, "yes")
        buttons = [OpenSetupButton(), OpenHelpButton()]
        greeting = Card("Hello, I’m Dogear", GREETING, tone=Tone.PUBLIC, buttons=buttons)
        try:
            await post_in(channel, greeting, name[-25:])
        except discord.HTTPException as failed:
            log.info("a server could not be greeted (%s)", failed.code or failed.status)

    @app_commands.command(name="help")
    @in_clubs_and_direct_messages
    async def help_(self, interaction: Interaction) -> None:
        """Show what you can do here, and where you are in the club’s book."""
        await acknowledge(interaction)
        await deliver(interaction, await help_card(interaction))


FEATURE = Feature("welcome", cogs=(WelcomeCog,), buttons=(OpenSetupButton, OpenHelpButton))
