"""What a vote is, how its books are named, and how its count is told."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import TypeAdapter

from bot.features.votes.counting import Ballot, Count, Round, Why
from bot.people import Place
from bot.reading_order.advice import listed
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book
from corpus.text import plural


class VoteProblem(DogearError):
    """A nomination, a vote or a ballot cannot be taken as it is; the message says what can be."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A book that can be voted for: `book` is its slug, where the library has it; `key` tells books apart."""

    key: str
    title: str
    book: Slug | None = None


class VoteKind(StrEnum):
    """How a vote is held: by Discord's own poll, or by ballots that rank the books."""

    POLL = "poll"
    RANKED = "ranked"


class VoteState(StrEnum):
    """How far a vote is. While it is being opened or closed, the process that does so has claimed that job."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class VoteDraft:
    """A vote as it is about to be held."""

    place: Place
    kind: VoteKind
    candidates: tuple[Candidate, ...]
    closes: dt.datetime
    hidden: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote in a place.

    `seed` decides lots, and is fixed and shown from the start. `message` is the post with the poll or the *Vote*
    button, `result` the one that tells the outcome; 0 where there is none (yet). `count` is there once ballots were
    counted, at `counted`: from then on nothing about the outcome changes.
    """

    id: int
    draft: VoteDraft
    seed: str
    opened: dt.datetime
    state: VoteState
    message: int = 0
    result: int = 0
    count: Count | None = None
    counted: dt.datetime | None = None

    @property
    def place(self) -> Place:
        """Where it is held."""
        return self.draft.place

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The books."""
        return self.draft.candidates

    def candidate(self, key: str) -> Candidate:
        """Return a book of the vote."""
        return next(candidate for candidate in self.candidates if candidate.key == key)


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


def check_draft(draft: VoteDraft, now: dt.datetime) -> None:
    """See whether a vote could be held, where none is running. Raises VoteProblem."""
    if not FEWEST_BOOKS <= len(draft.candidates) <= MOST_BOOKS:
        raise VoteProblem(
            f"A vote has {FEWEST_BOOKS} to {MOST_BOOKS} books. "
            "Name them in the books field, with semicolons between them, or nominate them with /nominate add."
        )
    if draft.kind is VoteKind.POLL and draft.hidden:
        raise VoteProblem(
            "Discord polls always show their count. To hide it until the vote closes, choose kind: ranked."
        )
    if draft.closes <= now:
        raise VoteProblem("That closing time has passed. Start again with /vote start.")


def with_choice(ballot: Ballot, number: int, key: str | None) -> Ballot:
    """Return a ballot with a book as the choice of a number, from 1.

    A book that was another choice changes places with the one that stood there; gaps close up.
    """
    places: list[str | None] = [*ballot, *[None] * (number - len(ballot))]
    if key in ballot:
        places[ballot.index(str(key))] = places[number - 1]
    places[number - 1] = key
    return tuple(place for place in places if place is not None)[:CHOICES]


USUAL = "3 days"
"""How long a vote takes, where nobody says."""

SOONEST = dt.timedelta(minutes=5)
LATEST = dt.timedelta(days=32)
"""Discord: a poll lasts 32 days at most."""

OFFERED = 25
"""Books from which those of a vote are picked (Discord: options of a menu)."""


@dataclass(frozen=True, slots=True)
class _Kept:
    kind: VoteKind
    closes: dt.datetime
    hidden: bool
    offered: tuple[tuple[str, str, Slug | None], ...]
    picked: tuple[str, ...]


_KEPT = TypeAdapter(_Kept)


@dataclass(frozen=True, slots=True)
class PreparedVote:
    """A draft, and the books from which it can be made up."""

    draft: VoteDraft
    offered: tuple[Candidate, ...]

    @classmethod
    def of(
        cls, place: Place, kind: VoteKind, offered: Sequence[Candidate], closes: dt.datetime, *, hidden: bool
    ) -> "PreparedVote":
        """Return a draft with the first of the books that are offered."""
        known = tuple(offered[:OFFERED])
        return cls(VoteDraft(place, kind, known[:MOST_BOOKS], closes, hidden), known)

    def picking(self, keys: Sequence[str]) -> "PreparedVote":
        """Return the draft with these of the books that are offered."""
        picked = tuple(each for each in self.offered if each.key in keys)
        return replace(self, draft=replace(self.draft, candidates=picked))

    def written(self) -> str:
        """Return it as text."""
        draft, offered = self.draft, tuple((each.key, each.title, each.book) for each in self.offered)
        picked = tuple(each.key for each in draft.candidates)
        return _KEPT.dump_json(_Kept(draft.kind, draft.closes, draft.hidden, offered, picked)).decode()

    @classmethod
    def read(cls, text: str, place: Place) -> "PreparedVote":
        """Return what was written."""
        kept = _KEPT.validate_json(text)
        offered = tuple(Candidate(*each) for each in kept.offered)
        return cls(VoteDraft(place, kept.kind, (), kept.closes, kept.hidden), offered).picking(kept.picked)


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


def rule_of_ties(vote: Vote) -> str:
    """Return how ties of a vote are decided, with its seed."""
    if vote.draft.kind is VoteKind.POLL:
        return f"Ties are broken by lot (seed {vote.seed})."
    return (
        "Ties: the book with fewer first choices goes out, or else the one with fewer votes in the last round in which "
        f"they differed, or else the lot decides (seed {vote.seed})."
    )


def outcome(vote: Vote, count: Count) -> str:
    """Return who has won, and by what, in a sentence or two."""
    if count.lost:
        return "The poll has been deleted, and its votes with it, so there is nothing to count."
    if count.winner is None:
        return "Nobody has voted, so there is no winner."
    titles, winner, last = titles_of(vote), titles_of(vote)[count.winner], count.rounds[-1]
    if level := count.final_tie:
        decided = next(each for each in count.rounds[::-1] if each.tied)
        how = _by_rule(decided, titles, vote.seed, stays=count.winner)
        each_has = plural(decided.votes[level[0]], "vote")
        both = listed([titles[book] for book in level])
        return f"{winner} wins. {both} are level at the end, with {each_has} each. {how}"
    where = f" in round {len(count.rounds)}" if len(count.rounds) > 1 else ""
    return f"{winner} wins with {last.votes[count.winner]} of {plural(last.counting, 'vote')}{where}."


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
            return f"{what}: they were level in every earlier round, so it was decided by lot (seed {seed})."


def explanation(vote: Vote) -> str:
    """Return how a vote is counted, for whoever wants to know, with what it takes to draw its lot again."""
    if vote.draft.kind is VoteKind.POLL:
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
