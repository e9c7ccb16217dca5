from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

from sqlalchemy import select

from bot.db.database import StoredRecords
from bot.db.jobs import JobRow
from bot.features.votes.counting import Ballot, run_off
from bot.features.votes.store import Candidate, Draft, Kind, Nomination, State, Vote
from bot.people import Member, Place
from tests.fakes.records import opened_records

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
JIM, LIZ = Member(1, 10), Member(1, 11)
EMMA, KIM = Candidate("emma", "Emma"), Candidate("kim", "Kim", "kim")
DRAFT = Draft(Place(1, 100, adults=True), Kind.RANKED, (EMMA, KIM), NOON + HOUR, hidden=True)


async def begun(records: StoredRecords, name: str = "first", draft: Draft = DRAFT) -> Vote:
    vote = await records.votes.begin(draft, name, "seed", NOON, NOON + HOUR)
    assert vote is not None
    return vote


async def opened(records: StoredRecords) -> Vote:
    vote = await begun(records)
    await records.votes.opened(vote, 900)
    found = await records.votes.vote(vote.id)
    assert found is not None
    return found


def first(*keys: str) -> Ballot:
    return keys


# Nominations


async def test_a_member_nominates_a_book_once_and_takes_it_back(records: StoredRecords) -> None:
    assert await records.votes.nominate(Nomination(JIM, EMMA, NOON))
    assert not await records.votes.nominate(Nomination(JIM, EMMA, NOON + HOUR))
    assert await records.votes.nominate(Nomination(LIZ, EMMA, NOON + HOUR))
    assert await records.votes.nominations(1) == [
        Nomination(JIM, EMMA, NOON),
        Nomination(LIZ, EMMA, NOON + HOUR),
    ]
    assert await records.votes.withdraw(1, "emma", 10) == 1
    assert await records.votes.withdraw(1, "emma", 10) == 0
    assert await records.votes.withdraw(2, "emma") == 0
    assert await records.votes.withdraw(1, "emma") == 1


# Beginning


async def test_a_vote_is_kept_as_it_was_begun(records: StoredRecords) -> None:
    vote = await begun(records)
    assert vote == Vote(vote.id, DRAFT, "seed", NOON, State.OPENING)
    assert await records.votes.vote(vote.id) == vote
    assert await records.votes.latest(1) == vote
    assert await records.votes.latest(2) is None
    assert await records.votes.vote(99) is None


async def test_one_of_many_that_begin_at_once_is_begun(records: StoredRecords) -> None:
    votes = await asyncio.gather(*(records.votes.begin(DRAFT, f"{n}", "seed", NOON, NOON + HOUR) for n in range(5)))
    assert sum(vote is not None for vote in votes) == 1


async def test_a_name_is_used_once_also_after_its_vote_was_closed(records: StoredRecords) -> None:
    vote = await begun(records)
    await records.votes.closed(vote, 901)
    assert await records.votes.begin(DRAFT, "first", "seed", NOON, NOON + HOUR) is None
    assert await records.votes.begin(DRAFT, "second", "seed", NOON, NOON + HOUR) is not None


async def test_another_club_has_votes_of_its_own_and_what_is_given_up_is_gone(records: StoredRecords) -> None:
    vote = await begun(records)
    elsewhere = Draft(Place(2, 100), Kind.POLL, (EMMA, KIM), NOON + HOUR, hidden=False)
    assert await records.votes.begin(elsewhere, "other", "seed", NOON, NOON + HOUR) is not None
    await records.votes.give_up(vote)
    assert await records.votes.latest(1) is None
    open_one = await begun(records, "again")
    await records.votes.opened(open_one, 900)
    await records.votes.give_up(open_one)
    assert await records.votes.latest(1) is not None


# Ballots


async def test_a_ballot_is_kept_changed_and_taken_back(records: StoredRecords) -> None:
    vote = await opened(records)
    assert await records.votes.ballot(vote.id, JIM) == ()
    await records.votes.change_ballot(vote.id, JIM, lambda _: first("emma"), NOON)
    assert await records.votes.change_ballot(vote.id, JIM, lambda old: (*old, "kim"), NOON) == ("emma", "kim")
    assert await records.votes.ballots(vote.id) == [("emma", "kim")]
    assert await records.votes.change_ballot(vote.id, JIM, lambda _: (), NOON) == ()
    assert await records.votes.ballots(vote.id) == []


async def test_changes_of_one_ballot_at_once_lose_nothing(records: StoredRecords) -> None:
    vote = await opened(records)
    await asyncio.gather(
        *(records.votes.change_ballot(vote.id, JIM, lambda old, n=n: (*old, str(n)), NOON) for n in range(5))  # type: ignore[misc]
    )
    assert sorted(await records.votes.ballot(vote.id, JIM)) == list("01234")


async def test_no_ballot_is_taken_after_the_close_or_from_another_club(records: StoredRecords) -> None:
    vote = await opened(records)
    assert await records.votes.change_ballot(vote.id, JIM, lambda _: first("emma"), NOON + HOUR) is None
    assert await records.votes.change_ballot(vote.id, Member(2, 10), lambda _: first("emma"), NOON) is None
    await records.votes.close(vote.id)
    assert await records.votes.change_ballot(vote.id, JIM, lambda _: first("emma"), NOON) is None
    assert await records.votes.ballots(vote.id) == []


# Closing


async def test_a_vote_is_first_to_be_opened_and_then_to_be_closed_at_its_time(records: StoredRecords) -> None:
    vote = await begun(records)
    assert await due(records, NOON + HOUR) == [("open", NOON + HOUR)]
    await records.votes.opened(vote, 900)
    await records.votes.opened(vote, 999)
    assert await due(records, NOON + HOUR) == [("close", DRAFT.closes)]
    found = await records.votes.vote(vote.id)
    assert found is not None
    assert (found.state, found.message) == (State.OPEN, 900)
    closed = await records.votes.close(vote.id)
    assert closed is not None
    assert closed.state is State.CLOSING


async def due(records: StoredRecords, at: dt.datetime) -> list[tuple[str, dt.datetime | None]]:
    """Return the steps that are to be done for votes by a moment."""
    query = select(JobRow.step, JobRow.due).where(JobRow.feature == "vote", JobRow.due <= at)
    async with records.votes._sessions.reading() as session:
        return [(step, moment) for step, moment in await session.execute(query)]


async def test_the_first_outcome_stays_and_is_there_after_a_restart(
    records: StoredRecords, database: str | Path
) -> None:
    vote = await opened(records)
    one = run_off([("emma",), ("kim", "emma")], ("emma", "kim"), "seed")
    other = run_off([("kim",)], ("emma", "kim"), "seed")
    kept = await records.votes.counted(vote.id, one, NOON)
    again = await records.votes.counted(vote.id, other, NOON + HOUR)
    assert kept == again
    assert again is not None
    assert (again.count, again.counted) == (one, NOON)
    async with opened_records(database) as reopened:
        found = await reopened.votes.vote(vote.id)
        assert found == again


async def test_a_closed_vote_keeps_no_ballots_and_is_never_due(records: StoredRecords) -> None:
    vote = await opened(records)
    await records.votes.change_ballot(vote.id, JIM, lambda _: first("emma"), NOON)
    await records.votes.closed(vote, 901)
    found = await records.votes.vote(vote.id)
    assert found is not None
    assert (found.state, found.result) == (State.CLOSED, 901)
    assert await records.votes.ballots(vote.id) == []
    assert (await records.personal.export(10))["ballots"] == []
    assert await due(records, NOON + 9 * HOUR) == []


async def test_who_is_forgotten_takes_ballot_and_nominations_along(records: StoredRecords) -> None:
    vote = await opened(records)
    for member in (JIM, LIZ):
        await records.votes.nominate(Nomination(member, EMMA, NOON))
        await records.votes.change_ballot(vote.id, member, lambda _: first("emma"), NOON)
    held = await records.personal.export(10)
    assert [row["choices"] for row in held["ballots"]] == [["emma"]]
    assert [row["title"] for row in held["nominations"]] == ["Emma"]
    await records.personal.forget(10, 1)
    assert len(await records.votes.ballots(vote.id)) == 1
    assert [each.member for each in await records.votes.nominations(1)] == [LIZ]
