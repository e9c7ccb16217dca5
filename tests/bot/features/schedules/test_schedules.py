"""Schedules as a club keeps them: confirmed once, changed by one at a time, found where they are meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.audit import Audit, StoredAudit
from bot.db.base import Sessions
from bot.features.ceilings.store import StoredCeilings
from bot.features.schedules.changes import Do, Order, Prepared
from bot.features.schedules.plan import NotPossible, SectionState
from bot.features.schedules.service import Schedules
from bot.features.schedules.store import By, StoredSchedules
from bot.people import Member, Place
from corpus.books import Unit
from tests.fakes.records import opened_records
from tests.fakes.scheduled import NOW, a_book

WORDS = "Fridays at 8pm, 5 chapters a week"
BOOK, EMMA = a_book(), a_book(55, title="Emma", slug="emma")
DUNE = a_book(100, Unit.PERCENT, title="Dune", slug="dune")
BOOKS = {book.slug: book for book in (BOOK, EMMA, DUNE)}
JO, HERE = Member(7, 700), Place(7, 70)
DAY = dt.timedelta(days=1)


class Clock:
    at = NOW

    def __call__(self) -> dt.datetime:
        return self.at


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Sessions]:
    async with opened_records(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def schedules(records: Sessions, clock: Clock) -> Schedules:
    return Schedules(
        StoredSchedules(records), StoredCeilings(records), Audit(StoredAudit(records), clock), BOOKS, clock
    )


def wish(book: str = BOOK.slug, place: int = 70, words: str = WORDS, zone: str = "UTC", *also: str) -> Prepared:
    return Prepared(book, words, zone, place, NOW, also)


def test_what_is_prepared_is_the_same_after_it_was_written() -> None:
    prepared = wish(BOOK.slug, 70, WORDS, "UTC", "emma")
    assert Prepared.read(prepared.written()) == prepared
    for order in (Order(1, 2, Do.SHIFT, NOW, days=7), Order(1, 2, Do.EDIT, NOW, also=("emma",), place=3)):
        assert Order.read(order.written()) == order


async def test_a_schedule_is_kept_with_what_was_picked_beside_its_words(schedules: Schedules) -> None:
    schedule = await schedules.begin(wish(BOOK.slug, 70, WORDS, "europe/berlin", "emma", "gone"), JO, "abc")
    assert (schedule.zone, list(schedule.also), schedule.organiser) == ("Europe/Berlin", ["emma"], 700)
    with pytest.raises(NotPossible, match="already"):
        await schedules.begin(wish("emma"), JO, "abc")


async def test_a_book_has_one_schedule_in_a_channel_until_it_is_over(schedules: Schedules, clock: Clock) -> None:
    first = await schedules.begin(wish(), JO, "a")
    with pytest.raises(NotPossible, match="already"):
        await schedules.begin(wish(), JO, "b")
    await schedules.begin(wish(place=71), JO, "c")
    clock.at = first.sections[-1].meets + 15 * DAY
    later = Prepared(BOOK.slug, WORDS, "UTC", 70, clock.at)
    assert (await schedules.begin(later, JO, "d")).id != first.id


async def ordered(schedules: Schedules, do: Do, at: dt.datetime = NOW, **values: object) -> Order:
    kept = await schedules.find(HERE)
    return Order(kept.schedule.id, kept.version, do, at, **values)  # type: ignore[arg-type]


async def test_a_change_is_made_once_and_only_as_it_was_shown(schedules: Schedules, clock: Clock) -> None:
    await schedules.begin(wish(), JO, "a")
    order = await ordered(schedules, Do.SHIFT, days=7)
    await schedules.make(order, 7)
    with pytest.raises(NotPossible, match="changed meanwhile"):
        await schedules.make(order, 7)
    late = await ordered(schedules, Do.SHIFT, days=-3)
    clock.at = NOW + 8 * DAY
    with pytest.raises(NotPossible):
        await schedules.make(late, 7)


async def test_an_edit_is_words_a_date_an_end_books_and_a_channel_at_once(schedules: Schedules) -> None:
    await schedules.begin(wish(), JO, "a")
    order = await ordered(
        schedules, Do.EDIT, words="at 7pm", section=2, meets="16 January", upto="ch 9", also=("emma",), place=71
    )
    after = (await schedules.make(order, 7)).after
    assert [section.at.hour for section in after.live] == [19] * 6
    assert (after.live[1].day, after.live[1].last, after.live[2].first) == (dt.date(2027, 1, 16), 9, 10)
    assert (list(after.also), after.place) == (["emma"], 71)


async def test_the_schedule_of_a_place_is_meant_or_the_one_of_a_book(schedules: Schedules) -> None:
    with pytest.raises(NotPossible, match="no schedule"):
        await schedules.find(HERE)
    first = await schedules.begin(wish(), JO, "a")
    assert (await schedules.find(Place(7, 5))).schedule.id == first.id
    second = await schedules.begin(wish("emma", 71), JO, "b")
    assert (await schedules.find(HERE)).schedule.id == first.id
    assert (await schedules.find(Place(7, 900), parent=71)).schedule.id == second.id
    assert (await schedules.find(HERE, book=EMMA)).schedule.id == second.id
    with pytest.raises(NotPossible, match="Which schedule"):
        await schedules.find(Place(7, 5))
    assert await schedules.books_of(7) == [("Emma", "emma"), (BOOK.title, BOOK.slug)]


async def test_reminders_end_with_the_schedule(schedules: Schedules) -> None:
    schedule = await schedules.begin(wish(), JO, "a")
    await schedules.remind(schedule.id, JO, By.THREAD)
    assert await schedules.reminds(schedule.id, JO) is By.THREAD
    await schedules.make(await ordered(schedules, Do.CANCEL), 7)
    with pytest.raises(NotPossible):
        await schedules.remind(schedule.id, JO, By.DIRECT)
    await schedules.remind(schedule.id, JO, None)
    assert await schedules.reminds(schedule.id, JO) is None


@pytest.mark.parametrize(
    ("book", "words", "since"),
    [(BOOK.slug, WORDS, "since chapter 5"), ("dune", "Fridays at 8pm, 20% a week", "since 20%")],
)
async def test_what_comes_behind_the_last_meeting_can_be_asked_for(
    schedules: Schedules, records: Sessions, book: str, words: str, since: str
) -> None:
    schedule = await schedules.begin(wish(book, words=words), JO, "a")
    with pytest.raises(NotPossible, match="no meeting yet"):
        await schedules.since_last_meeting(HERE)
    opened = schedule.with_section(replace(schedule.sections[0], state=SectionState.OPENED, thread=900))
    await StoredSchedules(records).change(schedule.id, NOW, lambda kept: replace(kept, schedule=opened))
    assert await schedules.since_last_meeting(Place(7, 900)) == (book, since)
