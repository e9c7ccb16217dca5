import datetime as dt
from dataclasses import replace

from bot.features.votes.counting import most_votes, run_off
from bot.features.votes.rules import (
    Candidate,
    Vote,
    VoteDraft,
    VoteKind,
    VoteState,
    explanation,
    outcome,
    rounds,
    rule_of_ties,
)
from bot.people import Place

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KEYS = ("kim", "emma", "dracula")
DRAFT = VoteDraft(
    Place(1, 2),
    VoteKind.RANKED,
    tuple(Candidate(key, key.title()) for key in KEYS),
    NOW + dt.timedelta(days=1),
    hidden=False,
)
VOTE = Vote(7, DRAFT, "a1b2", NOW, VoteState.OPEN)
POLL = replace(VOTE, draft=replace(DRAFT, kind=VoteKind.POLL))


def test_each_round_says_its_votes_and_what_follows_from_them() -> None:
    count = run_off([("kim",)] * 4 + [("emma",)] * 3 + [("dracula", "emma")] * 2, KEYS, "a1b2")
    assert rounds(VOTE, count) == [
        "Round 1: Kim 4, Emma 3, Dracula 2. No book has more than half of 9. Dracula has the fewest and goes out.",
        "Round 2: Emma 5, Kim 4. Emma has more than half of 9 and wins.",
    ]
    assert outcome(VOTE, count) == "Emma wins with 5 of 9 votes in round 2."


def test_a_final_tie_names_the_books_their_votes_and_the_lot() -> None:
    count = run_off([("kim",), ("emma",)], KEYS[:2], VOTE.seed)
    told = outcome(VOTE, count)
    assert "Kim and Emma are level at the end, with 1 vote each." in told
    assert "decided by lot (seed a1b2)" in told
    assert rounds(VOTE, count)[-1].endswith("is the last one in and wins.")
    level = most_votes({"kim": 2, "emma": 2}, KEYS, VOTE.seed)
    assert "Kim and Emma are level at the end, with 2 votes each." in outcome(POLL, level)
    assert "tie for the most" in rounds(POLL, level)[0]


def test_the_rule_of_ties_and_its_seed_are_told_with_what_it_takes_to_draw_the_lot_again() -> None:
    assert "fewer first choices" in rule_of_ties(VOTE)
    assert rule_of_ties(POLL) == "Ties are broken by lot (seed a1b2)."
    assert "kim, emma, dracula" in explanation(VOTE)
    assert "one vote" in explanation(POLL)
