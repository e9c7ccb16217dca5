"""The greeting of a server, and `/help`. The bot greets once, in the channel for such news, and never again."""

import asyncio
import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.texts import place_sentence
from bot.club_settings import SetUp
from bot.discord import context
from bot.discord.buttons import OPENINGS, PRIMARY, Cancel, OpenButton, Opening, Pressed
from bot.discord.cards import Card, Interaction, Tone, safe
from bot.discord.context import MODERATOR, ORGANISER, SET_UP, app_of, deliver, has, lacks_in, needs, post_in
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.store import BotMemory
from bot.features.progress.store import Progress

log = logging.getLogger(__name__)

PURPOSE = "I answer questions about the book that your club reads, and I never tell anybody more than they have read."
GREETING = f"{PURPOSE}\nDo you manage this server? Setting me up takes a minute: the book, a channel, your time zone."
WELCOME = (
    "Tell me how far you are: press the button, or mention me and write “I’m at chapter 5 now”. I’ll never tell you "
    "more than that. Then ask me anything: with /ask, only you see the answer; mention me here, and everybody does."
)
MEMBERS = (
    "Say where you are: press the button, or mention me and simply write “I’m at chapter 5 now”. “Page 120” and “45%” "
    "work too, there and in /progress set. Only you see where you are.\n"
    "Ask: mention me or use /ask. No answer goes further than you have read. Try “who’s who?”, “what happened so far?” "
    "or “three discussion questions”, or the commands /who, /recap and /hint.\n"
    "/book show has the card of a book: review it, or put it on your shelf. The buttons below open all the rest; in a "
    "direct message to me, /shelf and /mydata are commands, too."
)
MODERATORS = (
    "For moderators: /ceiling says how far a channel may go; /prompt has discussion prompts; /watch looks for "
    "possible spoilers; /audit shows what was posted."
)
ORGANISERS = (
    "For organisers: /schedule makes sections with dates, threads and reminders; /nominate and /vote choose the "
    "next book; /club stats shows how far the club is."
)
SETTERS = "For those who manage the server: /setup chooses book, channels, time zone and roles."


SPEAK = ("view_channel", "send_messages")
FOR_ALL = ("open-where", "open-schedule", "open-nominations", "open-club", "open-history", "open-suggest")
FOR_ONE = ("open-shelf", "open-order", "open-data")


async def help_card(interaction: Interaction) -> Card:
    """Return what the one who asks can do here, and where they are in the club's book."""
    app, (member, _) = app_of(interaction), await visitor(interaction)
    for_some = (
        (MODERATOR, MODERATORS, ()),
        (SET_UP, SETTERS, ("welcome-setup",)),
        (ORGANISER, ORGANISERS, ("plan", "open-vote", "open-add")),
    )
    given = [(text, what) for right, text, what in for_some if await has(interaction, right)]
    parts = [MEMBERS, *[text for text, _ in given]]
    book = app.books.get((await app.get(SetUp).settings(member.club)).book or "")
    if book is not None:
        marks = (await app.get(Progress).positions(member)).get(book.slug)
        parts.insert(0, safe(f"The club reads {book.title}. {place_sentence(book, marks)}"))
    names = [
        *(FOR_ALL if context.club_here(interaction) else FOR_ALL[:1]),
        *FOR_ONE,
        *sum((what for _, what in given), ()),
    ]
    return Card("What I can do here", "\n\n".join(parts), (), Tone.PLAIN, list(map(OpenButton, names)))


async def show_help(interaction: Interaction, _: str = "") -> None:
    """Show its asker what they can do here."""
    await acknowledge(interaction)
    await deliver(interaction, await help_card(interaction))


async def _welcome(interaction: Interaction) -> tuple[discord.TextChannel, Card]:
    """Return the card that welcomes a club's members, and where it goes. Raises Refused."""
    member, _ = await needs(interaction, SET_UP)
    app, settings = app_of(interaction), await app_of(interaction).get(SetUp).settings(member.club)
    channel = interaction.guild.get_channel(settings.talk or 0) if interaction.guild else None
    if not isinstance(channel, discord.TextChannel):
        raise context.Refused("Choose the channel to talk in first: press Set up on /help.")
    if lacks := " and ".join(lacks_in(channel, SPEAK)):
        raise context.Refused(f"I need the permission {lacks} in #{channel.name}. Please allow it and try again.")
    book = app.books.get(settings.book or "")
    reads = f"We’re reading **{safe(book.title)}** by {safe(book.author)}.\n" if book else ""
    items = [OpenButton(what) for what in ("open-where", "open-schedule", "welcome-help")]
    return channel, Card("Welcome to the book club", reads + WELCOME, (), Tone.PUBLIC, items)


async def preview_welcome(interaction: Interaction, _: str) -> None:
    """Show what would be posted."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    channel, card = await _welcome(interaction)
    items = [PostWelcomeButton(), Cancel(interaction.user.id)]
    body = f"I’d post this in <#{channel.id}>:\n\n{card.body}"
    await deliver(interaction, Card(card.title, body, buttons=items, note="Nothing is posted yet."))


class PostWelcomeButton(Pressed, template=r"welcome-post"):
    """Posts what welcomes the members."""

    label, style = "Post it", PRIMARY

    async def card(self, interaction: Interaction) -> Card:
        """Post it in the channel to talk in."""
        channel, card = await _welcome(interaction)
        posted = await post_in(channel, card, f"welcome-{interaction.id}"[-25:])
        return Card(body=f"Posted: {posted.jump_url}")


OPENINGS["welcome-help"] = Opening("What members do", show_help)
OPENINGS["open-welcome"] = Opening("Post a welcome", preview_welcome)


class WelcomeCog(AppCog):
    """Greets, and helps."""

    def __init__(self, bot: context.ClubBot) -> None:
        super().__init__(bot)
        self._greeting = asyncio.Lock()  # Discord may tell of a server twice at once

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a server in the channel that it has for news of the kind, once for all times.

        Where it has none, its owner is greeted alone: any other channel would be a guess, and who invited the bot is
        not told to it.
        """
        channel, memory, name = guild.system_channel, self._app.get(BotMemory), f"greeted {guild.id}"
        async with self._greeting:
            if await memory.recall(name):
                return
            await memory.remember(name, "yes")
        buttons = [OpenButton("welcome-setup"), OpenButton("welcome-help")]
        greeting = Card("Hello, I’m Dogear", GREETING, tone=Tone.PUBLIC, buttons=buttons)
        added = f"I’ve just been added to your server {safe(guild.name)}."
        alone = Card(greeting.title, f"{added} {PURPOSE}\nSetting me up takes a minute: type /setup there.")
        try:
            if channel is None or lacks_in(channel, SPEAK):
                await post_in(await self._bot.create_dm(discord.Object(guild.owner_id or 0)), alone, name[-25:])
            else:
                await post_in(channel, greeting, name[-25:])
        except discord.HTTPException as failed:
            log.info("a server could not be greeted (%s)", failed.code or failed.status)

    @app_commands.command(name="help")
    @in_clubs_and_direct_messages
    async def help_(self, interaction: Interaction) -> None:
        """Show what you can do here, and where you are in the club’s book."""
        await show_help(interaction)


FEATURE = Feature("welcome", cogs=(WelcomeCog,), buttons=(PostWelcomeButton,))
