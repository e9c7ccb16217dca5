"""Which club a direct message is about: the only one, the chosen one, and none that its writer has left."""

from dataclasses import dataclass, field

import pytest

from bot.features.ask.store import DirectMessages, IsMember, Meant
from bot.people import NO_CLUB

LIZ = 20


@dataclass
class Kept(DirectMessages):
    """What is known of people, in memory."""

    told: dict[int, list[int]] = field(default_factory=dict)
    chose: dict[int, int] = field(default_factory=dict)

    async def clubs(self, member_id: int) -> list[int]:
        return self.told.get(member_id, [])

    async def chosen(self, member_id: int) -> int | None:
        return self.chose.get(member_id)

    async def choose(self, member_id: int, club: int) -> None:
        self.chose[member_id] = club


def in_clubs(*clubs: int) -> IsMember:
    """Return what Discord says of somebody who is in these clubs now."""

    async def is_member(club: int, person: int) -> bool:
        return person == LIZ and club in clubs

    return is_member


@pytest.mark.parametrize(
    ("told", "chosen", "now_in", "meant"),
    [
        ([], None, (), Meant(NO_CLUB)),
        ([1], None, (1,), Meant(1)),
        ([1, 2], None, (1, 2), Meant(NO_CLUB, (1, 2))),
        ([1, 2], 2, (1, 2), Meant(2, (1, 2))),
        ([1, 2], None, (2,), Meant(2)),
        ([1, 2], 1, (2,), Meant(2)),
        ([1, 2, 3], 1, (2, 3), Meant(NO_CLUB, (2, 3))),
        ([1], None, (), Meant(NO_CLUB)),
        ([1], 1, (), Meant(NO_CLUB)),
        ([], 3, (3,), Meant(3)),
        ([1], 3, (1, 3), Meant(3, (1,))),
    ],
)
async def test_a_direct_message_is_about_a_club_that_its_writer_is_in_now(
    told: list[int], chosen: int | None, now_in: tuple[int, ...], meant: Meant
) -> None:
    direct = Kept({LIZ: told}, {} if chosen is None else {LIZ: chosen})
    assert await direct.club(LIZ, in_clubs(*now_in)) == meant


async def test_a_choice_holds_until_another_is_made_and_for_nobody_else() -> None:
    direct = Kept({LIZ: [1, 2], 21: [1, 2]})
    await direct.choose(LIZ, 1)
    await direct.choose(LIZ, 2)
    assert (await direct.club(LIZ, in_clubs(1, 2))).club == 2
    assert (await direct.club(21, in_clubs(1, 2))).club == NO_CLUB
