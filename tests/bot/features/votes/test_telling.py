from bot.features.votes.counting import most_votes, run_off
from bot.features.votes.rules import VoteKind, explanation, outcome, rounds

KEYS = ("kim", "emma", "dracula")
TITLES = {key: key.title() for key in KEYS}


def test_each_round_says_its_votes_and_what_follows_from_them() -> None:
    count = run_off([("kim",)] * 4 + [("emma",)] * 3 + [("dracula", "emma")] * 2, KEYS, "a1b2")
    assert rounds(count, TITLES) == [
        "Round 1: Kim 4, Emma 3, Dracula 2. No book has more than half of 9. Dracula has the fewest and goes out.",
        "Round 2: Emma 5, Kim 4. Emma has more than half of 9 and wins.",
    ]
    assert outcome(count, TITLES) == "Emma wins with 5 of 9 votes in round 2."


def test_a_final_tie_names_the_books_and_the_lot() -> None:
    count = run_off([("kim",), ("emma",)], KEYS[:2], "a1b2")
    assert outcome(count, TITLES).startswith("Kim and Emma are level at the end, and ")
    tie, last = rounds(count, TITLES)
    assert tie.endswith("was drawn to go out.")
    assert last.endswith("is the last one in and wins.")
    level = most_votes({"kim": 2, "emma": 2}, KEYS, "a1b2")
    assert "Kim and Emma are level at the end" in outcome(level, TITLES)
    assert "tie for the most" in rounds(level, TITLES)[0]


def test_how_it_is_counted_is_told_without_a_number_of_the_machine() -> None:
    ranked, poll = map(explanation, (VoteKind.RANKED, VoteKind.POLL))
    assert "fewer first choices" in ranked
    assert poll.endswith("If books tie, one of them is drawn at random.")
