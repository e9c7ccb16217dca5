"""Votes: opening one, taking ballots, and closing it so that its outcome is found once and told once.

Opening and closing are jobs (`bot/jobs.py`): where a process dies, another goes on where it was left. The outcome that
was counted stays, and a post that was made is found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from pydantic import TypeAdapter

from bot.app import App
from bot.features.votes.counting import Ballot, Count, Round, Why, most_votes, run_off
from bot.features.votes.store import Candidate, Draft, Kind, Nomination, State, StoredNominations, StoredVotes, Vote
from bot.jobs import HELD
from bot.people import Member, Place
from bot.reading_order.text import listed
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book


class VoteProblem(DogearError):
    """A nomination, a vote or a ballot cannot be taken as it is; the message says what can be."""


MAX_TITLE = 100
"""Characters of a title that the library does not have."""

MAX_KEY = 60
"""Characters of a key: a button carries it, with room for its own name (Discord: 100)."""

DIGEST = 12
"""Letters at the end of a key that was cut, which tell two long titles apart."""

_ARTICLES = ("a", "an", "the")


def candidate(typed: str, books: Mapping[Slug, Book]) -> Candidate:
    """Return the book that is meant: one of the library, or any other by its title. Raises VoteProblem."""
    title = " ".join(typed.split())
    try:
        book = find_book(title, books)
    except UnknownBook:
        if not any(map(str.isalnum, title)):
            raise VoteProblem("Which book? Write its title.") from None
        if len(title) > MAX_TITLE:
            raise VoteProblem(f"A title has at most {MAX_TITLE} characters here. Please shorten it.") from None
        return Candidate(title_key(title), title)
    return Candidate(book.slug, book.title, book.slug)


def title_key(title: str) -> str:
    """Return what two ways of writing one title have in common: no case, accents, signs, or article at the start."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("&", " and ")).replace("’", "").replace("'", "")
    bare = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    words = bare.split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    key = "-".join(words)
    if len(key) <= MAX_KEY:
        return key
    return f"{key[: MAX_KEY - DIGEST - 1]}-{hashlib.sha256(key.encode()).hexdigest()[:DIGEST]}"


FEWEST_BOOKS, MOST_BOOKS = 2, 10
"""Books of a vote. Discord: 10 answers to a poll; more would make ballots that nobody fills in."""

CHOICES = 5
"""Choices on a ballot."""


class Votes:
    """Holds votes. Who may start and close one is for the door to check: Discord knows who organises a club."""

    def __init__(
        self, records: StoredVotes, now: Callable[[], dt.datetime],
        draw: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> None:  # fmt: skip
        self._records, self._now, self._draw = records, now, draw

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredVotes(app.database), app.now)

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
        now = self._now()
        vote = await self._records.begin(draft, name, self._draw(), now, now + HELD)
        if vote is None:
            raise VoteProblem("That vote has been started already.")
        return vote

    async def opened(self, vote: Vote, message: int) -> Vote:
        """Record where a vote was posted: it takes ballots from now on."""
        await self._records.opened(vote, message)
        return replace(vote, message=message, state=State.OPEN)

    async def give_up(self, vote: Vote) -> None:
        """Forget a vote that cannot be posted."""
        await self._records.give_up(vote)

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

    async def anywhere(self, vote_id: int) -> Vote | None:
        """Return a vote of any club, for what is due for it; None where it was given up."""
        return await self._records.vote(vote_id)

    async def close(self, vote: Vote) -> Vote:
        """Take no more ballots for a vote, and return it as it is."""
        return await self._records.close(vote.id) or vote

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
        """Record that the outcome was posted, or with 0 that it cannot be; the winner leaves the nominations."""
        if vote.count is not None and vote.count.winner is not None:
            await self._records.withdraw(vote.place.club, vote.count.winner)
        await self._records.closed(vote, result)

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


USUAL = "3 days"
"""How long a vote takes, where nobody says."""

SOONEST = dt.timedelta(minutes=5)
LATEST = dt.timedelta(days=32)
"""Discord: a poll lasts 32 days at most."""

OFFERED = 25
"""Books from which those of a vote are picked (Discord: options of a menu)."""


@dataclass(frozen=True, slots=True)
class _Kept:
    kind: Kind
    closes: dt.datetime
    hidden: bool
    offered: tuple[tuple[str, str, Slug | None], ...]
    picked: tuple[str, ...]


_KEPT = TypeAdapter(_Kept)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft, and the books from which it can be made up."""

    draft: Draft
    offered: tuple[Candidate, ...]

    @classmethod
    def of(
        cls, place: Place, kind: Kind, offered: Sequence[Candidate], closes: dt.datetime, *, hidden: bool
    ) -> Prepared:
        """Return a draft with the first of the books that are offered."""
        known = tuple(offered[:OFFERED])
        return cls(Draft(place, kind, known[:MOST_BOOKS], closes, hidden), known)

    def picking(self, keys: Sequence[str]) -> Prepared:
        """Return the draft with these of the books that are offered."""
        picked = tuple(each for each in self.offered if each.key in keys)
        return replace(self, draft=replace(self.draft, candidates=picked))

    def written(self) -> str:
        """Return it as text."""
        draft, offered = self.draft, tuple((each.key, each.title, each.book) for each in self.offered)
        picked = tuple(each.key for each in draft.candidates)
        return _KEPT.dump_json(_Kept(draft.kind, draft.closes, draft.hidden, offered, picked)).decode()

    @classmethod
    def read(cls, text: str, place: Place) -> Prepared:
        """Return what was written."""
        kept = _KEPT.validate_json(text)
        offered = tuple(Candidate(*each) for each in kept.offered)
        return cls(Draft(place, kept.kind, (), kept.closes, kept.hidden), offered).picking(kept.picked)


def typed_candidates(typed: str, books: Mapping[Slug, Book]) -> list[Candidate]:
    """Return the books that are named with semicolons between them, each once. Raises VoteProblem."""
    named = [candidate(title, books) for title in typed.replace("\n", ";").split(";") if title.strip()]
    known: dict[str, Candidate] = {}
    for each in named:
        known.setdefault(each.key, each)
    return list(known.values())


MAX_OWN = 5
"""Books that a member may have nominated at a time, so that one of them cannot fill the list."""


@dataclass(frozen=True, slots=True)
class Nominated:
    """A book of the list, and the members who would like to read it."""

    candidate: Candidate
    by: frozenset[int]


class Nominations:
    """Keeps a club's list. The same book is one book, however it was typed."""

    def __init__(self, records: StoredNominations, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]) -> None:
        self._records, self._books, self._now = records, books, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredVotes(app.database), app.books, app.now)

    async def add(self, member: Member, typed: str) -> Nominated:
        """Nominate a book, or support one that is on the list already. Raises VoteProblem."""
        meant = candidate(typed, self._books)
        there = {nominated.candidate.key: nominated for nominated in await self.listed(member.club)}
        known = there.get(meant.key, Nominated(meant, frozenset()))
        if member.id in known.by:
            raise VoteProblem(f"You have nominated “{known.candidate.title}” already. /nominate list shows all books.")
        if sum(member.id in nominated.by for nominated in there.values()) >= MAX_OWN:
            raise VoteProblem(f"You have nominated {MAX_OWN} books. Take one back with /nominate withdraw first.")
        await self._records.nominate(Nomination(member, known.candidate, self._now()))
        return Nominated(known.candidate, known.by | {member.id})

    async def listed(self, club: int) -> list[Nominated]:
        """Return a club's list: what most would like to read first, of equals what was nominated first.

        A title that the library has come to know since is that book.
        """
        found: dict[str, Nominated] = {}
        for nomination in await self._records.nominations(club):
            meant = self._now_meant(nomination.candidate)
            known = found.get(meant.key, Nominated(meant, frozenset()))
            found[meant.key] = Nominated(known.candidate, known.by | {nomination.member.id})
        return sorted(found.values(), key=lambda nominated: -len(nominated.by))

    async def withdraw(self, member: Member, typed: str, *, organiser: bool = False) -> tuple[Candidate, int]:
        """Take one's own nomination back, or as an organiser the whole book off the list; return how many went.

        Raises VoteProblem.
        """
        meant = candidate(typed, self._books)
        keys = {
            nomination.candidate.key
            for nomination in await self._records.nominations(member.club)
            if self._now_meant(nomination.candidate).key == meant.key
        }
        gone = [await self._records.withdraw(member.club, key, None if organiser else member.id) for key in keys]
        if sum(gone):
            return meant, sum(gone)
        if keys:
            raise VoteProblem(f"Others have nominated “{meant.title}”, not you. Only an organiser can take it off.")
        raise VoteProblem(f"“{meant.title}” is not on the list. /nominate list shows what is.")

    def _now_meant(self, kept: Candidate) -> Candidate:
        return kept if kept.book in self._books else candidate(kept.title, self._books)


TIES = (
    "Ties: fewest first choices goes out; else fewest in the latest earlier round that differs; "
    "else the lot, drawn from the seed {seed}."
)
POLL_TIES = "Ties: the lot decides, drawn from the seed {seed}."


def rule_of_ties(vote: Vote) -> str:
    """Return how ties of a vote are decided, with its seed."""
    return (POLL_TIES if vote.draft.kind is Kind.POLL else TIES).format(seed=vote.seed)


def outcome(vote: Vote, count: Count) -> str:
    """Return who has won, and by what, in a sentence or two."""
    if count.lost:
        return "The message with the poll is gone, and its votes with it, so there is nothing to count."
    if count.winner is None:
        return "Nobody has voted, so there is no winner."
    titles, winner, last = titles_of(vote), titles_of(vote)[count.winner], count.rounds[-1]
    if level := count.final_tie:
        decided = next(each for each in count.rounds[::-1] if each.tied)
        how = _by_rule(decided, titles, vote.seed, stays=count.winner)
        each_has = _votes(decided.votes[level[0]])
        both = listed([titles[book] for book in level])
        return f"{winner} wins. {both} are level at the end, with {each_has} each. {how}"
    where = f" in round {len(count.rounds)}" if len(count.rounds) > 1 else ""
    return f"{winner} wins with {last.votes[count.winner]} of {_votes(last.counting)}{where}."


def rounds(vote: Vote, count: Count) -> list[str]:
    """Return each round in words: the votes, and what follows from them by which rule."""
    titles = titles_of(vote)
    told = []
    for number, each in enumerate(count.rounds, 1):
        votes = ", ".join(f"{titles[book]} {n}" for book, n in sorted(each.counted, key=lambda pair: -pair[1]))
        gone = f", exhausted {each.exhausted}" if each.exhausted else ""
        head = f"Round {number}: " if len(count.rounds) > 1 else ""
        told.append(f"{head}{votes}{gone}. {_what_follows(each, titles, vote.seed, count.winner or '')}")
    return told


def titles_of(vote: Vote) -> dict[str, str]:
    """Return the titles of a vote's books by their keys."""
    return {candidate.key: candidate.title for candidate in vote.candidates}


def _what_follows(each: Round, titles: Mapping[str, str], seed: str, winner: str) -> str:
    out = [titles[book] for book in each.out]
    no_majority = f"No book has more than half of {each.counting}."
    match each.why:
        case Why.MAJORITY:
            return f"{titles[winner]} has more than half of {each.counting} and wins."
        case Why.MOST:
            return f"{titles[winner]} has the most and wins."
        case Why.LAST:
            return f"{titles[winner]} is the last one in and wins."
        case Why.NONE:
            them = ("goes", "it") if len(out) == 1 else ("go", "them")
            return f"{no_majority} {listed(out)} {them[0]} out: no ballot counts for {them[1]}."
        case Why.FEWEST:
            return f"{no_majority} {out[0]} has the fewest and goes out."
        case _:
            level = listed([titles[book] for book in each.tied])
            most = "the most" if not each.out else "the fewest"
            return f"{level} tie for {most}. {_by_rule(each, titles, seed, stays=winner)}"


def _by_rule(each: Round, titles: Mapping[str, str], seed: str, *, stays: str) -> str:
    """Return by which rule a tie was decided."""
    what = f"{titles[each.out[0]]} goes out" if each.out else f"{titles[stays]} wins"
    match each.why:
        case Why.FIRST_CHOICES:
            return f"{what}: it has fewer first choices."
        case Why.EARLIER_ROUND:
            return f"{what}: it had fewer in round {each.earlier}."
        case _:
            return f"{what}: no earlier round tells them apart, so the lot from the seed {seed} decides."


def _votes(number: int) -> str:
    return f"{number} vote" if number == 1 else f"{number} votes"


def explanation(vote: Vote) -> str:
    """Return how a vote is counted, for whoever wants to know, with what it takes to draw its lot again."""
    if vote.draft.kind is Kind.POLL:
        way = "Everybody has one vote, and the book with the most wins."
    else:
        way = (
            "Your ballot counts for the book that you rank highest among those still in. A book with more than half "
            "of the ballots that count wins. Otherwise the book with the fewest goes out, and its ballots go to their "
            "next choice; a ballot that names no book still in is exhausted and counts no further."
        )
    lot = (
        "The lot of a book is SHA-256 of the seed, a colon and the book’s key, in hexadecimal; "
        "of books that tie to the end, the one whose lot is highest stays. The keys: "
    )
    return f"{way}\n{rule_of_ties(vote)}\n{lot}{', '.join(candidate.key for candidate in vote.candidates)}."
