"""Counting votes: instant run-off over ranked ballots, and polls, with every tie decided by a rule that was known."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Ballot = tuple[str, ...]  # the keys of books, the first choice first; it need not name all of them


class Why(StrEnum):
    """Which rule said what happens at the end of a round."""

    MAJORITY = "majority"
    MOST = "most"
    LAST = "last"
    FEWEST = "fewest"
    NONE = "none"
    FIRST_CHOICES = "first choices"
    EARLIER_ROUND = "earlier round"
    LOT = "lot"


@dataclass(frozen=True, slots=True)
class Round:
    """One round: ballots by book, the exhausted ones, the books that go out after it, and by which rule.

    `tied` are the books between which a rule for ties decided; `earlier` is the round that did, from 1.
    """

    counted: tuple[tuple[str, int], ...]
    exhausted: int
    why: Why
    out: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    earlier: int = 0

    @property
    def votes(self) -> dict[str, int]:
        """Ballots by book."""
        return dict(self.counted)

    @property
    def counting(self) -> int:
        """How many ballots count in this round."""
        return sum(votes for _, votes in self.counted)


@dataclass(frozen=True, slots=True)
class Count:
    """The outcome of a vote; no winner where nobody voted, or where the votes are `lost`."""

    rounds: tuple[Round, ...]
    ballots: int
    winner: str | None
    lost: bool = False


def run_off(ballots: Iterable[Ballot], books: Sequence[str], seed: str) -> Count:
    """Return the outcome of ranked ballots, whatever their order.

    Each ballot counts for the book that it ranks highest among those still in. A book with more than half of the
    ballots that count wins; otherwise the book with the fewest goes out. Of books that tie for the fewest, the one with
    the fewest first choices goes; then the one with the fewest in the latest earlier round in which they differ; then
    the one that the lot names, drawn from a seed that was fixed when the vote began.

    Unknown and repeated books on a ballot are passed over; a ballot that names no book of the vote is none.
    """
    known = set(books)
    cast = [tuple(dict.fromkeys(key for key in ballot if key in known)) for ballot in ballots]
    cast = [ballot for ballot in cast if ballot]
    rounds: list[Round] = []
    left = list(books)
    while cast and left:
        now = _round(_votes(cast, left), len(cast), rounds, seed)
        rounds.append(now)
        if not now.out:
            return Count(tuple(rounds), len(cast), max(now.counted, key=lambda each: each[1])[0])
        left = [book for book in left if book not in now.out]
    return Count((), 0, None)


def most_votes(votes: Mapping[str, int], books: Sequence[str], seed: str) -> Count:
    """Return the outcome of a poll: one round, in which most votes win; the lot decides between equals."""
    counted = tuple((book, votes.get(book, 0)) for book in books)
    total, best = sum(n for _, n in counted), max((n for _, n in counted), default=0)
    if not total:
        return Count((), 0, None)
    first = tuple(book for book, n in counted if n == best)
    last = Round(counted, 0, Why.MOST) if len(first) == 1 else Round(counted, 0, Why.LOT, tied=first)
    return Count((last,), total, max(first, key=lambda book: lot(seed, book)))


def lot(seed: str, book: str) -> str:
    """Return a book's lot: of several books, the one with the highest in the order of letters stays.

    It is SHA-256 of the seed, a colon and the book's key, so that anybody can draw it again.
    """
    return hashlib.sha256(f"{seed}:{book}".encode()).hexdigest()


def _votes(cast: Sequence[Ballot], left: Sequence[str]) -> dict[str, int]:
    """Return how many ballots count for each book that is still in."""
    still = set(left)
    tops = Counter(next((key for key in ballot if key in still), None) for ballot in cast)
    return {book: tops[book] for book in left}


def _round(votes: Mapping[str, int], ballots: int, before: Sequence[Round], seed: str) -> Round:
    counted, counting = tuple(votes.items()), sum(votes.values())
    exhausted = ballots - counting
    if len(votes) == 1:
        return Round(counted, exhausted, Why.LAST)
    if 2 * max(votes.values()) > counting:
        return Round(counted, exhausted, Why.MAJORITY)
    if unloved := tuple(book for book, n in counted if not n):
        # Nothing moves when they go, so that they go together: one after the other would end the same.
        return Round(counted, exhausted, Why.NONE, unloved)
    fewest = [book for book, n in counted if n == min(votes.values())]
    if len(fewest) == 1:
        return Round(counted, exhausted, Why.FEWEST, tuple(fewest))
    out, why, earlier = _untied(fewest, before, seed)
    return Round(counted, exhausted, why, (out,), tuple(fewest), earlier)


def _untied(tied: Sequence[str], before: Sequence[Round], seed: str) -> tuple[str, Why, int]:
    """Return which of the books that tie goes out, by which rule, and in which round they differed."""
    for number in [1, *range(len(before), 1, -1)] if before else []:
        votes = before[number - 1].votes
        tied = [book for book in tied if votes[book] == min(votes[other] for other in tied)]
        if len(tied) == 1:
            return tied[0], Why.FIRST_CHOICES if number == 1 else Why.EARLIER_ROUND, number
    return min(tied, key=lambda book: lot(seed, book)), Why.LOT, 0
