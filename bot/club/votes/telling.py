"""How a vote was counted, in words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.club.votes.counting import Count, Round, Why
from bot.club.votes.records import Kind, Vote
from bot.reading_order.sentences import listed

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
