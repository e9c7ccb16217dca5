"""Who will see a reply: never more than its asker has read in private, than its place allows in public."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bot.audiences import Audiences
from bot.features.ceilings.store import StoredCeilings
from bot.features.progress.store import Change, Report, StoredPositions
from bot.people import NO_CLUB, Member, Place, Reached
from corpus.books import Book, Slug, Unit

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
BOOKS = {
    book.slug: book
    for book in (
        Book("moby-dick", "Moby-Dick", "Herman Melville", Unit.CHAPTER, 135),
        Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55),
        Book("persuasion", "Persuasion", "Jane Austen", Unit.PERCENT, 100),
    )
}
LIZ, THREAD = Member(1, 20), Place(1, 100)


@dataclass
class Kept(StoredPositions, StoredCeilings):
    """Positions and ceilings, in memory."""

    positions: dict[Member, dict[Slug, Reached]] = field(default_factory=dict)
    ceilings: dict[Place, dict[Slug, Reached]] = field(default_factory=dict)
    changes: list[tuple[Member, Change]] = field(default_factory=list)

    async def reported(self, member: Member) -> dict[Slug, Report]:
        return {book: Report(reached, NOON) for book, reached in self.positions.get(member, {}).items()}

    async def change(self, member: Member, after: Mapping[Slug, Reached | None], at: dt.datetime) -> Change:
        there = self.positions.setdefault(member, {})
        self.changes.append((member, Change({book: there.get(book) for book in after}, after)))
        there |= {book: reached for book, reached in after.items() if reached}
        return self.changes[-1][1]

    async def undo(self, member: Member, at: dt.datetime, number: int | None = None) -> Change | None:
        own = [change for whose, change in self.changes if whose == member]
        if not own or number not in (None, len(own)):
            return None
        self.positions[member] |= {book: reached for book, reached in own[-1].before.items() if reached}
        return own[-1]

    async def ceiling(self, place: Place) -> dict[Slug, Reached]:
        return self.ceilings.get(place, {})

    async def set_ceiling(self, place: Place, book: Slug, reached: Reached, by: int, at: dt.datetime) -> None:
        self.ceilings.setdefault(place, {})[book] = reached

    async def clear_ceiling(self, place: Place, book: Slug | None = None) -> int:
        there = self.ceilings.get(place, {})
        gone = [slug for slug in there if book in (None, slug)]
        self.ceilings[place] = {slug: reached for slug, reached in there.items() if slug not in gone}
        return len(gone)

    def audiences(self) -> Audiences:
        """Return the audiences over what is kept."""
        return Audiences(self, self, BOOKS)


def at(**books: int) -> dict[Slug, Reached]:
    return {
        slug: Reached.in_book(BOOKS[slug], marks) for name, marks in books.items() for slug in [name.replace("_", "-")]
    }


def anywhere(book: Book) -> st.SearchStrategy[Reached]:
    return st.integers(0, book.marks).map(functools.partial(Reached.in_book, book))


somewhere = st.fixed_dictionaries({}, optional={slug: anywhere(book) for slug, book in BOOKS.items()})


@given(somewhere, somewhere)
def test_a_public_reply_goes_no_further_than_its_place_nor_than_its_asker(
    own: dict[Slug, Reached], ceiling: dict[Slug, Reached]
) -> None:
    audiences = Kept({LIZ: own}, {THREAD: ceiling}).audiences()
    for asker in (LIZ, None):
        audience = asyncio.run(audiences.public(THREAD, asker))
        for slug in BOOKS:
            assert audience.at(slug) <= (ceiling[slug].marks if slug in ceiling else 0)
            if asker and slug in own:
                assert audience.at(slug) <= own[slug].marks


@given(somewhere, somewhere)
def test_a_private_reply_goes_as_far_as_its_asker_wherever_it_is(
    own: dict[Slug, Reached], ceiling: dict[Slug, Reached]
) -> None:
    audience = asyncio.run(Kept({LIZ: own}, {THREAD: ceiling}).audiences().private(LIZ, THREAD))
    assert {slug: audience.at(slug) for slug in BOOKS} == {
        slug: own[slug].marks if slug in own else 0 for slug in BOOKS
    }


@given(somewhere, somewhere)
def test_somebody_is_behind_a_place_just_where_it_could_tell_them_more_than_they_have_read(
    own: dict[Slug, Reached], ceiling: dict[Slug, Reached]
) -> None:
    audiences = Kept({LIZ: own}, {THREAD: ceiling}).audiences()
    everybody, alone = asyncio.run(audiences.public(THREAD)), asyncio.run(audiences.private(LIZ, THREAD))
    assert asyncio.run(audiences.behind(LIZ, THREAD)) == any(everybody.at(slug) > alone.at(slug) for slug in BOOKS)


async def test_a_place_without_a_ceiling_is_at_the_beginning_of_every_book() -> None:
    audience = await Kept({LIZ: at(emma=55)}).audiences().public(THREAD, LIZ)
    assert not any(audience.positions.values())


async def test_who_has_said_nothing_of_a_book_reads_along_as_far_as_the_place_goes() -> None:
    audiences = Kept({LIZ: at(moby_dick=3)}, {THREAD: at(emma=20, moby_dick=9)}).audiences()
    assert (await audiences.public(THREAD, LIZ)).positions == {"emma": 20, "moby-dick": 3}
    assert await audiences.behind(LIZ, THREAD)


async def test_the_same_person_in_another_club_and_the_same_channel_of_another_are_others() -> None:
    kept = Kept({LIZ: at(emma=55)}, {THREAD: at(emma=55)})
    assert (await kept.audiences().private(Member(2, LIZ.id), Place(2, THREAD.id))).positions == {}
    assert (await kept.audiences().public(Place(2, THREAD.id))).positions == {}


async def test_a_reply_stays_in_its_club_and_is_for_adults_only_where_the_place_is() -> None:
    audiences = Kept().audiences()
    bar, message = Place(1, 101, adults=True), Place(NO_CLUB, 5)
    assert [(await audiences.private(LIZ, place)).adults for place in (THREAD, bar)] == [False, True]
    assert [(await audiences.public(place)).adults for place in (THREAD, bar)] == [False, True]
    assert (await audiences.private(LIZ, THREAD)).club == (await audiences.public(THREAD)).club == "1"
    assert (await audiences.private(Member(NO_CLUB, 20), message)).club == ""


async def test_a_position_counted_in_another_way_is_the_beginning_unless_it_was_the_end() -> None:
    kept = Kept(
        {LIZ: {"emma": Reached(20, 60, "chapter"), "moby-dick": Reached(50, 50, "part"), "gone": Reached(1, 2, "part")}}
    )
    assert (await kept.audiences().private(LIZ, THREAD)).positions == {"emma": 0, "moby-dick": 135}
