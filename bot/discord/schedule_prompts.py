"""The approved discussion prompts of a section, on their way into the message that opens it.

Each is claimed, and planned for the thread, before anything is posted. So where a process dies in between, whoever
posts planned prompts finds them by their small print under the opening message, or posts them behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.club.people import Member, Place
from bot.club.prompts.queue import PromptProblem, Prompts
from bot.club.prompts.records import Prompt
from bot.club.schedules.plan import Schedule, Section
from bot.discord.already_posted import small_print
from bot.discord.prompt_cards import mark_of

MOST = 5
"""Prompts of an opening message: more than people answer. The others stay in the queue."""

ROOM = 2_400
"""Characters of them together, so that the card has room for the rest."""


class SectionPrompts:
    """Takes prompts from the queue into opening messages."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    async def claimed(self, schedule: Schedule, section: Section) -> list[Prompt]:
        """Return the prompts that the opening message takes along, claimed; one that goes too far stays where it is."""
        there = Place(schedule.club, section.thread)
        taken: list[Prompt] = []
        for prompt in await self._prompts.approved_for(schedule.club, schedule.book, section.first, section.last):
            fits = len(taken) < MOST and sum(len(each.text) for each in (*taken, prompt)) <= ROOM
            if not fits or await self._prompts.beyond(prompt, there):
                continue
            try:
                planned = await self._prompts.plan(Member(schedule.club, prompt.by), prompt.id, there)
            except PromptProblem:
                continue  # a moderator deals with it in this moment
            if await self._prompts.claim(planned) is not None:
                taken.append(planned)
        return taken

    async def posted(self, club: int, message: discord.Message) -> None:
        """Note that the prompts in a message are posted; its small print says which."""
        for line in small_print(message):
            begin, _, number = line.rpartition(" ")
            if number.isdigit():
                try:
                    prompt = await self._prompts.prompt(club, int(number))
                except PromptProblem:
                    continue
                if mark_of(prompt) == f"{begin} {number}":
                    await self._prompts.posted(prompt, message.id)

    async def stopped(self, prompts: Sequence[Prompt]) -> None:
        """Give prompts back that could not be posted: each is posted behind the opening message."""
        for prompt in prompts:
            await self._prompts.stopped(prompt)
