"""Who will see a reply: never more than its asker has read in private, than its place allows in public."""

import asyncio
import functools
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.features.ceilings.store import Audiences, Ceilings
from bot.features.progress.store import Progress
from bot.people import NO_CLUB, Member, Place, Reached, positions
from corpus.books import Book, Slug, Unit
from tests.fakes.app import NO_DATABASE, app_on

BOOKS = {
    book.slug: book
    for book in (
        Book("moby-dick", "Moby-Dick", "Herman Melville", Unit.CHAPTER, 135),
        Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55),
        Book("persuasion", "Persuasion", "Jane Austen", Unit.PERCENT, 100),
    )
}
LIZ, THREAD = Member(1, 20), Place(1, 100)


class Said(Progress):
    """Positions in memory."""

    def __init__(self, said: Mapping[Member, Mapping[Slug, Reached]]) -> None:
        self._said = said

    async def positions(self, member: Member) -> dict[Slug, int]:
        return positions(self._said.get(member, {}), BOOKS)


class Set(Ceilings):
    """Ceilings in memory."""

    def __init__(self, ceilings: Mapping[Place, Mapping[Slug, Reached]]) -> None:
        self._ceilings = ceilings

    async def show(self, place: Place) -> dict[Slug, int]:
        return positions(self._ceilings.get(place, {}), BOOKS)


def audiences_of(
    said: Mapping[Member, Mapping[Slug, Reached]], ceilings: Mapping[Place, Mapping[Slug, Reached]]
) -> Audiences:
    """Return the audiences over these positions and ceilings."""
    return Audiences(app_on(NO_DATABASE, parts={Progress: Said(said), Ceilings: Set(ceilings)}))


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
    audiences = audiences_of({LIZ: own}, {THREAD: ceiling})
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
    audience = asyncio.run(audiences_of({LIZ: own}, {THREAD: ceiling}).private(LIZ, THREAD))
    assert {slug: audience.at(slug) for slug in BOOKS} == {
        slug: own[slug].marks if slug in own else 0 for slug in BOOKS
    }


@given(somewhere, somewhere)
def test_somebody_is_behind_a_place_just_where_it_could_tell_them_more_than_they_have_read(
    own: dict[Slug, Reached], ceiling: dict[Slug, Reached]
) -> None:
    audiences = audiences_of({LIZ: own}, {THREAD: ceiling})
    everybody, alone = asyncio.run(audiences.public(THREAD)), asyncio.run(audiences.private(LIZ, THREAD))
    assert asyncio.run(audiences.behind(LIZ, THREAD)) == any(everybody.at(slug) > alone.at(slug) for slug in BOOKS)


async def test_a_place_without_a_ceiling_is_at_the_beginning_of_every_book() -> None:
    audience = await audiences_of({LIZ: at(emma=55)}, {}).public(THREAD, LIZ)
    assert not any(audience.positions.values())


async def test_who_has_said_nothing_of_a_book_reads_along_as_far_as_the_place_goes() -> None:
    audiences = audiences_of({LIZ: at(moby_dick=3)}, {THREAD: at(emma=20, moby_dick=9)})
    assert (await audiences.public(THREAD, LIZ)).positions == {"emma": 20, "moby-dick": 3}
    assert await audiences.behind(LIZ, THREAD)


async def test_the_same_person_in_another_club_and_the_same_channel_of_another_are_others() -> None:
    kept = audiences_of({LIZ: at(emma=55)}, {THREAD: at(emma=55)})
    assert (await kept.private(Member(2, LIZ.id), Place(2, THREAD.id))).positions == {}
    assert (await kept.public(Place(2, THREAD.id))).positions == {}


async def test_a_reply_stays_in_its_club_and_is_for_adults_only_where_the_place_is() -> None:
    audiences = audiences_of({}, {})
    bar, message = Place(1, 101, adults=True), Place(NO_CLUB, 5)
    assert [(await audiences.private(LIZ, place)).adults for place in (THREAD, bar)] == [False, True]
    assert [(await audiences.public(place)).adults for place in (THREAD, bar)] == [False, True]
    assert (await audiences.private(LIZ, THREAD)).club == (await audiences.public(THREAD)).club == "1"
    assert (await audiences.private(Member(NO_CLUB, 20), message)).club == ""


async def test_a_position_counted_in_another_way_moves_along_by_share_rounded_down() -> None:
    said = {"emma": Reached(20, 60, "chapter"), "moby-dick": Reached(50, 50, "part"), "gone": Reached(1, 2, "part")}
    kept = audiences_of({LIZ: said}, {})
    assert (await kept.private(LIZ, THREAD)).positions == {"emma": 18, "moby-dick": 135}
