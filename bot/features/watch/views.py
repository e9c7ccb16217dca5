"""What the author of a message that may go too far presses, and what moderators press in their queue."""

from __future__ import annotations

from typing import Any

import discord

from bot.answering.reply import MAY_SPOIL
from bot.app import App
from bot.discord.buttons import PRIMARY, Pressed
from bot.discord.cards import Card, Tone, notice_card, pages, safe, turns
from bot.discord.context import MODERATOR, Refused, app_of, bot_of, deliver, needs, replace_card
from bot.features.prompts.jobs import Books, Items, where_it_belongs
from bot.features.watch.rules import Watching
from bot.features.watch.store import Finding, Outcome
from bot.people import Member

ROOM = 1_200
"""Characters of an author's text on one card: escaped, it may be twice as long."""


def link_to(finding: Finding) -> str:
    """Return the address of a message, which opens for who may see it."""
    return f"https://discord.com/channels/{finding.place.club}/{finding.place.id}/{finding.message}"


def mark_of(finding: Finding) -> str:
    """Return the small print by which a note is known again after a crash."""
    return f"Note {finding.id}"


def author_card(finding: Finding, items: Items) -> Card:
    """Return the note to an author. It does not say where the message belongs: they may only be guessing."""
    return Card(body=f"{link_to(finding)}\n{MAY_SPOIL}", footers=(mark_of(finding),), buttons=items)


def given_back(finding: Finding, content: str, books: Books) -> list[Card]:
    """Return an author's text to copy and post again: between bars, labelled with the books that it is about."""
    titles = " and ".join(books[book].title for book in finding.needs.marks if book in books)
    label = f"Spoiler for {titles}, beyond this place:" if titles else "Spoiler:"
    return [
        Card("Your text, to post again", safe(f"{label} ||{part.replace('||', ' ')}||"), tone=Tone.ANSWER)
        for part in pages(content, ROOM)
    ]


def finding_card(finding: Finding, books: Books, items: Items, place_in_queue: str) -> Card:
    """Return a finding as moderators see it."""
    author = {
        Outcome.FINE: "Its author says that it is fine.",
        Outcome.WAITING: "Its author was asked, and has not answered." if finding.told else "Its author is being told.",
    }.get(finding.outcome, "")
    seconds = int(finding.at.timestamp())
    footers = (f"By <@{finding.member}> <t:{seconds}:R>", author, place_in_queue)
    body = f"{link_to(finding)}\n{where_it_belongs(dict(finding.needs.marks), books)}"
    return Card("A message that may go too far", body, footers, Tone.PLAIN, items)


def words_of(message: discord.Message) -> str:
    """Return what of a message everybody sees at once: what its author has put between spoiler bars is not counted."""
    outside = message.content.split("||")
    closed = outside if len(outside) % 2 else [*outside[:-2], f"{outside[-2]} {outside[-1]}"]
    return " ".join(" ".join(closed[::2]).split())


GONE = "It is gone already, so there is nothing to hide."
HIDDEN = "Hidden: the message is deleted. Its text is below, wrapped and labelled, to post again if you like."
STAYS = "Fine, it stays. The moderators of the place look at it."
FILES = "It holds a file that I could not give back, so I leave it. Delete it yourself, and post the file as a spoiler."
UNREADABLE = "I cannot read that message any more, so I could not give it back. Delete it yourself."
NOT_ALLOWED = (
    "I may not delete messages there: that needs the permission Manage Messages. Delete it yourself; "
    "its text is below, wrapped and labelled, to post again if you like."
)
NOT_SEEN = "I may not look into that channel any more. Delete the message yourself."
ALONE = "I give it back in our direct messages alone. Press the button there."
EMPTY = "No message waits for you."


class HideButton(Pressed, template=r"watch-hide:(?P<number>\d{1,18})"):
    """Deletes its author's message and gives them the text back."""

    label, style = "Hide it", PRIMARY

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Give the text back first: killed in between, nothing is lost."""
        await interaction.response.defer()
        finding = await own_finding(interaction, self.number("number"))
        if interaction.guild_id is not None:
            raise Refused(ALONE)  # the text is given back where the button is
        app = app_of(interaction)
        message = await _message_of(interaction, finding)
        if message is None:
            await replace_card(interaction, notice_card(GONE))
            await app.get(Watching).settle(finding, Outcome.HIDDEN)
            return
        if message.attachments or message.stickers:
            raise Refused(FILES)
        if not message.content:
            raise Refused(UNREADABLE)
        for card in given_back(finding, message.content, app.books):
            await deliver(interaction, card, private=False)  # what only one sees is gone when Discord is restarted
        try:
            await message.delete()
        except discord.Forbidden:
            await replace_card(interaction, notice_card(NOT_ALLOWED, buttons=author_items(finding)))
            return
        await app.get(Watching).settle(finding, Outcome.HIDDEN)
        await replace_card(interaction, notice_card(HIDDEN))


class FineButton(Pressed, template=r"watch-fine:(?P<number>\d{1,18})"):
    """Says that a message is no spoiler; the moderators still look at it."""

    label = "It’s fine"

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Note what its author says."""
        finding = await own_finding(interaction, self.number("number"))
        await app_of(interaction).get(Watching).settle(finding, Outcome.FINE)
        return notice_card(STAYS)


class SettleButton(Pressed, template=r"watch-settle:(?P<number>\d{1,18})"):
    """Takes a message off the moderators' queue."""

    label, style = "Dealt with", PRIMARY

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Take it off, and show the next one."""
        by, _ = await needs(interaction, MODERATOR)
        app = app_of(interaction)
        finding = await app.get(Watching).finding(self.number("number"))
        if finding.place.club != by.club:
            raise Refused("That message is of another club.")
        await app.get(Watching).settle(finding, Outcome.SETTLED)
        return await queue_card(app, by, 1)


class WatchQueueButton(Pressed, template=r"watch-queue:(?P<number>\d{1,4})"):
    """Turns to a place in the moderators' queue."""

    label = "Queue"

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Show it in place of what was there."""
        by, _ = await needs(interaction, MODERATOR)
        return await queue_card(app_of(interaction), by, self.number("number"))


async def queue_card(app: App, by: Member, number: int) -> Card:
    """Return one message of the queue, by its place in it, or the nearest there is."""
    waiting = await app.get(Watching).queue(by.club)
    if not waiting:
        return notice_card(EMPTY)
    shown = min(max(1, number), len(waiting))
    finding = waiting[shown - 1]
    items = [SettleButton(finding.id), *turns(WatchQueueButton, shown, len(waiting), more="Next")]
    return finding_card(finding, app.books, items, f"{shown} of {len(waiting)} in the queue")


def author_items(finding: Finding) -> list[discord.ui.Item[Any]]:
    """Return the buttons of an author."""
    return [HideButton(finding.id), FineButton(finding.id)]


async def own_finding(interaction: discord.Interaction[Any], number: int) -> Finding:
    """Return a finding about a message of who presses. Raises Refused, or WatchProblem where it is not known."""
    finding = await app_of(interaction).get(Watching).finding(number)
    if finding.member != interaction.user.id:
        raise Refused("That is somebody else’s message.")
    return finding


async def _message_of(interaction: discord.Interaction[Any], finding: Finding) -> discord.Message | None:
    """Return the message as it is now; None where it is gone. Raises Refused."""
    channel = bot_of(interaction).get_partial_messageable(finding.place.id, guild_id=finding.place.club)
    try:
        return await channel.fetch_message(finding.message)
    except discord.NotFound:
        return None
    except discord.Forbidden as refused:
        raise Refused(NOT_SEEN) from refused


WATCH_BUTTONS = (HideButton, FineButton, SettleButton, WatchQueueButton)
