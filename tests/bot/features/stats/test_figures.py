"""Where a club is, in numbers: whatever members say, nobody's position follows from what is shown."""

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.sessions import Sessions
from bot.features.stats.store import END, QUARTERS, SMALLEST, ClubFigures, Figure, Group, Said, groups_of, open_groups
from bot.people import Member, Reached
from corpus.books import Book, Unit
from tests.fakes.app import NOON, app_on
from tests.fakes.records import move

MINUTE = dt.timedelta(minutes=1)
WHALE = Book("moby-dick", "Moby-Dick", "Herman Melville", Unit.CHAPTER, 100)
PARTS = QUARTERS + 1

reached = st.integers(1, 400).flatmap(lambda of: st.builds(Reached, st.integers(0, of), st.just(of), st.just("page")))
clubs = st.lists(reached, max_size=60)


def at(*marks: int) -> list[Reached]:
    return [Reached(there, 100, "chapter") for there in marks]


def spread(*members: int) -> list[Reached]:
    """Return so many members in each quarter, and so many at the end."""
    return [there for part, number in enumerate(members) for there in at(*[25 * part + (part < END)] * number)]


# One figure


@given(clubs)
def test_groups_have_five_members_at_least_and_are_two_at_least_or_none(positions: list[Reached]) -> None:
    groups = groups_of(positions)
    assert len(groups) != 1
    assert all(group.members >= SMALLEST for group in groups)


@given(clubs)
def test_groups_are_the_whole_book_without_a_gap_and_everybody_is_in_one(positions: list[Reached]) -> None:
    """What is left out could be counted from what is there."""
    if groups := groups_of(positions):
        covered = [part for group in groups for part in range(group.first, group.last + 1)]
        assert covered == list(range(PARTS))
        assert sum(group.members for group in groups) == len(positions)


@given(clubs.flatmap(lambda club: st.tuples(st.just(club), st.permutations(club))))
def test_who_is_where_makes_no_difference(club: tuple[list[Reached], list[Reached]]) -> None:
    """Any member may be in any group: exchanged with one of another group, the figure is the same."""
    positions, exchanged = club
    assert groups_of(exchanged) == groups_of(positions)


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ((), []),
        ((4, 4), []),
        ((5, 4), []),
        ((30,), []),
        ((0, 30, 4), []),
        ((5, 5), [(0, 0, 5), (1, 4, 5)]),
        ((14, 6), [(0, 0, 14), (1, 4, 6)]),
        ((2, 3, 5), [(0, 1, 5), (2, 4, 5)]),
        ((7, 7, 7, 7, 7), [(0, 0, 7), (1, 1, 7), (2, 2, 7), (3, 3, 7), (4, 4, 7)]),
        ((7, 0, 0, 0, 9), [(0, 0, 7), (1, 4, 9)]),
        ((7, 6, 1, 0, 3), [(0, 0, 7), (1, 4, 10)]),
    ],
)
def test_what_is_too_small_is_merged_with_what_is_beside_it(
    members: tuple[int, ...], shown: list[tuple[int, int, int]]
) -> None:
    assert list(groups_of(spread(*members))) == [Group(*group) for group in shown]


# One figure after another


@dataclass
class Kept(ClubFigures):
    """Records in memory: what each member said last, and the figure that stands."""

    members: dict[int, Said] = field(default_factory=dict)
    standing: Figure | None = None

    now: dt.datetime = NOON

    def _now(self) -> dt.datetime:
        return self.now

    async def look(self, club: int, book: str) -> tuple[Figure | None, list[Said]]:
        return self.standing, list(self.members.values())

    async def keep(self, club: int, book: str, figure: Figure, instead_of: Figure | None) -> Figure:
        self.standing = figure
        return figure


events = st.lists(st.tuples(st.integers(0, 14), st.none() | st.integers(0, 100)), max_size=80)


@given(events)
async def test_whoever_looks_after_every_report_sees_the_changes_of_five_members_at_once_or_none(
    told: list[tuple[int, int | None]],
) -> None:
    figures = Kept()
    _, before = await figures.of_book(1, WHALE)
    reporters: set[int] = set()
    for member, marks in told:
        figures.now += MINUTE
        if marks is None:
            figures.members.pop(member, None)
        else:
            figures.members[member] = Said(Reached(marks, 100, "chapter"), figures.now)
            reporters.add(member)
        figures.now += MINUTE
        _, now = await figures.of_book(1, WHALE)
        if now != before:
            assert len(reporters) >= SMALLEST
            before, reporters = now, set()


async def test_that_there_is_nothing_to_show_stands_as_long(records: Sessions) -> None:
    """Otherwise the one whose report made the second group large enough would have told where they are."""
    clock = NOON
    figures = ClubFigures(app_on(records, now=lambda: clock))
    for member, there in enumerate(at(*[1] * 9, *[60] * 4)):
        await move(records, Member(1, member), {"moby-dick": there}, NOON)
    clock += MINUTE
    assert (await figures.of_book(1, WHALE))[1].groups == ()
    for member, there in enumerate(at(60, 60, 60, 60, 60), 20):
        clock += MINUTE
        await move(records, Member(1, member), {"moby-dick": there}, clock)
        clock += MINUTE
        _, shown = await figures.of_book(1, WHALE)
        assert shown.groups == ((Group(0, 0, 9), Group(1, 4, 9)) if member == 24 else ())


# Who agreed to be counted


def test_those_who_agreed_are_shown_from_two_on_by_the_parts_of_the_book() -> None:
    assert open_groups(spread(1)) == ()
    assert open_groups(spread(1, 0, 0, 0, 1)) == (Group(0, 0, 1), Group(END, END, 1))
    assert open_groups(spread(3)) == (Group(0, 0, 3),)


async def test_nobody_is_in_both_figures_and_what_those_who_agreed_do_changes_nothing_of_the_others() -> None:
    """Else the others' places would follow from the difference, or from a figure that is made anew for one of them."""
    figures = Kept()
    figures.members |= {n: Said(there, NOON) for n, there in enumerate(at(*[1] * 6, *[60] * 6))}
    figures.members |= {20 + n: Said(there, NOON, agreed=True) for n, there in enumerate(at(1, 99))}
    agreed, others = await figures.of_book(1, WHALE)
    assert (agreed.groups, others.members) == ((Group(0, 0, 1), Group(3, 3, 1)), 12)
    figures.now += MINUTE
    figures.members |= {20 + n: Said(there, figures.now, agreed=True) for n, there in enumerate(at(*[60] * 7))}
    figures.members[0] = Said(at(60)[0], figures.now)
    agreed, unchanged = await figures.of_book(1, WHALE)
    assert (agreed.members, unchanged) == (7, others)


async def test_who_takes_it_back_is_among_the_others_at_once(records: Sessions) -> None:
    figures = ClubFigures(app_on(records, now=lambda: NOON + MINUTE))
    for member, there in enumerate(at(1, 60, 99)):
        await move(records, Member(1, member), {"moby-dick": there}, NOON)
        await figures.agree(Member(1, member), True)
    assert (await figures.of_book(1, WHALE))[0].members == 3
    await figures.agree(Member(1, 0), False)
    assert (await figures.of_book(1, WHALE))[0].groups == (Group(2, 2, 1), Group(3, 3, 1))
    assert not await figures.agreed(Member(1, 0))
    assert not await figures.agreed(Member(2, 1))


# As they are kept


async def test_of_two_figures_that_are_made_at_once_everybody_sees_the_same(records: Sessions) -> None:
    one, other = Figure(NOON, (Group(0, 0, 5), Group(1, 4, 6))), Figure(NOON + MINUTE, (Group(0, 0, 6), Group(1, 4, 6)))
    assert await ClubFigures(app_on(records)).keep(1, "moby-dick", one, None) == one
    assert await ClubFigures(app_on(records)).keep(1, "moby-dick", other, None) == one
    later = replace(other, at=NOON + 2 * MINUTE)
    assert await ClubFigures(app_on(records)).keep(1, "moby-dick", other, one) == other
    assert await ClubFigures(app_on(records)).keep(1, "moby-dick", later, one) == other
    assert await ClubFigures(app_on(records)).look(1, "moby-dick") == (other, [])
    assert await ClubFigures(app_on(records)).look(2, "moby-dick") == (None, [])
