"""What a vote is, how its books are named, and how its count is told."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from pydantic import TypeAdapter

from bot.features.shelf.rules import NoTitle, known_or_typed
from bot.features.votes.counting import Ballot, Count, Why
from bot.reading_order.advice import listed
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book
from corpus.text import plural


class VoteProblem(DogearError):
    """A nomination, a vote or a ballot cannot be taken as it is; the message says what can be."""


class Candidate(NamedTuple):
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


MAX_KEY = 60  # characters of a key: a button carries it, with room for its own name (Discord: 100)

_ARTICLES = ("a", "an", "the")


def candidate(typed: str, books: Mapping[Slug, Book]) -> Candidate:
    """Return the book that is meant: one of the library, or any other by its title. Raises NoTitle."""
    title, book = known_or_typed(typed, books)
    return Candidate(book or title_key(title), title, book)


def title_key(title: str) -> str:
    """Return what two ways of writing one title have in common: no case, accents, signs, or article at the start."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("&", " and ")).replace("’", "").replace("'", "")
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    key = "-".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]  # it tells two long titles apart
    return key if len(key) <= MAX_KEY else f"{key[: MAX_KEY - 13]}-{digest}"


def typed_candidates(typed: str, books: Mapping[Slug, Book]) -> list[Candidate]:
    """Return the books that are named, each once, with semicolons, lines or else commas between them. Raises NoTitle.

    The beginning of a title stands for it, as the preview shows what was understood.
    """
    named: list[Candidate] = []
    for title in filter(str.strip, _titles(typed, books)):
        try:
            known = find_book(title, books)
            meant = Candidate(known.slug, known.title, known.slug)
        except UnknownBook:
            meant = candidate(title, books)
        if not any(same_book(meant.key, other.key) for other in named):
            named.append(meant)
    return named


def nominated(typed: str, books: Mapping[Slug, Book]) -> list[str]:
    """Return the titles that are nominated: several only where the library knows each, as a title may have commas."""
    try:
        named = typed_candidates(typed, books)
    except NoTitle:
        return [typed]
    return [each.title for each in named] if len(named) > 1 and all(each.book for each in named) else [typed]


def _titles(typed: str, books: Mapping[Slug, Book]) -> list[str]:
    """Return the titles of a list; of commas, those within a title of the library part nothing."""
    if ";" in typed or "\n" in typed.strip():
        return typed.replace("\n", ";").split(";")
    parts, titles = typed.split(","), list[str]()
    while parts:
        runs = (", ".join(map(str.strip, parts[:size])) for size in range(len(parts), 0, -1))
        titles.append(next((run for run in runs if _is_known(run, books)), parts[0]))
        parts = parts[titles[-1].count(",") + 1 :]
    return titles


def _is_known(title: str, books: Mapping[Slug, Book]) -> bool:
    try:
        return bool(find_book(title, books, whole=True))
    except UnknownBook:
        return False


def same_book(key: str, other: str) -> bool:
    """Return whether two keys are those of one book in two spellings; numbers tell the volumes of a series apart."""
    one, two = key.replace("-", ""), other.replace("-", "")
    numbers = re.findall(r"\d+", one) == re.findall(r"\d+", two)
    alike = SequenceMatcher(None, one, two).ratio() >= ALIKE and len(one) >= LONG
    return one == two or (numbers and alike)


LONG, ALIKE = 8, 0.9
"""Letters of a title from which a slip of the keys is told from another title, and how like (0 to 1) the two are."""


FEWEST_BOOKS, MOST_BOOKS = 2, 10
"""Books of a vote. Discord: 10 answers to a poll; more would make ballots that nobody fills in."""

CHOICES = 5  # choices on a ballot
USUAL = "3 days"  # how long a vote takes, where nobody says

SOONEST = dt.timedelta(minutes=5)
LATEST = dt.timedelta(days=32)  # Discord: a poll lasts 32 days at most


@dataclass(frozen=True, slots=True)
class VoteDraft:
    """A vote as it is about to be held, between the books that are `offered`."""

    kind: VoteKind
    closes: dt.datetime
    hidden: bool
    offered: tuple[Candidate, ...]

    def check(self, now: dt.datetime) -> None:
        """See whether the vote could be held, where none is running. Raises VoteProblem."""
        if not FEWEST_BOOKS <= len(self.offered) <= MOST_BOOKS:
            few = "Name them with commas between them, or have them nominated first."
            cure = few if len(self.offered) < FEWEST_BOOKS else f"You chose {len(self.offered)}; leave some out."
            raise VoteProblem(f"A vote has {FEWEST_BOOKS} to {MOST_BOOKS} books. {cure}")
        if self.kind is VoteKind.POLL and self.hidden:
            raise VoteProblem(
                "Discord polls always show their count. To hide it until the vote closes, let everybody rank the books."
            )
        if self.closes <= now:
            raise VoteProblem("That closing time has passed. Start again with /vote start.")


DRAFT = TypeAdapter(VoteDraft)  # a draft as text that can be kept until it is confirmed


def with_choice(ballot: Ballot, number: int, key: str | None) -> Ballot:
    """Return a ballot with a book as the choice of a number, from 1.

    A book that was another choice changes places with the one that stood there; gaps close up.
    """
    places: list[str | None] = [*ballot, *[None] * (number - len(ballot))]
    if key in ballot:
        places[ballot.index(str(key))] = places[number - 1]
    places[number - 1] = key
    return tuple(place for place in places if place is not None)[:CHOICES]


MAX_OWN = 5  # books that a member may have nominated at a time, so that one of them cannot fill the list


class Nominated(NamedTuple):
    """A book of the list, and the members who would like to read it."""

    candidate: Candidate
    by: frozenset[int]


# How a count is told

RULES_OF_TIES = {
    VoteKind.POLL: "If books tie, one of them is drawn at random.",
    VoteKind.RANKED: (
        "If books tie for the fewest, the one with fewer first choices goes out. If those are equal too, the last "
        "round in which they differed decides; otherwise one is drawn at random."
    ),
}

_WAYS = {
    VoteKind.POLL: "Everybody has one vote, and the book with the most wins.",
    VoteKind.RANKED: (
        "Your ballot counts for the book that you rank highest among those still in. A book with more than half "
        "of the ballots that count wins. Otherwise the book with the fewest goes out, and its ballots go to their "
        "next choice. A ballot whose books are all out no longer counts."
    ),
}

_FOLLOWS = {
    Why.MAJORITY: "{winner} has more than half of {counting} and wins.",
    Why.MOST: "{winner} has the most and wins.",
    Why.LAST: "{winner} is the last one in and wins.",
    Why.NONE: "No book has more than half of {counting}. Out, as no ballot counts for them: {out}.",
    Why.FEWEST: "No book has more than half of {counting}. {out} has the fewest and goes out.",
    Why.FIRST_CHOICES: "{tied} tie for the fewest. {out} goes out: it has fewer first choices.",
    Why.EARLIER_ROUND: "{tied} tie for the fewest. {out} goes out: it had fewer in round {earlier}.",
    Why.LOT: "{tied} tie for the fewest. They were level in every earlier round; {out} was drawn to go out.",
}
_TIED_POLL = "{tied} tie for the most. {winner} wins the draw."


def outcome(count: Count, titles: Mapping[str, str]) -> str:
    """Return who has won, and by what, in a sentence."""
    if count.lost:
        return "The poll has been deleted, and its votes with it, so there is nothing to count."
    if count.winner is None:
        return "Nobody has voted, so there is no winner."
    winner, last = titles[count.winner], count.rounds[-1]
    if last.why in (Why.LAST, Why.LOT):
        level = listed([titles[book] for book in next(each for each in count.rounds[::-1] if each.tied).tied])
        return f"{level} are level at the end, and {winner} wins the draw."
    where = f" in round {len(count.rounds)}" if len(count.rounds) > 1 else ""
    return f"{winner} wins with {last.votes[count.winner]} of {plural(last.counting, 'vote')}{where}."


def rounds(count: Count, titles: Mapping[str, str]) -> list[str]:
    """Return each round in words: the votes, and what follows from them by which rule."""
    told = []
    for number, each in enumerate(count.rounds, 1):
        votes = ", ".join(f"{titles[book]} {n}" for book, n in sorted(each.counted, key=lambda pair: -pair[1]))
        gone = f", {each.exhausted} no longer counted" if each.exhausted else ""
        head = f"Round {number}: " if len(count.rounds) > 1 else ""
        follows = _FOLLOWS[each.why] if each.out or not each.tied else _TIED_POLL
        told.append(
            f"{head}{votes}{gone}. "
            + follows.format(
                winner=titles.get(count.winner or ""), out=listed([titles[book] for book in each.out]),
                tied=listed([titles[book] for book in each.tied]), counting=each.counting, earlier=each.earlier,
            )
        )  # fmt: skip
    return told


def explanation(kind: VoteKind) -> str:
    """Return an explanation of how a vote is counted."""
    return f"{_WAYS[kind]}\n{RULES_OF_TIES[kind]}"
