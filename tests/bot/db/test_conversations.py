import datetime as dt

from bot.db.sessions import Sessions
from bot.features.ask.store import KEPT, Conversations, Turn
from bot.people import Place
from corpus.books import Reveals
from tests.fakes.app import app_on

THREAD = Place(1, 100)
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


def turn(number: int) -> Turn:
    needs = Reveals.of({"smiley": number})
    return Turn(10, f"Question {number}?", f"Answer {number}.", "smiley" if number % 2 else None, needs, NOON)


async def test_the_latest_turns_come_oldest_first(records: Sessions) -> None:
    for number in range(5):
        await Conversations(app_on(records)).add(THREAD, turn(number))
    assert await Conversations(app_on(records)).turns(THREAD, 3) == [turn(2), turn(3), turn(4)]
    assert len(await Conversations(app_on(records)).turns(THREAD, 99)) == 5


async def test_old_turns_go_in_this_place_alone(records: Sessions) -> None:
    others = [Place(1, 101), Place(2, 100)]
    for place in others:
        await Conversations(app_on(records)).add(place, turn(0))
    for number in range(1, KEPT + 11):
        await Conversations(app_on(records)).add(THREAD, turn(number))
    kept = await Conversations(app_on(records)).turns(THREAD, 99)
    assert kept == [turn(number) for number in range(11, KEPT + 11)]
    assert [await Conversations(app_on(records)).turns(place, 99) for place in others] == [[turn(0)], [turn(0)]]
