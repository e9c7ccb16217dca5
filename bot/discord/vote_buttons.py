"""The buttons and menus of votes for members: voting, seeing the count, and how it was counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.club.services import Services
from bot.club.votes.counting import Ballot, Count
from bot.club.votes.records import Vote
from bot.club.votes.telling import explanation
from bot.club.votes.voting import CHOICES
from bot.discord.answer_cards import notice_card
from bot.discord.cards import Card, Picture
from bot.discord.club_bot import services_of
from bot.discord.delivering import deliver, replace_card
from bot.discord.limits import OPTION
from bot.discord.plan_button import plan_items
from bot.discord.pressing import Picked, Pressed
from bot.discord.safe_text import one_line
from bot.discord.visitors import visitor
from bot.discord.vote_cards import ballot_card, count_card
from bot.pictures.rounds import alt_text, draw_rounds

VOTE = r"(?P<vote_id>\d{1,18})"
NAMES = ("First choice", "Second choice", "Third choice", "Fourth choice", "Fifth choice")


class VoteButton(Pressed, template=rf"ballot:{VOTE}"):
    """Shows whoever presses it their ballot."""

    def __init__(self, vote_id: int | str) -> None:
        super().__init__("Vote", f"ballot:{vote_id}", discord.ButtonStyle.primary)
        self._vote_id = int(vote_id)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the ballot, in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, _ballot(*await services_of(interaction).votes.ballot(self._vote_id, member)))


class RankMenu(Picked, template=rf"rank:{VOTE}:(?P<number>[1-{CHOICES}])"):
    """Makes a book somebody's choice of a number; left empty, it is taken off."""

    @classmethod
    def of(cls, vote: Vote, number: int, ballot: Ballot) -> RankMenu:
        """Return the menu, with what was picked before."""
        chosen = ballot[number - 1] if number <= len(ballot) else ""
        options = [
            discord.SelectOption(label=one_line(book.title, OPTION), value=book.key, default=book.key == chosen)
            for book in vote.candidates
        ]
        return cls(
            discord.ui.Select(
                custom_id=f"rank:{vote.id}:{number}", placeholder=NAMES[number - 1], min_values=0, options=options
            )
        )

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Keep the choice, and show the ballot as it is now."""
        await interaction.response.defer()
        member, _ = await visitor(interaction)
        _, vote_id, number = self.item.custom_id.split(":")
        key = values[0] if values else None
        voted = await services_of(interaction).votes.choose(int(vote_id), member, int(number), key)
        await replace_card(interaction, _ballot(*voted))


class BallotBackButton(Pressed, template=rf"unballot:{VOTE}"):
    """Takes one's own ballot back."""

    def __init__(self, vote_id: int | str) -> None:
        super().__init__("Take my ballot back", f"unballot:{vote_id}")
        self._vote_id = int(vote_id)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the empty ballot."""
        await interaction.response.defer()
        member, _ = await visitor(interaction)
        vote = await services_of(interaction).votes.take_back(self._vote_id, member)
        await replace_card(interaction, _ballot(vote, ()))


class CountButton(Pressed, template=rf"count:{VOTE}"):
    """Shows the count so far, in private; of a closed vote, the outcome."""

    def __init__(self, vote_id: int | str, label: str = "Show the count so far") -> None:
        super().__init__(label, f"count:{vote_id}")
        self._vote_id = int(vote_id)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the count."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        services = services_of(interaction)
        vote, count = await services.votes.so_far(self._vote_id, member)
        await deliver(interaction, await counted_card(services, vote, count))


class HowButton(Pressed, template=rf"how-counted:{VOTE}"):
    """Explains how a vote was counted; by its id, the post of an outcome is told from all others."""

    def __init__(self, vote_id: int | str) -> None:
        super().__init__("How is this counted?", f"how-counted:{vote_id}")
        self._vote_id = int(vote_id)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Explain, in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        vote = await services_of(interaction).votes.vote(self._vote_id, member)
        await deliver(interaction, notice_card(explanation(vote), "How is this counted?"))


async def counted_card(services: Services, vote: Vote, count: Count) -> Card:
    """Return how a vote stands, or its outcome, for one person to see."""
    return count_card(vote, count, await rounds_picture(services, vote, count), so_far=vote.count is None)


async def rounds_picture(services: Services, vote: Vote, count: Count) -> Picture | None:
    """Return a count as a picture, where there is anything to draw."""
    if not count.rounds:
        return None
    png = await services.workers.do(lambda: draw_rounds(vote, count))
    return Picture("rounds.png", png, alt_text(vote, count))


def open_items(vote: Vote) -> list[discord.ui.Item[Any]]:
    """Return the buttons under a ranked vote that is open."""
    seen = [] if vote.draft.hidden else [CountButton(vote.id)]
    return [VoteButton(vote.id), *seen, HowButton(vote.id)]


def outcome_items(vote: Vote) -> list[discord.ui.Item[Any]]:
    """Return the buttons under the outcome of a vote."""
    winner = vote.count.winner if vote.count else None
    return [*(plan_items(vote.candidate(winner)) if winner else []), HowButton(vote.id)]


def mark_of(vote: Vote) -> str:
    """Return the id of a button that stands under the outcome of this vote."""
    return f"how-counted:{vote.id}"


def link_to(vote: Vote, message: int) -> str:
    """Return the address of a post of a vote."""
    return f"https://discord.com/channels/{vote.place.club}/{vote.place.id}/{message}"


def _ballot(vote: Vote, ballot: Ballot) -> Card:
    menus: Sequence[Any] = [RankMenu.of(vote, n, ballot) for n in range(1, min(CHOICES, len(vote.candidates)) + 1)]
    back = [BallotBackButton(vote.id)] if ballot else []
    return ballot_card(vote, ballot, [*menus, *back])


VOTE_BUTTONS = (VoteButton, RankMenu, BallotBackButton, CountButton, HowButton)
