"""The audit as it is kept."""

import datetime as dt

from bot.audit import KEPT, Audit, Did
from bot.db.sessions import Sessions
from bot.people import Place
from tests.fakes.app import app_on

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
THREAD, DAY = Place(1, 100), dt.timedelta(days=1)


async def test_entries_come_latest_first_and_by_kind(records: Sessions) -> None:
    for did, days in ((Did.SHARE, 0), (Did.PROMPT, 2)):
        at = NOON + days * DAY
        await Audit(app_on(records, now=lambda at=at: at)).note(did, THREAD, 10, message=900, sources=["a reader"])  # type: ignore[misc]
    audit = Audit(app_on(records, now=lambda: NOON + 2 * DAY))
    last, first = await audit.since(1, 2)
    assert (last.did, first.did, first.at, first.place, first.by) == (Did.PROMPT, Did.SHARE, NOON, 100, 10)
    assert (first.message, first.about, first.sources) == (900, "", ["a reader"])
    assert [entry.did for entry in await audit.since(1, 2, [Did.SHARE])] == [Did.SHARE]
    assert [entry.did for entry in await audit.since(1, 1)] == [Did.PROMPT]
    assert await audit.since(2, 2) == []


async def test_one_message_is_noted_once_and_what_has_none_each_time(records: Sessions) -> None:
    audit = Audit(app_on(records))
    for message in (900, 900, 0, 0):
        await audit.note(Did.SHARE, THREAD, 10, message=message)
    assert len(await audit.since(1, 1)) == 3


async def test_what_is_old_goes(records: Sessions) -> None:
    await Audit(app_on(records)).note(Did.SHARE, THREAD, 10)
    assert await Audit(app_on(records, now=lambda: NOON + KEPT)).forget_old() == 0
    later = Audit(app_on(records, now=lambda: NOON + KEPT + DAY))
    assert await later.forget_old() == 1
    assert await later.since(1, 999) == []
