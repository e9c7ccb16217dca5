"""The cards and buttons of `/progress`: taking a report back, forgetting all of them, telling others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.answering.texts import place_line, place_sentence, told_of
from bot.discord.buttons import DANGER, ID, Cancel, Confirm, Share, Undo
from bot.discord.cards import Card, Tone, notice_card, safe
from bot.discord.context import Refused, app_of
from bot.features.ask.store import Asked
from bot.features.progress.store import Moved, Progress, ProgressProblem
from bot.people import Member
from corpus.books import Book

LINES = 15
"""Books that one card lists by name."""


class ProgressUndoButton(Undo, template=r"progress-undo:(?P<club>\d{1,20}):(?P<member>\d{1,20}):(?P<change>\d{1,18})"):
    """Takes one change of positions back, as long as nothing came after it."""

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Take the change back, and show where its member is now."""
        member = Member(self.number("club"), self.number("member"))
        if interaction.user.id != member.id:
            raise Refused("That button belongs to somebody else’s position.")
        back = await app_of(interaction).get(Progress).undo(member, self.number("change"))
        return undone_card(back)


class ForgetAllButton(Confirm, template=rf"progress-clear:{ID}"):
    """Forgets where a member is in every book, once they have confirmed it."""

    style, of = DANGER, ("clear",)

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Forget it, and offer to undo."""
        asked = await self.asked(interaction)
        gone = await app_of(interaction).get(Progress).clear(asked.member)
        return forgotten_card(asked.member, gone)


class ShareProgressButton(Share, template=rf"progress-share:{ID}"):
    """Tells everybody in the place where a member is, once they have confirmed it."""

    label, style, opens, of, done = Confirm.label, Confirm.style, False, ("share",), "Shared with everybody here."

    async def public(self, interaction: discord.Interaction[Any], asked: Asked) -> Card:
        """Return what the preview showed."""
        app = app_of(interaction)
        book = app.books[asked.book or ""]
        marks = await app.get(Progress).shared(asked.member, book)
        if str(marks) != asked.text:
            raise ProgressProblem("You have moved on since. /progress share shows once more what would be posted.")
        return shared_card(interaction.user.display_name, book, marks)


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
    items = [ForgetAllButton(asked.id), Cancel(asked.member.id)]
    text = "\n".join(("I would forget where you are in every book:", *lines[:LINES]))
    more = f"\nand in {len(lines) - LINES} more." if len(lines) > LINES else ""
    return notice_card(f"{text}{more}", buttons=items)


def sharing_card(asked: Asked, name: str, book: Book, marks: int) -> Card:
    """Return the preview of what would be posted."""
    items = [ShareProgressButton(asked.id), Cancel(asked.member.id)]
    return notice_card(f"Everybody here would read:\n{told_of(name, book, marks)}", buttons=items)


def shared_card(name: str, book: Book, marks: int) -> Card:
    """Return the card that tells others where a member is."""
    return Card(body=safe(told_of(name, book, marks)), tone=Tone.PUBLIC)


def _listed(moves: Sequence[Moved]) -> str:
    return "\n".join(place_line(moved.book, moved.after) for moved in moves[:LINES])


PROGRESS_BUTTONS = (ProgressUndoButton, ForgetAllButton, ShareProgressButton)
