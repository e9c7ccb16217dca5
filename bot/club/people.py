"""Who asks, and where: members of clubs, and the places in which they talk."""

from __future__ import annotations

from dataclasses import dataclass

NO_CLUB = 0
"""The club of a direct message from somebody who is in no club."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a club; the same person in another club is another member."""

    club: int
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, a thread or a direct message; `adults` where Discord lets nobody under age in."""

    club: int
    id: int
    adults: bool = False
