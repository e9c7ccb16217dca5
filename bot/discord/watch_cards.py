"""What is told of a message that goes further than its place: to its author alone, and in the moderators' queue."""

from __future__ import annotations

import discord

from bot.answers.wording import MAY_SPOIL
from bot.club.watching.records import Finding, Outcome
from bot.discord.cards import Card, Tone
from bot.discord.pages import pages
from bot.discord.prompt_cards import Books, Items, where_it_belongs
from bot.discord.safe_text import safe

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
