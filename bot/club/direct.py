"""Direct messages: which club they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.club.people import NO_CLUB
from bot.club.records import ClubChoices

IsMember = Callable[[int, int], Awaitable[bool]]
"""Tells whether a person (second) is a member of a club (first) now; Discord knows."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The club that a direct message is about; where several could be meant, `among` names them."""

    club: int = NO_CLUB
    among: tuple[int, ...] = ()


class DirectMessages:
    """Works out the club of a direct message: the only one, the one that was chosen, or else it has to be asked for."""

    def __init__(self, choices: ClubChoices) -> None:
        self._choices = choices

    async def club(self, person: int, is_member: IsMember) -> Meant:
        """Return the club that a person's direct messages are about, among those that they are in now."""
        clubs = tuple([club for club in await self._choices.clubs(person) if await is_member(club, person)])
        chosen = await self._choices.chosen(person)
        if chosen is not None and (chosen in clubs or await is_member(chosen, person)):
            return Meant(chosen, clubs)
        return Meant(clubs[0]) if len(clubs) == 1 else Meant(NO_CLUB, clubs)

    async def choose(self, person: int, club: int) -> None:
        """Note the club that a person's direct messages are about."""
        await self._choices.choose(person, club)
