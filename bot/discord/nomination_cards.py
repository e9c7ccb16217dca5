"""The cards of nominations, and turning the page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.club.people import Member
from bot.club.votes.nominating import Nominated
from bot.club.votes.records import Candidate
from bot.discord.answer_cards import notice_card
from bot.discord.cards import Card
from bot.discord.club_bot import services_of
from bot.discord.delivering import replace_card
from bot.discord.paging import paged_card
from bot.discord.pressing import Pressed
from bot.discord.safe_text import safe
from bot.discord.visitors import visitor
from corpus.text import plural

EMPTY = "No book is nominated yet. /nominate add puts one on the list."
TITLE = "Nominated for our next book"


class NominationsPageButton(Pressed, template=r"nominations:(?P<page>\d{1,3})"):
    """Turns to a page of the list."""

    def __init__(self, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"nominations:{page}")
        self._page = int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        member, _ = await visitor(interaction)
        listed = await services_of(interaction).nominations.listed(member.club)
        await replace_card(interaction, nominations_card(listed, member, self._page))


def nominations_card(listed: Sequence[Nominated], member: Member, page: int = 1) -> Card:
    """Return the list: how many would like to read each book, and which are one's own; never who the others are."""
    if not listed:
        return notice_card(EMPTY, TITLE)
    lines = [f"**{safe(each.candidate.title)}** · {_number(each)}{_own(each, member)}" for each in listed]
    return paged_card(TITLE, lines, page, NominationsPageButton)


def nominated_card(nominated: Nominated, member: Member) -> Card:
    """Return what a nomination has done."""
    title, others = nominated.candidate.title, len(nominated.by - {member.id})
    known = (
        "" if nominated.candidate.book else " The library does not have it yet, so I take the title as you wrote it."
    )
    if others:
        return notice_card(f"“{title}” is on the list already; now {_number(nominated)} would like to read it.")
    return notice_card(f"“{title}” is on the list now.{known}")


def withdrawn_card(candidate: Candidate, number: int, *, organiser: bool) -> Card:
    """Return what was taken back."""
    if organiser and number > 1:
        return notice_card(f"“{candidate.title}” is off the list; {number} members had nominated it.")
    return notice_card(f"“{candidate.title}” is no longer nominated{'' if organiser else ' by you'}.")


def _number(nominated: Nominated) -> str:
    return plural(len(nominated.by), "member")


def _own(nominated: Nominated, member: Member) -> str:
    return " · you" if member.id in nominated.by else ""
