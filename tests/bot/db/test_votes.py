"""Votes as they are kept: one at a time, secret ballots, and an outcome that stays."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.db.jobs import JobRow
from bot.db.sessions import Sessions
from bot.features.my_data.store import held_about
from bot.features.votes.rules import Candidate, VoteDraft, VoteKind, VoteProblem, VoteState
from bot.features.votes.store import Nominations, Vote, Votes
from bot.jobs import HELD
from bot.people import Member, Place
from corpus.books import Book, Unit
from tests.fakes.app import app_on
from tests.fakes.records import opened_records

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
JIM, LIZ = Member(1, 10), Member(1, 11)
BOOKS = tuple(Candidate(title.lower(), title) for title in ("Emma", "Kim", "Dracula", "Ulysses", "Persuasion"))
PLACE = Place(1, 100, adults=True)
DRAFT = VoteDraft(VoteKind.RANKED, NOON + HOUR, False, BOOKS)


def votes_at(records: Sessions, now: dt.datetime = NOON) -> Votes:
    return Votes(app_on(records, now=lambda: now))


@pytest.fixture
def votes(records: Sessions) -> Votes:
    return votes_at(records)


@pytest.fixture
async def vote(votes: Votes) -> Vote:
    """A vote that takes ballots."""
    begun = await votes.begin(DRAFT, PLACE, "first")
    await votes.opened(begun, 900)
    return await votes.latest(1)


async def due(records: Sessions, at: dt.datetime) -> list[tuple[str, dt.datetime | None]]:
    """Return the steps that are to be done for votes by a moment."""
    query = select(JobRow.step, JobRow.due).where(JobRow.feature == "vote", JobRow.due <= at)
    async with records.reading() as session:
        return [(step, moment) for step, moment in await session.execute(query)]


async def test_a_vote_is_kept_as_it_was_begun(votes: Votes) -> None:
    vote = await votes.begin(DRAFT, PLACE, "first")
    kept = await votes.latest(1)
    assert (kept.id, kept.where, kept.candidates, kept.kind) == (vote.id, PLACE, BOOKS, VoteKind.RANKED)
    assert (kept.seed, kept.opened, kept.closes) == (vote.seed, NOON, DRAFT.closes)
    assert await votes.anywhere(99) is None
    for looked_for in (votes.latest(2), votes.vote(vote.id, Member(2, 10)), votes.vote(99, JIM)):
        with pytest.raises(VoteProblem):
            await looked_for


async def test_one_of_many_that_begin_at_once_is_begun(votes: Votes) -> None:
    begun = await asyncio.gather(*(votes.begin(DRAFT, PLACE, f"{n}") for n in range(5)), return_exceptions=True)
    assert [type(each) for each in begun if not isinstance(each, Vote)] == [VoteProblem] * 4


async def test_a_ballot_is_kept_changed_and_taken_back(votes: Votes, vote: Vote) -> None:
    assert (await votes.ballot(vote.id, JIM))[1] == ()
    await votes.choose(vote.id, JIM, 1, "emma")
    await votes.choose(vote.id, JIM, 2, "unknown")
    assert (await votes.choose(vote.id, JIM, 2, "kim"))[1] == ("emma", "kim")
    assert (await votes.so_far(vote.id, LIZ))[1].winner == "emma"
    await votes.choose(vote.id, JIM, 1, None)
    assert (await votes.ballot(vote.id, JIM))[1] == ("kim",)
    await votes.choose(vote.id, JIM, 0, None)
    assert (await votes.so_far(vote.id, LIZ))[1].ballots == 0


async def test_changes_of_one_ballot_at_once_lose_nothing(votes: Votes, vote: Vote) -> None:
    await asyncio.gather(*(votes.choose(vote.id, JIM, 5, book.key) for book in BOOKS))
    assert sorted((await votes.ballot(vote.id, JIM))[1]) == sorted(book.key for book in BOOKS)


async def test_no_ballot_is_taken_after_the_close_or_from_another_club(
    records: Sessions, votes: Votes, vote: Vote
) -> None:
    late = votes_at(records, NOON + HOUR)
    for refused in (late.choose(vote.id, JIM, 1, "emma"), votes.choose(vote.id, Member(2, 10), 1, "emma")):
        with pytest.raises(VoteProblem):
            await refused
    await votes.close(vote)
    for refused in (votes.choose(vote.id, JIM, 1, "emma"), votes.choose(vote.id, JIM, 0, None)):
        with pytest.raises(VoteProblem, match="This vote is closed"):
            await refused
    assert (await votes.so_far(vote.id, JIM))[1].ballots == 0


async def test_a_vote_is_first_to_be_opened_and_then_to_be_closed_at_its_time(records: Sessions, votes: Votes) -> None:
    vote = await votes.begin(DRAFT, PLACE, "first")
    assert await due(records, NOON + HOUR) == [("open", NOON + HELD)]
    for message in (900, 999):
        await votes.opened(vote, message)
    assert await due(records, NOON + HOUR) == [("close", DRAFT.closes)]
    found = await votes.latest(1)
    assert (found.state, found.message) == (VoteState.OPEN, 900)
    assert (await votes.close(vote)).state == VoteState.CLOSING


async def test_the_first_outcome_stays_and_is_there_after_a_restart(
    records: Sessions, database: str | Path, votes: Votes, vote: Vote
) -> None:
    await votes.choose(vote.id, JIM, 1, "emma")
    await votes.counted(vote)
    await votes.choose(vote.id, LIZ, 1, "kim")
    await votes_at(records, NOON + HOUR).counted(vote)
    async with opened_records(database) as reopened:
        kept = await votes_at(reopened).latest(1)
    assert kept.outcome is not None
    assert (kept.outcome.winner, kept.outcome.ballots, kept.counted) == ("emma", 1, NOON)


async def test_a_closed_vote_keeps_no_ballots_and_is_never_due_and_its_winner_is_not_nominated(
    records: Sessions, votes: Votes, vote: Vote
) -> None:
    nominations = Nominations(app_on(records))
    for title in ("Emma", "Kim"):
        await nominations.add(JIM, title)
    await votes.choose(vote.id, JIM, 1, "emma")
    await votes.closed(await votes.counted(vote), 901)
    found = await votes.latest(1)
    assert (found.state, found.result) == (VoteState.CLOSED, 901)
    assert (await held_about(records, 10))["ballots"] == []
    assert await due(records, NOON + 9 * HOUR) == []
    assert [each.candidate.title for each in await nominations.listed(1)] == ["Kim"]


async def test_a_winner_that_the_club_added_after_it_was_nominated_leaves_the_list_too(records: Sessions) -> None:
    await Nominations(app_on(records)).add(JIM, "Emma")
    app = app_on(records, {"emma-1": Book("emma-1", "Emma", "Jane Austen", Unit.CHAPTER, 55)})
    votes, nominations = Votes(app), Nominations(app)
    assert [each.candidate.key for each in await nominations.listed(1)] == ["emma-1"]
    draft = VoteDraft(VoteKind.RANKED, NOON + HOUR, False, (Candidate("emma-1", "Emma", "emma-1"), BOOKS[1]))
    vote = await votes.begin(draft, PLACE, "second")
    await votes.choose(vote.id, JIM, 1, "emma-1")
    await votes.closed(await votes.counted(vote), 901)
    assert await nominations.listed(1) == []
