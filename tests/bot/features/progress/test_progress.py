"""Where members are: reporting, taking back, forgetting."""

from dataclasses import replace

import pytest

from bot.db.sessions import Sessions
from bot.features.progress.store import Progress, ProgressProblem
from bot.people import Member
from corpus.books import Book, Unit
from corpus.errors import PositionError
from tests.fakes.app import app_on

LIZ, ALEC = Member(1, 20), Member(1, 21)
WHALE = Book("moby-dick", "Moby-Dick", "Herman Melville", Unit.CHAPTER, 135)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)


def kept_by(records: Sessions, *books: Book) -> Progress:
    """Return the progress of a club with these books."""
    return Progress(app_on(records, {book.slug: book for book in books}))


@pytest.fixture
def progress(records: Sessions) -> Progress:
    return kept_by(records, WHALE, EMMA)


async def test_one_change_is_taken_back_only_while_it_is_the_latest(progress: Progress) -> None:
    emma = await progress.set(LIZ, EMMA, "ch 3")
    whale = await progress.set(LIZ, WHALE, "ch 1")
    with pytest.raises(ProgressProblem, match="since"):
        await progress.undo(LIZ, emma.change)
    await progress.undo(LIZ, whale.change)
    with pytest.raises(ProgressProblem, match="since"):
        await progress.undo(LIZ, whale.change)
    await progress.undo(LIZ, emma.change)
    assert await progress.positions(LIZ) == {}


async def test_more_chapters_count_from_where_the_member_was(progress: Progress) -> None:
    await progress.set(LIZ, EMMA, "ch 3")
    await progress.set(LIZ, EMMA, "+2")
    await progress.set(LIZ, WHALE, "+4")
    assert await progress.positions(LIZ) == {"emma": 5, "moby-dick": 4}


async def test_the_pages_of_ones_own_edition_are_remembered_through_undo_and_forgotten_with_the_place(
    progress: Progress,
) -> None:
    await progress.set(LIZ, EMMA, "120/400")
    await progress.move(LIZ, EMMA, 20)
    assert (await progress.set(LIZ, EMMA, "p. 200")).after == 27
    await progress.set(LIZ, EMMA, "120/600")
    await progress.undo(LIZ)
    assert (await progress.set(LIZ, EMMA, "p. 300")).after == 41
    with pytest.raises(PositionError, match="don’t know the pages"):
        await progress.set(ALEC, EMMA, "p. 200")
    await progress.clear(LIZ, EMMA)
    with pytest.raises(PositionError, match="don’t know the pages"):
        await progress.set(LIZ, EMMA, "p. 200")


async def test_what_was_never_said_cannot_be_forgotten_or_shared(progress: Progress) -> None:
    with pytest.raises(ProgressProblem, match="in any book"):
        await progress.clear(LIZ)
    await progress.set(LIZ, EMMA, "ch 3")
    with pytest.raises(ProgressProblem, match="in Moby-Dick"):
        await progress.clear(LIZ, WHALE)
    with pytest.raises(ProgressProblem, match="where you are in Moby-Dick"):
        await progress.shared(LIZ, WHALE)
    assert await progress.shared(LIZ, EMMA) == 3


async def test_a_book_that_left_the_library_is_not_told_of_and_is_forgotten_with_all_others(
    records: Sessions, progress: Progress
) -> None:
    await progress.set(LIZ, WHALE, "ch 1")
    later = kept_by(records, EMMA)
    assert await later.positions(LIZ) == {}
    assert await later.clear(LIZ) == []
    assert await progress.positions(LIZ) == {}


async def test_a_book_with_more_chapters_than_before_leaves_its_reader_where_they_were(records: Sessions) -> None:
    before = kept_by(records, WHALE, EMMA)
    await before.set(LIZ, WHALE, "ch 60")
    await before.set(LIZ, EMMA, "finished")
    after = kept_by(records, replace(WHALE, marks=150), replace(EMMA, marks=3, unit=Unit.PART))
    assert await after.positions(LIZ) == {"moby-dick": 60, "emma": 3}
