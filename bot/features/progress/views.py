"""The cards and buttons of `/progress`: taking a report back, forgetting all of them, telling others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.answering.texts import place_line, place_sentence, told_of
from bot.discord.buttons import CONFIRM, CancelButton, Pressed
from bot.discord.cards import Card, Tone, notice_card
from bot.discord.context import Refused, app_of
from bot.discord.send import post, replace_card
from bot.discord.text import safe
from bot.discord.visitor import may_speak
from bot.features.ask.views import ID, own_question, shared
from bot.features.progress.rules import Moved, Progress, ProgressProblem
from bot.people import Member
from bot.saved_questions import Asked
from corpus.books import Book

NOT_HERE = "There is nobody to share with in a direct message."
MAY_NOT_SPEAK = "You may not write in this channel, so I do not write there for you."

LINES = 15
"""Books that one card lists by name."""


class ProgressUndoButton(
    Pressed, template=r"progress-undo:(?P<club>\d{1,20}):(?P<member>\d{1,20}):(?P<change>\d{1,18})"
):
    """Takes one change of positions back, as long as nothing came after it."""

    def __init__(self, club: int | str, member: int | str, change: int | str) -> None:
        super().__init__("Undo", f"progress-undo:{club}:{member}:{change}")
        self._member, self._change = Member(int(club), int(member)), int(change)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Take the change back, and show where its member is now."""
        await interaction.response.defer()
        if interaction.user.id != self._member.id:
            raise Refused("That button belongs to somebody else’s position.")
        back = await app_of(interaction).get(Progress).undo(self._member, self._change)
        await replace_card(interaction, undone_card(back))


class ForgetAllButton(Pressed, template=rf"progress-clear:(?P<asked_id>{ID})"):
    """Forgets where a member is in every book, once they have confirmed it."""

    def __init__(self, asked_id: str) -> None:
        super().__init__(CONFIRM, f"progress-clear:{asked_id}", discord.ButtonStyle.danger)
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Forget it, and offer to undo."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, "clear")
        gone = await app_of(interaction).get(Progress).clear(asked.member)
        await replace_card(interaction, forgotten_card(asked.member, gone))


class ShareProgressButton(Pressed, template=rf"progress-share:(?P<asked_id>{ID})"):
    """Tells everybody in the place where a member is, once they have confirmed it."""

    def __init__(self, asked_id: str) -> None:
        super().__init__(CONFIRM, f"progress-share:{asked_id}", discord.ButtonStyle.primary)
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Post what the preview showed, and offer to take it back."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, "share")
        app = app_of(interaction)
        if not may_speak(interaction):
            raise Refused(MAY_NOT_SPEAK)
        book = app.books[asked.book or ""]
        marks = await app.get(Progress).shared(asked.member, book)
        if str(marks) != asked.text:
            raise ProgressProblem("You have moved on since. /progress share shows once more what would be posted.")
        await replace_card(interaction, notice_card("Posting it for everybody here …"))
        posted = await post(interaction, shared_card(interaction.user.display_name, book, marks))
        await shared(interaction, asked.member, asked.place, posted, "Shared with everybody here.")


def moved_card(member: Member, moved: Moved) -> Card:
    """Return the card of a report: where its member is now, with *Undo* where that is another place than before."""
    items = [] if moved.before == moved.after else [ProgressUndoButton(member.club, member.id, moved.change)]
    return notice_card(place_sentence(moved.book, moved.after), moved.book.title, items, note="Only you see this.")


def undone_card(back: Sequence[Moved]) -> Card:
    """Return the card of a change that was taken back."""
    return notice_card(f"As it was before.\n{_listed(back)}".strip())


def forgotten_card(member: Member, gone: Sequence[Moved]) -> Card:
    """Return the card of positions that were forgotten, with *Undo*."""
    where = gone[0].book.title if len(gone) == 1 else f"{len(gone)} books"
    items = [ProgressUndoButton(member.club, member.id, gone[0].change)] if gone else []
    return notice_card(f"Forgotten: where you are in {where}." if gone else "Forgotten.", buttons=items)


def forgetting_card(asked: Asked, lines: Sequence[str]) -> Card:
    """Return the preview of forgetting everything."""
    items = [ForgetAllButton(asked.id), CancelButton(asked.member.id)]
    text = "\n".join(("I would forget where you are in every book:", *lines[:LINES]))
    more = f"\nand in {len(lines) - LINES} more." if len(lines) > LINES else ""
    return notice_card(f"{text}{more}", buttons=items)


def sharing_card(asked: Asked, name: str, book: Book, marks: int) -> Card:
    """Return the preview of what would be posted."""
    items = [ShareProgressButton(asked.id), CancelButton(asked.member.id)]
    return notice_card(f"Everybody here would read:\n{told_of(name, book, marks)}", buttons=items)


def shared_card(name: str, book: Book, marks: int) -> Card:
    """Return the card that tells others where a member is."""
    return Card(body=safe(told_of(name, book, marks)), tone=Tone.PUBLIC)


def _listed(moves: Sequence[Moved]) -> str:
    return "\n".join(place_line(moved.book, moved.after) for moved in moves[:LINES])


PROGRESS_BUTTONS = (ProgressUndoButton, ForgetAllButton, ShareProgressButton)
