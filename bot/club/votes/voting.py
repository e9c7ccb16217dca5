"""Votes: opening one, taking ballots, and closing it so that its outcome is found once and told once.

Whoever opens or closes a vote claims it first. A process that dies leaves its claim behind, and after `PATIENCE`
another takes the work up where it was left: the outcome that was counted stays, and a post that was made is found.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.club.people import Member
from bot.club.shards import Shards
from bot.club.votes.counting import Ballot, Count, most_votes, run_off
from bot.club.votes.problems import VoteProblem
from bot.club.votes.records import Draft, Kind, State, Vote, VoteRecords

FEWEST_BOOKS, MOST_BOOKS = 2, 10
"""Books of a vote. Discord: 10 answers to a poll; more would make ballots that nobody fills in."""

CHOICES = 5
"""Choices on a ballot."""

PATIENCE = dt.timedelta(minutes=3)
"""How long a claim holds: longer than any post takes, and short enough to wait for."""


class Votes:
    """Holds votes. Who may start and close one is for the door to check: Discord knows who organises a club."""

    def __init__(
        self, records: VoteRecords, now: Callable[[], dt.datetime],
        draw: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> None:  # fmt: skip
        self._records, self._now, self._draw = records, now, draw

    # Opening

    async def check(self, draft: Draft) -> None:
        """See whether a vote could be held. Raises VoteProblem."""
        if not FEWEST_BOOKS <= len(draft.candidates) <= MOST_BOOKS:
            raise VoteProblem(
                f"A vote has {FEWEST_BOOKS} to {MOST_BOOKS} books. "
                "Name them in the books field, with semicolons between them, or nominate them with /nominate add."
            )
        if draft.kind is Kind.POLL and draft.hidden:
            raise VoteProblem(
                "Discord’s polls always show their count. Choose kind: ranked to keep it hidden until the close."
            )
        if draft.closes <= self._now():
            raise VoteProblem("That closing time has passed. Start the vote anew with /vote start.")
        running = await self._records.latest(draft.place.club)
        if running is not None and running.state is not State.CLOSED:
            raise VoteProblem("A vote is running already. Close it with /vote close, or wait for its end.")

    async def begin(self, draft: Draft, name: str) -> Vote:
        """Keep a vote that is about to be posted, claimed by the caller; `name` makes a second press harmless.

        Raises VoteProblem.
        """
        await self.check(draft)
        vote = await self._records.begin(draft, name, self._draw(), self._now())
        if vote is None:
            raise VoteProblem("That vote has been started already.")
        return vote

    async def opened(self, vote: Vote, message: int) -> Vote:
        """Note where a vote was posted: it takes ballots from now on."""
        await self._records.opened(vote.id, message)
        return replace(vote, message=message, state=State.OPEN)

    async def give_up(self, vote: Vote) -> None:
        """Forget a vote that cannot be posted."""
        await self._records.give_up(vote.id)

    # Voting

    async def choose(self, vote_id: int, member: Member, number: int, key: str | None) -> tuple[Vote, Ballot]:
        """Make a book somebody's choice of a number, from 1, or leave it out; return the vote and their ballot.

        Raises VoteProblem.
        """
        vote = await self.open_vote(vote_id, member)
        known = {candidate.key for candidate in vote.candidates}
        chosen = key if key in known else None
        ballot = await self._records.change_ballot(
            vote.id, member, lambda before: with_choice(before, number, chosen), self._now()
        )
        if ballot is None:
            raise VoteProblem(CLOSED)
        return vote, ballot

    async def ballot(self, vote_id: int, member: Member) -> tuple[Vote, Ballot]:
        """Return a vote that takes ballots, and somebody's ballot in it. Raises VoteProblem."""
        vote = await self.open_vote(vote_id, member)
        return vote, await self._records.ballot(vote.id, member)

    async def take_back(self, vote_id: int, member: Member) -> Vote:
        """Take somebody's ballot back. Raises VoteProblem."""
        vote = await self.open_vote(vote_id, member)
        if await self._records.change_ballot(vote.id, member, lambda _: (), self._now()) is None:
            raise VoteProblem(CLOSED)
        return vote

    async def so_far(self, vote_id: int, member: Member) -> tuple[Vote, Count]:
        """Return the count of a ranked vote as it stands, or its outcome. Raises VoteProblem where it is hidden."""
        vote = await self.vote(vote_id, member)
        if vote.count is not None:
            return vote, vote.count
        if vote.draft.hidden:
            raise VoteProblem(f"The count of this vote is hidden until the close, {_moment(vote.draft.closes)}.")
        return vote, await self._run_off(vote)

    async def vote(self, vote_id: int, member: Member) -> Vote:
        """Return a vote of a member's club. Raises VoteProblem."""
        vote = await self._records.vote(vote_id)
        if vote is None or vote.place.club != member.club:
            raise VoteProblem("That vote is not known here any more.")
        return vote

    async def open_vote(self, vote_id: int, member: Member) -> Vote:
        """Return a vote that takes ballots now. Raises VoteProblem."""
        vote = await self.vote(vote_id, member)
        if vote.state in (State.CLOSING, State.CLOSED) or vote.draft.closes <= self._now():
            raise VoteProblem(CLOSED)
        return vote

    async def latest(self, club: int) -> Vote:
        """Return a club's latest vote, running or not. Raises VoteProblem where there was none."""
        vote = await self._records.latest(club)
        if vote is None:
            raise VoteProblem("There has been no vote yet. /vote start begins one.")
        return vote

    # Closing

    async def due(self, shards: Shards) -> list[Vote]:
        """Return the votes of these shards that wait to be opened or closed by whoever claims them."""
        return await self._records.due(shards, self._now(), self._now() - PATIENCE)

    async def next_due(self, shards: Shards) -> dt.datetime | None:
        """Return when there is something to open or to close, which may be past; None where there is nothing."""
        return await self._records.next_due(shards, PATIENCE)

    async def claim(self, vote: Vote, *, early: bool = False) -> Vote | None:
        """Claim a vote that is due, or with `early` an open one; None where somebody else has it."""
        return await self._records.claim(vote.id, self._now(), self._now() - PATIENCE, early=early)

    async def count_ballots(self, vote: Vote) -> Vote:
        """Count a ranked vote that takes no more ballots, and keep the outcome."""
        return await self._keep(vote, await self._run_off(vote))

    async def count_poll(self, vote: Vote, votes: Mapping[str, int] | None) -> Vote:
        """Count a poll by the votes that Discord tells, None where it knows none any more, and keep the outcome."""
        count = (
            Count((), 0, None, lost=True)
            if votes is None
            else most_votes(votes, [candidate.key for candidate in vote.candidates], vote.seed)
        )
        return await self._keep(vote, count)

    async def closed(self, vote: Vote, result: int) -> None:
        """Note that the outcome was posted, or with 0 that it cannot be; the winner leaves the list of nominations."""
        if vote.count is not None and vote.count.winner is not None:
            await self._records.withdraw(vote.place.club, vote.count.winner)
        await self._records.closed(vote.id, result)

    async def _keep(self, vote: Vote, count: Count) -> Vote:
        return await self._records.counted(vote.id, count, self._now()) or vote

    async def _run_off(self, vote: Vote) -> Count:
        books = [candidate.key for candidate in vote.candidates]
        return run_off(await self._records.ballots(vote.id), books, vote.seed)


CLOSED = "This vote is closed and takes no more ballots."


def with_choice(ballot: Ballot, number: int, key: str | None) -> Ballot:
    """Return a ballot with a book as the choice of a number, from 1.

    A book that was another choice changes places with the one that stood there; gaps close up.
    """
    places: list[str | None] = [*ballot, *[None] * (number - len(ballot))]
    if key in ballot:
        places[ballot.index(str(key))] = places[number - 1]
    places[number - 1] = key
    return tuple(place for place in places if place is not None)[:CHOICES]


def _moment(moment: dt.datetime) -> str:
    return f"<t:{int(moment.timestamp())}:R>"
