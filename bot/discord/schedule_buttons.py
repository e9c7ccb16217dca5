"""What members and organisers press under what a schedule has posted: reminders, and sections that are late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.club.people import Member
from bot.club.schedules.plan import Schedule
from bot.club.schedules.records import By, Kept
from bot.discord.answer_cards import notice_card
from bot.discord.cards import Card
from bot.discord.club_bot import bot_of, services_of
from bot.discord.delivering import deliver, replace_card
from bot.discord.elsewhere import server_of
from bot.discord.failures import Refused
from bot.discord.moderators import ORGANISERS, organises
from bot.discord.pressing import Pressed

SCHEDULE = r"(?P<schedule>\d{1,18})"
SECTION = r"(?P<section>\d{1,3})"
WAYS = {"d": By.DIRECT, "t": By.THREAD, "n": None}
LABELS = {"d": "By direct message", "t": "In the thread", "n": "No reminders"}
KEPT = {
    By.DIRECT: "I remind you by direct message, a day and an hour before each meeting.",
    By.THREAD: "I remind you in the thread, a day and an hour before each meeting. Others see your name there.",
    None: "I do not remind you of these meetings.",
}


class RemindButton(Pressed, template=rf"remind:{SCHEDULE}:{SECTION}:(?P<of>[a-z0-9]{{1,20}})"):
    """Asks whoever presses it how they want to be reminded; by its id, the message that it stands under is found."""

    def __init__(self, schedule: int | str, section: int | str, of: str) -> None:
        self.mark = f"remind:{schedule}:{section}:{of}"
        super().__init__("Reminders", self.mark)
        self._schedule = int(schedule)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Ask, in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        schedule, member = await _theirs(interaction, self._schedule)
        by = await services_of(interaction).schedules.reminds(schedule.id, member)
        await deliver(interaction, _reminders(schedule, by))


class RemindByButton(Pressed, template=rf"remind-by:{SCHEDULE}:(?P<way>[dtn])"):
    """Chooses how its presser is reminded."""

    def __init__(self, schedule: int | str, way: str) -> None:
        super().__init__(LABELS[way], f"remind-by:{schedule}:{way}")
        self._schedule, self._way = int(schedule), WAYS[way]

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the choice."""
        await interaction.response.defer()
        schedule, member = await _theirs(interaction, self._schedule)
        await services_of(interaction).schedules.remind(schedule.id, member, self._way)
        await replace_card(interaction, _reminders(schedule, self._way))


class PostNowButton(Pressed, template=rf"late-post:{SCHEDULE}:{SECTION}"):
    """Has a section posted that is late by days."""

    def __init__(self, schedule: int | str, section: int | str) -> None:
        super().__init__(f"Post {section} now", f"late-post:{schedule}:{section}", discord.ButtonStyle.primary)
        self._schedule, self._section = int(schedule), int(section)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Have it posted."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        schedule = await _organised(interaction, self._schedule)
        await services_of(interaction).schedules.post_now(schedule.id, schedule.club, self._section)
        bot_of(interaction).timekeeper.nudge()
        await deliver(interaction, notice_card(f"Section {self._section} is being posted."))


class SkipButton(Pressed, template=rf"late-skip:{SCHEDULE}:{SECTION}"):
    """Has a section that is late by days not posted."""

    def __init__(self, schedule: int | str, section: int | str) -> None:
        super().__init__(f"Skip {section}", f"late-skip:{schedule}:{section}")
        self._schedule, self._section = int(schedule), int(section)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Leave it out."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        schedule = await _organised(interaction, self._schedule)
        await services_of(interaction).schedules.skip(schedule.id, schedule.club, self._section)
        bot_of(interaction).timekeeper.nudge()
        await deliver(interaction, notice_card(f"Section {self._section} is skipped."))


def late_items(schedule: int, numbers: Sequence[int]) -> list[discord.ui.Item[Any]]:
    """Return the buttons that decide about sections that are late by days."""
    return [button(schedule, number) for number in numbers for button in (PostNowButton, SkipButton)]


async def _theirs(interaction: discord.Interaction[Any], schedule_id: int) -> tuple[Schedule, Member]:
    """Return a schedule of a club that the presser is in, and who they are there. Raises Refused or NotPossible."""
    kept = await _reached(interaction, schedule_id)
    return kept.schedule, Member(kept.schedule.club, interaction.user.id)


async def _organised(interaction: discord.Interaction[Any], schedule_id: int) -> Schedule:
    """Return a schedule whose organisers the presser belongs to, in a direct message, too. Raises Refused."""
    schedule = (await _reached(interaction, schedule_id)).schedule
    if interaction.guild_id is not None:
        await organises(interaction)
        return schedule
    guild = await server_of(bot_of(interaction), schedule.club)
    settings = await services_of(interaction).set_up.settings(schedule.club)
    person = await guild.fetch_member(interaction.user.id) if guild else None
    may = person is not None and (person.guild_permissions.manage_events or person.guild_permissions.manage_guild)
    if not may and (person is None or settings.organisers is None or person.get_role(settings.organisers) is None):
        raise Refused(ORGANISERS)
    return schedule


async def _reached(interaction: discord.Interaction[Any], schedule_id: int) -> Kept:
    kept = await services_of(interaction).schedules.anywhere(schedule_id)
    club = kept.schedule.club
    if interaction.guild_id not in (None, club) or not (
        interaction.guild_id or await bot_of(interaction).is_member(club, interaction.user.id)
    ):
        raise Refused("That schedule belongs to another club.")
    return kept


def _reminders(schedule: Schedule, by: By | None) -> Card:
    """Return how somebody is reminded, with what changes it."""
    items = [RemindByButton(schedule.id, way) for way, chosen in WAYS.items() if chosen is not by]
    return notice_card(KEPT[by], schedule.title, items)


REMINDER_BUTTONS = (RemindButton, RemindByButton, PostNowButton, SkipButton)
