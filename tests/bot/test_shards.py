"""Shards: how they are written, and whose a club is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people import EVERY, Shards


@pytest.mark.parametrize(
    ("written", "ids", "count"),
    [
        ("0-3/16", (0, 1, 2, 3), 16),
        ("5/16", (5,), 16),
        ("0,2,4-6/16", (0, 2, 4, 5, 6), 16),
        (" 4-6 , 0 / 16 ", (0, 4, 5, 6), 16),
        ("0/1", (0,), 1),
    ],
)
def test_shards_are_numbers_and_ranges_of_so_many(written: str, ids: tuple[int, ...], count: int) -> None:
    assert Shards.parse(written) == Shards(ids, count)


@given(st.sets(st.integers(0, 63), min_size=1))
def test_they_are_written_as_they_are_read(ids: set[int]) -> None:
    shards = Shards(tuple(sorted(ids)), 64)
    assert Shards.parse(str(shards)) == shards


@given(st.integers(0, 2**63 - 1), st.integers(1, 200))
def test_every_club_is_of_exactly_one_shard(club: int, count: int) -> None:
    assert sum(Shards((shard,), count).holds(club) for shard in range(count)) == 1
    assert EVERY.holds(club)


def test_a_club_is_of_the_shard_that_discord_says() -> None:
    assert Shards((0,), 16).shard_of(197038439483310086) == (197038439483310086 >> 22) % 16


def test_direct_messages_come_to_shard_0() -> None:
    assert Shards.parse("0-3/16").direct
    assert not Shards.parse("4-7/16").direct
    assert EVERY.direct
