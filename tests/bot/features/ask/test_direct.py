"""Which club a direct message is about: the only one, the chosen one, and none that its writer has left."""

from dataclasses import dataclass

import pytest

from bot.features.ask.store import DirectMessages
from bot.people import NO_CLUB

LIZ = 20


@dataclass
class Kept(DirectMessages):
    """What is known of people, in memory."""

    told: list[int]
    chose: int | None

    async def clubs(self, member_id: int) -> list[int]:
        return self.told

    async def chosen(self, member_id: int) -> int | None:
        return self.chose


@pytest.mark.parametrize(
    ("told", "chosen", "now_in", "meant"),
    [
        ([], None, (), []), ([1], None, (1,), [1]), ([1, 2], None, (1, 2), [1, 2]), ([1, 2], 2, (1, 2), [2]),
        ([1, 2], None, (2,), [2]), ([1, 2], 1, (2,), [2]), ([1, 2, 3], 1, (2, 3), [2, 3]), ([1], None, (), []),
        ([1], 1, (), []), ([], 3, (3,), [3]), ([1], 3, (1, 3), [3]),
    ],
)  # fmt: skip
async def test_a_direct_message_is_about_a_club_that_its_writer_is_in_now(
    told: list[int], chosen: int | None, now_in: tuple[int, ...], meant: list[int]
) -> None:
    async def is_member(club: int, person: int) -> bool:
        return person == LIZ and club in now_in

    assert await Kept(told, chosen).meant(LIZ, is_member) == meant


@pytest.mark.parametrize(
    ("told", "chosen", "meant"),
    [([], None, [3, 4]), ([NO_CLUB], None, []), ([1], None, [1]), ([2], None, []), ([], NO_CLUB, [NO_CLUB])],
)
async def test_who_is_known_nowhere_is_in_the_servers_that_they_share(
    told: list[int], chosen: int | None, meant: list[int]
) -> None:
    async def is_member(club: int, person: int) -> bool:
        return club in (1, 3, 4)

    assert await Kept(told, chosen).meant(LIZ, is_member, [2, 3, 4]) == meant
