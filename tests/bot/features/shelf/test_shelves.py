"""Shelves by their rules: names, moves, following progress, and taking back."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest

from bot.features.shelf.rules import ShelfName, ShelfProblem
from bot.features.shelf.store import Shelves
from bot.people import Member
from corpus.books import Book, Unit
from tests.fakes.app import NOON, app_on
from tests.fakes.records import opened_records

LIZ, ALEC = Member(1, 20), Member(1, 21)
WHALE = Book("moby-dick", "Moby-Dick; or, The Whale", "Herman Melville", Unit.CHAPTER, 135, aliases=("The Whale",))
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)


def clock() -> Callable[[], dt.datetime]:
    """Return a clock that goes on by a second whenever it is asked."""
    seconds = count()
    return lambda: NOON + dt.timedelta(seconds=next(seconds))


@pytest.fixture
async def shelves(database: str | Path) -> AsyncIterator[Shelves]:
    async with opened_records(database) as records:
        yield Shelves(app_on(records, {book.slug: book for book in (WHALE, EMMA)}, clock()))


async def shown(shelves: Shelves, member: Member = LIZ) -> list[tuple[str, str]]:
    return [(book.title, book.shelf.value) for book in await shelves.show(member)]


async def test_any_other_title_is_kept_as_typed_and_once_whatever_its_case(shelves: Shelves) -> None:
    await shelves.put(LIZ, "  The  Third   Policeman ")
    again = await shelves.put(LIZ, "the third POLICEMAN", ShelfName.READING)
    assert again.before is not None
    assert again.before.title == "The Third Policeman"
    assert await shown(shelves) == [("The Third Policeman", "reading")]


async def test_only_what_is_on_a_shelf_is_moved_and_taken_off(shelves: Shelves) -> None:
    await shelves.put(LIZ, "Dune Messiah")
    await shelves.put(LIZ, "dune messiah", ShelfName.ASIDE, there_already=True)
    assert await shown(shelves) == [("Dune Messiah", "set aside")]
    with pytest.raises(ShelfProblem, match="not on your shelf"):
        await shelves.put(LIZ, "Dune", None, there_already=True)


# Taking back


async def test_what_was_changed_since_is_not_taken_back(shelves: Shelves) -> None:
    added = await shelves.put(LIZ, "emma")
    await shelves.put(LIZ, "emma", ShelfName.READING, there_already=True)
    with pytest.raises(ShelfProblem, match="moved since"):
        await shelves.undo(LIZ, added)
    removed = await shelves.put(LIZ, "emma", None, there_already=True)
    await shelves.put(LIZ, "emma")
    with pytest.raises(ShelfProblem, match="moved since"):
        await shelves.undo(LIZ, removed)
    assert await shown(shelves) == [("Emma", "want to read")]


# Following progress


async def test_a_book_that_is_begun_is_being_read_and_its_end_is_finished(shelves: Shelves) -> None:
    await shelves.follow(LIZ, EMMA, 0)
    assert await shown(shelves) == []
    await shelves.follow(LIZ, EMMA, 1)
    assert await shown(shelves) == [("Emma", "reading")]
    await shelves.follow(LIZ, EMMA, EMMA.marks)
    assert await shown(shelves) == [("Emma", "finished")]
