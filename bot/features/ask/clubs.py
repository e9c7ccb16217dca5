"""The choice of the club that somebody's direct messages are about, and what waited for it."""

from collections.abc import Iterable
from typing import Self

import discord

from bot.discord.buttons import Picked, own_question
from bot.discord.cards import OPTION, OPTIONS, Interaction, notice_card, one_line
from bot.discord.context import CURES, Refused, app_of, bot_of, replace_card
from bot.discord.visitor import WAITING, ClubUnclear, server_of
from bot.features.ask.rules import Answer, First, Questions
from bot.features.ask.store import Asked, DirectMessages
from bot.features.ask.views import in_two_steps, private_card
from bot.people import Member, Place


class ClubMenu(Picked, template=r"club(?::[A-Za-z0-9_-]{1,16})?"):
    """Picks the club that somebody's direct messages are about; a question that waited for it is then answered."""

    @classmethod
    def of(cls, clubs: Iterable[tuple[int, str]], waiting: str = "") -> Self:
        """Return a menu of clubs, by id and name."""
        named = [(one_line(name, OPTION) or str(club), str(club)) for club, name in clubs][-OPTIONS:]
        options = [discord.SelectOption(label=label, value=value) for label, value in named]
        custom_id = f"club:{waiting}" if waiting else "club"
        return cls(discord.ui.Select(custom_id=custom_id, placeholder="Which club?", options=options))

    async def picked(self, interaction: Interaction, values: list[str]) -> None:
        """Note the choice, and answer what waited."""
        await interaction.response.defer()
        bot, member = bot_of(interaction), Member(int(values[0]), interaction.user.id)
        if member.club and not await bot.is_member(member.club, member.id):
            raise Refused("You’re no longer in that club.")
        await bot.app.get(DirectMessages).choose(member.id, member.club)
        guild = await server_of(bot, member.club) if member.club else None
        about = f"about {guild.name if guild else 'that club'}" if member.club else "about no club, only about you"
        note = f"Our direct messages are now {about}. /club switch changes that."
        if waiting := self.custom_id.partition(":")[2]:
            await _answer_waiting(interaction, await own_question(interaction, waiting, WAITING), member, note)
        else:
            await replace_card(interaction, notice_card(note))


async def _answer_waiting(interaction: Interaction, asked: Asked, member: Member, note: str) -> None:
    """Answer what waited for its club, in place of the menu."""
    app, place = app_of(interaction), Place(member.club, asked.place.id)

    async def ask(first: First) -> Answer:
        if asked.book is None:
            return await app.get(Questions).say(member, place, asked.text, private=True, first=first)
        return await app.get(Questions).put("ask", member, place, asked.text, asked.book, first=first)

    async def send(answer: Answer) -> None:
        await replace_card(interaction, private_card(answer, app.books, note, sharable=False))

    await in_two_steps(bot_of(interaction), ask, send, lambda _, answer: send(answer))


CURES[ClubUnclear] = lambda unclear: [ClubMenu.of(unclear.among, unclear.waiting)]
