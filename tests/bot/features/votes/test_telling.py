from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.features.votes.counting import Count, most_votes, run_off
from bot.features.votes.rules import explanation, outcome, rounds, rule_of_ties, with_choice
from bot.features.votes.store import Candidate, Draft, Kind, State, Vote
from bot.people import Place

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KEYS = ("kim", "emma", "dracula")
DRAFT = Draft(
    Place(1, 2),
    Kind.RANKED,
    tuple(Candidate(key, key.title()) for key in KEYS),
    NOW + dt.timedelta(days=1),
    hidden=False,
)
VOTE = Vote(7, DRAFT, "a1b2", NOW, State.OPEN)
POLL = replace(VOTE, draft=replace(DRAFT, kind=Kind.POLL))


def test_each_round_says_its_votes_and_what_follows_from_them() -> None:
    count = run_off([("kim",)] * 4 + [("emma",)] * 3 + [("dracula", "emma")] * 2, KEYS, "a1b2")
    assert rounds(VOTE, count) == [
        "Round 1: Kim 4, Emma 3, Dracula 2. No book has more than half of 9. Dracula has the fewest and goes out.",
        "Round 2: Emma 5, Kim 4. Emma has more than half of 9 and wins.",
    ]
    assert outcome(VOTE, count) == "Emma wins with 5 of 9 votes in round 2."


def test_one_round_has_no_number_and_what_nobody_counts_for_is_said() -> None:
    assert rounds(VOTE, run_off([("kim",)], KEYS, "s")) == [
        "Kim 1, Emma 0, Dracula 0. Kim has more than half of 1 and wins."
    ]
    count = run_off([("kim",), ("emma",)], KEYS, "s")
    assert "Dracula goes out: no ballot counts for it." in rounds(VOTE, count)[0]


def test_exhausted_ballots_are_said() -> None:
    count = run_off([("kim",)] * 4 + [("emma",)] * 3 + [("dracula",)] * 2, KEYS, "s")
    assert "Round 2: Kim 4, Emma 3, exhausted 2." in rounds(VOTE, count)[1]


def test_a_final_tie_names_the_books_their_votes_and_the_lot() -> None:
    count = run_off([("kim",), ("emma",)], KEYS[:2], VOTE.seed)
    told = outcome(VOTE, count)
    assert "Kim and Emma are level at the end, with 1 vote each." in told
    assert "the lot from the seed a1b2 decides" in told
    assert rounds(VOTE, count)[-1].endswith("is the last one in and wins.")
    level = most_votes({"kim": 2, "emma": 2}, KEYS, VOTE.seed)
    assert "Kim and Emma are level at the end, with 2 votes each." in outcome(POLL, level)
    assert "tie for the most" in rounds(POLL, level)[0]


def test_no_votes_and_lost_votes_are_said() -> None:
    assert outcome(VOTE, Count((), 0, None)) == "Nobody has voted, so there is no winner."
    assert "nothing to count" in outcome(POLL, Count((), 0, None, lost=True))


def test_the_rule_of_ties_and_its_seed_are_told_with_what_it_takes_to_draw_the_lot_again() -> None:
    assert "fewest first choices" in rule_of_ties(VOTE)
    assert rule_of_ties(POLL) == "Ties: the lot decides, drawn from the seed a1b2."
    assert "kim, emma, dracula" in explanation(VOTE)
    assert "one vote" in explanation(POLL)


def test_choices_change_places_replace_one_another_and_close_gaps() -> None:
    assert with_choice((), 3, "kim") == ("kim",)
    assert with_choice(("kim", "emma"), 1, "emma") == ("emma", "kim")
    assert with_choice(("kim", "emma"), 1, "dracula") == ("dracula", "emma")
    assert with_choice(("kim", "emma"), 3, "kim") == ("emma", "kim")
    assert with_choice(("kim", "emma"), 1, None) == ("emma",)
    assert with_choice(("kim",), 2, None) == ("kim",)
    assert with_choice((), 1, None) == ()
