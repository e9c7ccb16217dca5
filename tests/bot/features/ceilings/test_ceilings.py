"""How far places go: worked out, confirmed, taken back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.features.ceilings.store import CeilingProblem, Ceilings
from bot.people import Member, Place
from corpus.books import Book, Unit
from tests.fakes.app import app_on
from tests.fakes.records import opened_records

GEORGE = Member(1, 30)
THREAD, OTHER = Place(1, 100), Place(1, 101)
WHALE = Book("moby-dick", "Moby-Dick", "Herman Melville", Unit.CHAPTER, 135)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)


@pytest.fixture
async def ceilings(database: str | Path) -> AsyncIterator[Ceilings]:
    async with opened_records(database) as records:
        yield Ceilings(app_on(records, {book.slug: book for book in (WHALE, EMMA)}))


async def test_a_ceiling_that_was_changed_meanwhile_is_left(ceilings: Ceilings) -> None:
    change = await ceilings.raised(THREAD, EMMA, "ch 8")
    await ceilings.set(THREAD, EMMA, "ch 2", GEORGE)
    with pytest.raises(CeilingProblem, match="in the meantime"):
        await ceilings.make(THREAD, change, GEORGE)
    assert await ceilings.show(THREAD) == {"emma": 2}


async def test_books_come_in_the_order_of_their_letters_numbers_on_every_database(database: str | Path) -> None:
    books = {slug: replace(EMMA, slug=slug) for slug in ("emma", "a-b", "ab", "a_c", "Émile", "Z", "z")}
    async with opened_records(database) as records:
        ceilings = Ceilings(app_on(records, books))
        for book in books.values():
            await ceilings.set(THREAD, book, "ch 8", GEORGE)
        assert list(await ceilings.show(THREAD)) == sorted(books)


async def test_no_other_place_and_no_other_club_is_concerned(ceilings: Ceilings) -> None:
    others = (OTHER, Place(2, THREAD.id))
    for marks, place in enumerate((THREAD, *others), 1):
        await ceilings.set(place, EMMA, f"ch {marks}", GEORGE)
    await ceilings.make(THREAD, await ceilings.cleared(THREAD), GEORGE)
    assert [await ceilings.show(place) for place in (THREAD, *others)] == [{}, {"emma": 2}, {"emma": 3}]


async def test_what_changes_nothing_is_said_before_it_is_confirmed(ceilings: Ceilings) -> None:
    with pytest.raises(CeilingProblem, match="no ceiling in Emma"):
        await ceilings.cleared(THREAD, EMMA)
    with pytest.raises(CeilingProblem, match="no ceiling here, so"):
        await ceilings.cleared(THREAD)
    await ceilings.set(THREAD, EMMA, "ch 8", GEORGE)
    with pytest.raises(CeilingProblem, match="nothing changes"):
        await ceilings.raised(THREAD, EMMA, "chapter 8")
