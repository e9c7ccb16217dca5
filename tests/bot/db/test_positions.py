import asyncio
import datetime as dt
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.db.sessions import Sessions
from bot.features.progress.store import KEPT, PositionChange, Report
from bot.people import Member, Reached
from tests.fakes.records import move, move_back, opened_records, said_by

LEAMAS = Member(1, 10)
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


def chapter(marks: int) -> Reached:
    return Reached(marks, 27, "chapter")


def later(minutes: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


async def test_reports_of_one_moment_come_in_the_order_in_which_they_were_made(records: Sessions) -> None:
    for book in ("z", "m", "a", "z"):
        await move(records, LEAMAS, {book: chapter(1)}, NOON)
    assert list(await said_by(records, LEAMAS)) == ["m", "a", "z"]


async def test_none_forgets_a_book_and_several_books_are_one_change(records: Sessions) -> None:
    await move(records, LEAMAS, {"a": chapter(1), "b": chapter(2)}, NOON)
    change = await move(records, LEAMAS, {"a": None, "c": chapter(3)}, later(1))
    assert change == PositionChange({"a": chapter(1), "c": None}, {"a": None, "c": chapter(3)})
    assert list(await said_by(records, LEAMAS)) == ["b", "c"]
    assert await move_back(records, LEAMAS, later(2)) == change
    assert set(await said_by(records, LEAMAS)) == {"a", "b"}


async def test_undoing_brings_back_when_a_book_was_reported_too(records: Sessions) -> None:
    await move(records, LEAMAS, {"a": chapter(1)}, NOON)
    await move(records, LEAMAS, {"b": chapter(5)}, later(1))
    before = await said_by(records, LEAMAS)
    await move(records, LEAMAS, {"a": chapter(2)}, later(2))
    await move_back(records, LEAMAS, later(3))
    after = await said_by(records, LEAMAS)
    assert after == before
    assert list(after) == list(before) == ["a", "b"]


async def test_undo_after_undo_goes_further_back_and_a_new_change_comes_first(records: Sessions) -> None:
    for marks in (1, 2, 3):
        await move(records, LEAMAS, {"a": chapter(marks)}, later(marks))
    for marks in (3, 2):
        undone = await move_back(records, LEAMAS, later(9))
        assert undone == PositionChange({"a": chapter(marks - 1)}, {"a": chapter(marks)})
    await move(records, LEAMAS, {"a": chapter(8)}, later(10))
    assert await move_back(records, LEAMAS, later(11)) == PositionChange({"a": chapter(1)}, {"a": chapter(8)})
    assert await move_back(records, LEAMAS, later(12)) == PositionChange({"a": None}, {"a": chapter(1)})
    assert await move_back(records, LEAMAS, later(13)) is None
    assert await said_by(records, LEAMAS) == {}


async def test_only_the_latest_changes_can_be_taken_back(records: Sessions) -> None:
    for marks in range(KEPT + 5):
        await move(records, LEAMAS, {"a": Reached(marks, 99, "page")}, later(marks))
    undone = [await move_back(records, LEAMAS, later(999)) for _ in range(KEPT + 1)]
    assert undone[-1] is None
    assert None not in undone[:-1]
    assert (await said_by(records, LEAMAS))["a"].reached.marks == 4


@pytest.mark.parametrize("other", [Member(2, 10), Member(1, 11)], ids=["same person, other club", "other member"])
async def test_nobody_else_is_concerned(records: Sessions, other: Member) -> None:
    await move(records, LEAMAS, {"a": chapter(1)}, NOON)
    assert await said_by(records, other) == {}
    assert await move_back(records, other, later(1)) is None
    await move(records, other, {"a": chapter(9)}, later(1))
    await move_back(records, LEAMAS, later(2))
    assert await said_by(records, other) == {"a": Report(chapter(9), later(1))}


async def test_changes_of_one_member_at_once_can_all_be_taken_back(records: Sessions) -> None:
    await asyncio.gather(
        *(move(records, LEAMAS, {"a": Reached(marks, 99, "page")}, later(marks)) for marks in range(1, 31))
    )
    undone = [change async for change in _all_undone(records)]
    assert len(undone) == 30
    assert all(newer.before == older.after for newer, older in itertools.pairwise(undone))
    assert await said_by(records, LEAMAS) == {}


async def _all_undone(records: Sessions) -> AsyncIterator[PositionChange]:
    while change := await move_back(records, LEAMAS, later(999)):
        yield change


# Against a plain model: what each change found

BOOKS = st.sampled_from(["a", "b", "c"])
PLACES = st.none() | st.integers(0, 27).map(chapter)
STEPS = st.lists(st.none() | st.dictionaries(BOOKS, PLACES, max_size=3), max_size=25)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
def test_any_changes_and_undos_leave_what_a_plain_list_of_them_would(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, Reached | None] | None]
) -> None:
    asyncio.run(_compare(tmp_path_factory.mktemp("model"), steps))


async def _compare(folder: Path, steps: list[dict[str, Reached | None] | None]) -> None:
    state: dict[str, Report | None] = {}
    history: list[dict[str, Report | None]] = []
    async with opened_records(folder) as records:
        for minutes, step in enumerate(steps):
            if step is None:
                undone = await move_back(records, LEAMAS, later(minutes))
                assert (undone is None) == (not history)
                state |= history.pop() if history else {}
            else:
                changed = await move(records, LEAMAS, step, later(minutes))
                if changed.before != changed.after:
                    history.append({book: state.get(book) for book in step})
                state |= {book: Report(reached, later(minutes)) if reached else None for book, reached in step.items()}
            said = {book: report for book, report in state.items() if report}
            assert await said_by(records, LEAMAS) == said
