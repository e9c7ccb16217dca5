"""Drafts of discussion prompts to choose from; what a moderator keeps goes into the queue."""

from __future__ import annotations

import json
from typing import Any

import discord

from bot.answers.drafting import Draft
from bot.club.people import Member, Place
from bot.club.services import Services
from bot.club.talk_records import Asked
from bot.discord.answer_buttons import ID, own_question
from bot.discord.answer_cards import notice_card
from bot.discord.cards import Card
from bot.discord.club_bot import services_of
from bot.discord.delivering import deliver, replace_card
from bot.discord.moderators import keeper
from bot.discord.pressing import Pressed
from bot.discord.prompt_buttons import looked_at
from bot.discord.prompt_cards import drafts_card
from corpus.books import Book, Reveals

NOTHING = "There is nothing to draft from up to there."


class KeepButton(Pressed, template=rf"prompt-keep:(?P<asked_id>{ID}):(?P<number>[1-9])"):
    """Puts a draft into the queue."""

    def __init__(self, asked_id: str, number: int | str) -> None:
        super().__init__(f"Keep {number}", f"prompt-keep:{asked_id}:{number}", discord.ButtonStyle.primary)
        self._asked_id, self._number = asked_id, int(number)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Keep it, and show it in a message of its own: several may be kept."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await keeper(interaction)
        asked = await own_question(interaction, self._asked_id, "drafts")
        services, (kind, text, marks) = services_of(interaction), json.loads(asked.text)["drafts"][self._number - 1]
        prompt = await services.prompts.keep(member, place, Draft(text, kind, Reveals.of(marks)), asked.book or "")
        await deliver(interaction, await looked_at(services, place, prompt))


class OthersButton(Pressed, template=rf"prompt-others:(?P<asked_id>{ID})"):
    """Drafts others."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Others", f"prompt-others:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show them in place of those before."""
        await interaction.response.defer()
        member, place = await keeper(interaction)
        asked = await own_question(interaction, self._asked_id, "drafts")
        services, wish = services_of(interaction), json.loads(asked.text)
        book = services.books[asked.book or ""]
        card = await drafted(
            services, member, place, book, wish["kind"], wish["where"], wish["turn"] + 1, wish["library"]
        )
        await replace_card(interaction, card)


async def drafted(
    services: Services, member: Member, place: Place, book: Book, kind: str, where: str = "", turn: int = 0,
    library: bool = False,
) -> Card:  # fmt: skip
    """Draft, keep the drafts for their buttons, and return them as a card."""
    drafts = await services.drafts.of(member, place, book, kind, where=where, turn=turn, library=library)
    if not drafts:
        return notice_card(NOTHING)
    kept = [(draft.kind, draft.text, dict(draft.needs.marks)) for draft in drafts]
    wish = {"kind": kind, "where": where, "turn": turn, "library": library, "drafts": kept}
    asked: Asked = await services.questions.keep("drafts", member, place, json.dumps(wish), book.slug)
    buttons = [KeepButton(asked.id, n) for n in range(1, len(drafts) + 1)]
    return drafts_card(f"{book.title}: {kind}", drafts, [*buttons, OthersButton(asked.id)])


DRAFT_BUTTONS = (KeepButton, OthersButton)
