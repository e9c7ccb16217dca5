"""`/watch`: messages that go further than their place. Off by default; it needs Message Content, and says so."""

import asyncio
import contextlib
import datetime as dt
import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.reply import MAY_SPOIL
from bot.app import App
from bot.db.jobs import Claim, Key
from bot.discord import context
from bot.discord.buttons import PRIMARY, Pressed, button
from bot.discord.cards import Card, Interaction, Item, Tone, notice_card, pages, safe, turns
from bot.discord.jobs import GONE, button_ids, find_message
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs
from bot.features.prompts.jobs import Books, where_it_belongs
from bot.features.watch.store import JOBS, Finding, Outcome, Spoken, Watching, WatchProblem
from bot.jobs import Post
from bot.people import Member, Place

ROOM = 1_200  # characters of an author's text on one card: escaped, it may be twice as long


WHO_SEES = "The moderators see your message as a possible spoiler, until you hide it or they have dealt with it."
"""What an author should know, besides that the note itself is private."""


def author_items(finding: Finding) -> list[Item]:
    """Return the buttons of an author."""
    return [hide_button(finding.id), fine_button(finding.id)]


def author_card(finding: Finding) -> Card:
    """Return the note to an author. It does not say where the message belongs: they may only be guessing."""
    body = f"{finding.where.link(finding.message)}\n{MAY_SPOIL}\n{WHO_SEES}"
    return Card(body=body, buttons=author_items(finding))


def given_back(finding: Finding, content: str, books: Books) -> list[Card]:
    """Return an author's text to copy and post again: between bars, labelled with the books that it is about."""
    titles = " and ".join(books[book].title for book in finding.needs.marks if book in books)
    label = f"Spoiler for {titles}:" if titles else "Spoiler:"
    return [
        Card("Your text, to post again", safe(f"{label} ||{part.replace('||', ' ')}||"), tone=Tone.ANSWER)
        for part in pages(content, ROOM)
    ]


def words_of(message: discord.Message) -> str:
    """Return what of a message everybody sees at once: what its author has put between spoiler bars is not counted."""
    outside = message.content.split("||")
    closed = outside if len(outside) % 2 else [*outside[:-2], f"{outside[-2]} {outside[-1]}"]
    return " ".join(" ".join(closed[::2]).split())


@button(Pressed, r"watch-hide:(?P<number>\d{1,18})", "Hide it", style=PRIMARY, answers=True)
async def hide_button(button: Pressed, interaction: Interaction) -> None:
    """Deletes its author's message and gives them the text back."""
    await interaction.response.defer()
    finding, app = await own_finding(interaction, button.number("number")), context.app_of(interaction)
    message = await _message_of(interaction, finding)
    if message is None:
        told = "That message is already gone, so there is nothing to hide."
    elif message.attachments or message.stickers or not message.content:
        raise context.Refused("I couldn’t give all of it back, so I left it. Please delete it yourself.")
    else:
        for card in given_back(finding, message.content, app.books):
            # In direct messages it stays: what only one sees is gone when Discord is restarted.
            await context.deliver(interaction, card, private=interaction.guild_id is not None)
        told = "Done: I deleted the message. Here is its text behind spoiler bars, to post again if you like."
        try:
            await message.delete()
        except discord.Forbidden:
            told = (
                "I can’t delete messages there (that needs the permission Manage Messages). Please delete it "
                "yourself; here is its text behind spoiler bars, to post again if you like."
            )
            await context.replace_card(interaction, notice_card(told, buttons=author_items(finding)))
            return
    with contextlib.suppress(WatchProblem):  # a moderator was faster
        await app.get(Watching).settle(finding, Outcome.HIDDEN)
    await context.replace_card(interaction, notice_card(told))


@button(Pressed, r"watch-fine:(?P<number>\d{1,18})", "It’s fine")
async def fine_button(button: Pressed, interaction: Interaction) -> Card:
    """Says that a message is no spoiler; the moderators still look at it."""
    finding = await own_finding(interaction, button.number("number"))
    await context.app_of(interaction).get(Watching).settle(finding, Outcome.FINE)
    return notice_card("Fine, it stays. The moderators will have a look at it.")


@button(Pressed, r"watch-settle:(?P<number>\d{1,18})", "Dealt with", style=PRIMARY)
async def settle_button(button: Pressed, interaction: Interaction) -> Card:
    """Takes a message off the moderators' queue."""
    by, _ = await context.needs(interaction, context.MODERATOR)
    app = context.app_of(interaction)
    finding = await app.get(Watching).finding(button.number("number"))
    if finding.club != by.club:
        raise context.Refused("That message is from another club.")
    await app.get(Watching).settle(finding, Outcome.SETTLED)
    return await queue_card(app, by, 1)


@button(Pressed, r"watch-queue:(?P<number>\d{1,4})", "Queue")
async def watch_queue_button(button: Pressed, interaction: Interaction) -> Card:
    """Turns to a place in the moderators' queue."""
    by, _ = await context.needs(interaction, context.MODERATOR)
    return await queue_card(context.app_of(interaction), by, button.number("number"))


async def queue_card(app: App, by: Member, number: int) -> Card:
    """Return one message of the moderators' queue, by its place in it, or the nearest there is."""
    waiting = await app.get(Watching).queue(by.club)
    if not waiting:
        return notice_card("There are no messages to look at.")
    shown = min(max(1, number), len(waiting))
    finding = waiting[shown - 1]
    author = "I asked its author, who hasn’t answered yet." if finding.told else "I’m asking its author."
    if finding.outcome == Outcome.FINE:
        author = "Its author says it’s fine."
    by_whom = f"By <@{finding.member}> <t:{int(finding.at.timestamp())}:R>"
    body = f"{finding.where.link(finding.message)}\n{where_it_belongs(dict(finding.needs.marks), app.books)}"
    items = [settle_button(finding.id), *turns(watch_queue_button, shown, len(waiting), more="Next")]
    return Card("A possible spoiler", body, (by_whom, author, f"{shown} of {len(waiting)} in the queue"), buttons=items)


async def own_finding(interaction: Interaction, number: int) -> Finding:
    """Return a finding about a message of who presses. Raises Refused, or WatchProblem where it is not known."""
    finding = await context.app_of(interaction).get(Watching).finding(number)
    if finding.member != interaction.user.id:
        raise context.Refused("That is somebody else’s message.")
    return finding


async def _message_of(interaction: Interaction, finding: Finding) -> discord.Message | None:
    """Return the message as it is now; None where it is gone. Raises Refused."""
    channel = context.bot_of(interaction).get_partial_messageable(finding.place, guild_id=finding.club)
    try:
        return await channel.fetch_message(finding.message)
    except discord.NotFound:
        return None
    except discord.Forbidden as refused:
        raise context.Refused("I can’t see that channel any more. Please delete the message yourself.") from refused


log = logging.getLogger(__name__)


class WatchNotes:
    """Tells authors that their message may go too far; whose direct messages are closed is left to the moderators."""

    def __init__(self, bot: context.ClubBot) -> None:
        self._bot, self._watching = bot, bot.app.get(Watching)

    async def do(self, club: int, finding_id: int) -> None:
        """Tell an author whom a process did not tell that died, if nobody else does it."""
        key = Key(JOBS, club, finding_id, "tell")
        claim = await self._bot.jobs.claim(key)
        if claim is None:
            return
        finding = await self._watching.untold(finding_id)
        await (self.tell(finding, claim) if finding else self._bot.jobs.rows.drop(key))

    async def tell(self, finding: Finding, claim: Claim) -> None:
        """Tell the author of a message, once."""
        hide = hide_button(finding.id).custom_id

        async def find(since: dt.datetime) -> int:
            try:
                channel = await self._bot.create_dm(discord.Object(finding.member))
                return await find_message(channel, self._bot.me, since, lambda m: hide in button_ids(m))
            except GONE:
                return 0

        async def make() -> int:
            try:
                channel = await self._bot.create_dm(discord.Object(finding.member))
                return (await context.post_in(channel, author_card(finding), f"watch-{finding.id}")).id
            except GONE:
                log.info("an author cannot be written to; the moderators see the message in their queue")
                return 0

        await self._bot.jobs.post_once(claim, Post(make, find), lambda _: self._watching.told(finding))


SPOKEN = (discord.MessageType.default, discord.MessageType.reply)

NO_CONTENT = (
    "I can’t read messages, because Message Content is off. The person who runs me can turn it on and restart me: "
    "“Message Content Intent” on the page “Bot” of Discord’s developer portal, and MESSAGE_CONTENT=1 in the file .env."
)
NO_HIDING = (
    "\nTo hide messages for their authors I need the permission Manage Messages here. Without it, they have to "
    "delete them themselves."
)
ON = (
    "I’m now watching for spoilers here. If somebody posts one, I tell them in a direct message. You and the other "
    "moderators see with /watch status who posted it, and how far it seems to go. Nobody else is told."
)


class WatchCog(AppCog):
    """Watches places, and tells authors."""

    watch = in_clubs(
        app_commands.Group(
            name="watch",
            description="Spot messages here that may be spoilers.",
            default_permissions=discord.Permissions(manage_messages=True),
        )
    )

    def __init__(self, bot: context.ClubBot) -> None:
        super().__init__(bot)
        self._watching, self._notes = self._app.get(Watching), WatchNotes(bot)
        self._reading: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Read which places are watched."""
        await self._watching.load()

    async def cog_unload(self) -> None:
        """Stop. Messages in the line are let go of, as those that are said while the bot is away are never read."""
        if self._reading is not None:
            self._reading.cancel()

    @watch.command()
    async def on(self, interaction: Interaction) -> None:
        """Watch for spoilers here. If somebody posts one, I tell them privately."""
        member, place = await acknowledge(interaction, context.MODERATOR)
        if not self._bot.intents.message_content:
            raise context.Refused(NO_CONTENT)
        await self._watching.on(place, member)
        hides = interaction.app_permissions.manage_messages
        await context.deliver(interaction, notice_card(ON + ("" if hides else NO_HIDING)))

    @watch.command()
    async def off(self, interaction: Interaction) -> None:
        """Stop watching for spoilers here."""
        member, place = await acknowledge(interaction, context.MODERATOR)
        was = await self._watching.off(place, member)
        told = "I’ve stopped watching for spoilers here." if was else "I wasn’t watching for spoilers here."
        await context.deliver(interaction, notice_card(told))

    @watch.command()
    async def status(self, interaction: Interaction) -> None:
        """Show whether I watch for spoilers here, and the messages to look at."""
        member, place = await acknowledge(interaction, context.MODERATOR)
        waiting = len(await self._watching.queue(member.club))
        state = "I’m watching for spoilers here." if self._bot.intents.message_content else NO_CONTENT
        if not self._watching.is_on(place):
            state = "I’m not watching for spoilers here. Start with /watch on."
        come, passed = self._watching.come[place.id], self._watching.passed[place.id]
        pace = f"Of {come:,} messages since I started, {passed:,} came too fast, and I skipped them." if passed else ""
        lines = (state, pace, f"Messages to look at, from all channels: {waiting}")
        items = [watch_queue_button(1)] if waiting else []
        await context.deliver(interaction, notice_card("\n".join(filter(None, lines)), buttons=items))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Put what is said in a watched place into the line."""
        self._see(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Look at a message again that says something else now."""
        if payload.message.edited_at is not None:
            self._see(payload.message)

    def _see(self, message: discord.Message) -> None:
        if message.guild is None or message.author.bot or message.webhook_id or message.type not in SPOKEN:
            return
        place = Place(message.guild.id, message.channel.id, context.is_for_adults(message.channel))
        text = words_of(message)
        if not self._watching.is_on(place) or not any(map(str.isalnum, text)):
            return
        taken = self._watching.offer(Spoken(place, message.author.id, message.id, text))
        if taken and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Read the line to its end, one message after the other: answers to members are not kept waiting."""
        while self._watching.line:
            try:
                finding = await self._watching.read(self._watching.line.popleft())
                if finding is not None:
                    await self._notes.tell(finding, Claim(finding.telling))
            except Exception:
                log.exception("a message could not be placed, or its author not told")
                self._bot.jobs.nudge()


FEATURE = Feature(
    "watch",
    cogs=(WatchCog,),
    buttons=(hide_button, fine_button, settle_button, watch_queue_button),
    jobs={JOBS: lambda bot: WatchNotes(bot).do},
)
