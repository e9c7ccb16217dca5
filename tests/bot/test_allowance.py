"""How much may be asked: never more than so many questions in any ten minutes, and so many tokens a day."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.sessions import Sessions
from bot.limits import WATCHED, WINDOW, Allowance, AskedTooMuch
from bot.people import NO_CLUB, Member
from bot.settings import Settings
from tests.fakes.app import NO_DATABASE, NOON, app_on
from tests.fakes.counting import Counted
from tests.fakes.processes import Clock

LIZ, ALEC, PIP = Member(1, 20), Member(1, 21), Member(2, 20)


def allowance(clock: Clock, database: Sessions = NO_DATABASE, **rates: int) -> Allowance:
    return Allowance(app_on(database, now=clock, settings=Settings.model_validate(rates)))


def takes(allowed: Allowance, member: Member) -> bool:
    try:
        allowed.take(member)
    except AskedTooMuch:
        return False
    return True


def test_who_has_asked_enough_waits_until_the_first_of_it_is_ten_minutes_old() -> None:
    clock = Clock(NOON)
    allowed = allowance(clock, member_questions=2, club_questions=9)
    allowed.take(LIZ)
    clock.time += dt.timedelta(seconds=60)
    allowed.take(LIZ)
    with pytest.raises(AskedTooMuch, match=r"You asked a lot in a short time\. You can ask again <t:") as stopped:
        allowed.take(LIZ)
    assert stopped.value.again == NOON + WINDOW
    clock.time = stopped.value.again
    allowed.take(LIZ)
    assert not takes(allowed, LIZ)


def test_a_question_that_was_refused_is_not_counted() -> None:
    clock = Clock(NOON)
    allowed = allowance(clock, member_questions=1, club_questions=9)
    allowed.take(LIZ)
    for _ in range(5):
        clock.time += dt.timedelta(seconds=60)
        assert not takes(allowed, LIZ)
    clock.time = NOON + WINDOW
    assert takes(allowed, LIZ)


@given(
    st.lists(st.tuples(st.sampled_from((LIZ, ALEC, PIP)), st.integers(0, 500)), max_size=60),
    st.integers(1, 5),
    st.integers(1, 7),
)
def test_never_more_than_the_limit_in_any_ten_minutes(
    asking: list[tuple[Member, int]], most: int, most_of_club: int
) -> None:
    clock = Clock(NOON)
    allowed = allowance(clock, member_questions=most, club_questions=most_of_club)
    answered: list[tuple[Member, dt.datetime]] = []
    for member, pause in asking:
        clock.time += dt.timedelta(seconds=pause)
        if takes(allowed, member):
            answered.append((member, clock.time))
    for _, begun in answered:
        within = [member for member, at in answered if begun <= at < begun + WINDOW]
        assert all(count <= most for count in Counter(within).values())
        assert all(count <= most_of_club for count in Counter(member.club for member in within).values())


@given(st.lists(st.integers(0, 700), max_size=40), st.integers(1, 5))
def test_nobody_waits_longer_than_they_are_told(pauses: list[int], most: int) -> None:
    clock = Clock(NOON)
    allowed = allowance(clock, member_questions=most, club_questions=99)
    for pause in pauses:
        clock.time += dt.timedelta(seconds=pause)
        try:
            allowed.take(LIZ)
        except AskedTooMuch as stopped:
            clock.time = stopped.again
            allowed.take(LIZ)


def test_whoever_asked_longest_ago_is_forgotten_first() -> None:
    allowed = allowance(Clock(NOON), member_questions=1, club_questions=WATCHED * 2)
    crowd = [Member(NO_CLUB, person) for person in range(1, WATCHED + 2)]
    for member in crowd:
        allowed.take(member)
    assert not takes(allowed, crowd[-1])
    assert takes(allowed, crowd[0])


async def test_tokens_of_a_club_are_counted_until_the_day_is_over_everywhere_alike(records: Sessions) -> None:
    clock = Clock(NOON.replace(hour=23, minute=30))
    allowed = allowance(clock, records, club_tokens=100)
    await allowed.spend(Member(1, 20), 99)
    assert await allowed.has_tokens(Member(1, 20))
    await allowed.spend(Member(1, 20), 1)
    assert not await allowed.has_tokens(Member(1, 20))
    assert await allowed.has_tokens(Member(2, 20))
    assert allowed.tomorrow == dt.datetime(2025, 3, 2, tzinfo=dt.UTC)
    clock.time = clock.time.astimezone(dt.timezone(dt.timedelta(hours=2)))  # the second of March there
    assert not await allowed.has_tokens(Member(1, 20))
    assert allowed.tomorrow == dt.datetime(2025, 3, 2, tzinfo=dt.UTC)
    clock.time = allowed.tomorrow
    assert await allowed.has_tokens(Member(1, 20))


async def test_outside_of_a_club_everybody_has_their_own_tokens(records: Sessions) -> None:
    allowed = allowance(Clock(NOON), records, club_tokens=100)
    await allowed.spend(Member(NO_CLUB, 20), 100)
    assert not await allowed.has_tokens(Member(NO_CLUB, 20))
    assert await allowed.has_tokens(Member(NO_CLUB, 21))


def test_a_meter_is_told_whose_limit_was_reached_and_not_who_it_was() -> None:
    meter = Counted()
    allowed = Allowance(
        app_on(NO_DATABASE, now=Clock(NOON), settings=Settings(member_questions=1, club_questions=2), meter=meter)
    )
    assert [takes(allowed, member) for member in (LIZ, LIZ, ALEC, Member(1, 22))] == [True, False, True, False]
    assert meter.told == [("refused", "member"), ("refused", "club")]


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_a_day() -> None:
    clock = Clock(NOON)
    allowed = allowance(clock, member_questions=2)
    assert [takes(allowed, LIZ) for _ in range(3)] == [True, True, False]
    clock.time -= dt.timedelta(seconds=86_400)
    assert [takes(allowed, LIZ) for _ in range(3)] == [True, True, False]
