from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

from sqlalchemy import select

from bot.db.base import Sessions
from bot.db.jobs import JobRow
from bot.features.my_data.store import StoredPersonalData
from bot.features.votes.counting import Ballot, run_off
from bot.features.votes.store import Candidate, Draft, Kind, Nomination, State, StoredVotes, Vote
from bot.people import Member, Place
from tests.fakes.records import opened_records

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
JIM, LIZ = Member(1, 10), Member(1, 11)
EMMA, KIM = Candidate("emma", "Emma"), Candidate("kim", "Kim", "kim")
DRAFT = Draft(Place(1, 100, adults=True), Kind.RANKED, (EMMA, KIM), NOON + HOUR, hidden=True)


async def begun(records: Sessions, name: str = "first", draft: Draft = DRAFT) -> Vote:
    vote = await StoredVotes(records).begin(draft, name, "seed", NOON, NOON + HOUR)
    assert vote is not None
    return vote


async def opened(records: Sessions) -> Vote:
    vote = await begun(records)
    await StoredVotes(records).opened(vote, 900)
    found = await StoredVotes(records).vote(vote.id)
    assert found is not None
    return found


def first(*keys: str) -> Ballot:
    return keys


# Nominations


async def test_a_member_nominates_a_book_once_and_takes_it_back(records: Sessions) -> None:
    assert await StoredVotes(records).nominate(Nomination(JIM, EMMA, NOON))
    assert not await StoredVotes(records).nominate(Nomination(JIM, EMMA, NOON + HOUR))
    assert await StoredVotes(records).nominate(Nomination(LIZ, EMMA, NOON + HOUR))
    assert await StoredVotes(records).nominations(1) == [
        Nomination(JIM, EMMA, NOON),
        Nomination(LIZ, EMMA, NOON + HOUR),
    ]
    assert await StoredVotes(records).withdraw(1, "emma", 10) == 1
    assert await StoredVotes(records).withdraw(1, "emma", 10) == 0
    assert await StoredVotes(records).withdraw(2, "emma") == 0
    assert await StoredVotes(records).withdraw(1, "emma") == 1


# Beginning


async def test_a_vote_is_kept_as_it_was_begun(records: Sessions) -> None:
    vote = await begun(records)
    assert vote == Vote(vote.id, DRAFT, "seed", NOON, State.OPENING)
    assert await StoredVotes(records).vote(vote.id) == vote
    assert await StoredVotes(records).latest(1) == vote
    assert await StoredVotes(records).latest(2) is None
    assert await StoredVotes(records).vote(99) is None


async def test_one_of_many_that_begin_at_once_is_begun(records: Sessions) -> None:
    votes = await asyncio.gather(
        *(StoredVotes(records).begin(DRAFT, f"{n}", "seed", NOON, NOON + HOUR) for n in range(5))
    )
    assert sum(vote is not None for vote in votes) == 1


# Ballots


async def test_a_ballot_is_kept_changed_and_taken_back(records: Sessions) -> None:
    vote = await opened(records)
    assert await StoredVotes(records).ballot(vote.id, JIM) == ()
    await StoredVotes(records).change_ballot(vote.id, JIM, lambda _: first("emma"), NOON)
    assert await StoredVotes(records).change_ballot(vote.id, JIM, lambda old: (*old, "kim"), NOON) == ("emma", "kim")
    assert await StoredVotes(records).ballots(vote.id) == [("emma", "kim")]
    assert await StoredVotes(records).change_ballot(vote.id, JIM, lambda _: (), NOON) == ()
    assert await StoredVotes(records).ballots(vote.id) == []


async def test_changes_of_one_ballot_at_once_lose_nothing(records: Sessions) -> None:
    vote = await opened(records)
    await asyncio.gather(
        *(StoredVotes(records).change_ballot(vote.id, JIM, lambda old, n=n: (*old, str(n)), NOON) for n in range(5))  # type: ignore[misc]
    )
    assert sorted(await StoredVotes(records).ballot(vote.id, JIM)) == list("01234")


async def test_no_ballot_is_taken_after_the_close_or_from_another_club(records: Sessions) -> None:
    vote = await opened(records)
    assert await StoredVotes(records).change_ballot(vote.id, JIM, lambda _: first("emma"), NOON + HOUR) is None
    assert await StoredVotes(records).change_ballot(vote.id, Member(2, 10), lambda _: first("emma"), NOON) is None
    await StoredVotes(records).close(vote.id)
    assert await StoredVotes(records).change_ballot(vote.id, JIM, lambda _: first("emma"), NOON) is None
    assert await StoredVotes(records).ballots(vote.id) == []


# Closing


async def test_a_vote_is_first_to_be_opened_and_then_to_be_closed_at_its_time(records: Sessions) -> None:
    vote = await begun(records)
    assert await due(records, NOON + HOUR) == [("open", NOON + HOUR)]
    await StoredVotes(records).opened(vote, 900)
    await StoredVotes(records).opened(vote, 999)
    assert await due(records, NOON + HOUR) == [("close", DRAFT.closes)]
    found = await StoredVotes(records).vote(vote.id)
    assert found is not None
    assert (found.state, found.message) == (State.OPEN, 900)
    closed = await StoredVotes(records).close(vote.id)
    assert closed is not None
    assert closed.state is State.CLOSING


async def due(records: Sessions, at: dt.datetime) -> list[tuple[str, dt.datetime | None]]:
    """Return the steps that are to be done for votes by a moment."""
    query = select(JobRow.step, JobRow.due).where(JobRow.feature == "vote", JobRow.due <= at)
    async with StoredVotes(records)._sessions.reading() as session:
        return [(step, moment) for step, moment in await session.execute(query)]


async def test_the_first_outcome_stays_and_is_there_after_a_restart(records: Sessions, database: str | Path) -> None:
    vote = await opened(records)
    one = run_off([("emma",), ("kim", "emma")], ("emma", "kim"), "seed")
    other = run_off([("kim",)], ("emma", "kim"), "seed")
    kept = await StoredVotes(records).counted(vote.id, one, NOON)
    again = await StoredVotes(records).counted(vote.id, other, NOON + HOUR)
    assert kept == again
    assert again is not None
    assert (again.count, again.counted) == (one, NOON)
    async with opened_records(database) as reopened:
        found = await StoredVotes(reopened).vote(vote.id)
        assert found == again


async def test_a_closed_vote_keeps_no_ballots_and_is_never_due(records: Sessions) -> None:
    vote = await opened(records)
    await StoredVotes(records).change_ballot(vote.id, JIM, lambda _: first("emma"), NOON)
    await StoredVotes(records).closed(vote, 901)
    found = await StoredVotes(records).vote(vote.id)
    assert found is not None
    assert (found.state, found.result) == (State.CLOSED, 901)
    assert await StoredVotes(records).ballots(vote.id) == []
    assert (await StoredPersonalData(records).export(10))["ballots"] == []
    assert await due(records, NOON + 9 * HOUR) == []


async def test_who_is_forgotten_takes_ballot_and_nominations_along(records: Sessions) -> None:
    vote = await opened(records)
    for member in (JIM, LIZ):
        await StoredVotes(records).nominate(Nomination(member, EMMA, NOON))
        await StoredVotes(records).change_ballot(vote.id, member, lambda _: first("emma"), NOON)
    held = await StoredPersonalData(records).export(10)
    assert [row["choices"] for row in held["ballots"]] == [["emma"]]
    assert [row["title"] for row in held["nominations"]] == ["Emma"]
    await StoredPersonalData(records).forget(10, 1)
    assert len(await StoredVotes(records).ballots(vote.id)) == 1
    assert [each.member for each in await StoredVotes(records).nominations(1)] == [LIZ]
