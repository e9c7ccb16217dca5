"""Instant run-off and polls, on plain values."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.features.votes.counting import Ballot, Why, lot, most_votes, run_off

BOOKS = ("kim", "emma", "dracula", "persuasion", "ulysses")
SEED = "a1b2c3d4"
BALLOTS = st.lists(st.lists(st.sampled_from(BOOKS), max_size=5, unique=True).map(tuple), max_size=25)


def ballots(*told: tuple[int, str]) -> list[Ballot]:
    """Return ballots by how many there are of each: (3, "kim emma")."""
    return [tuple(ranked.split()) for number, ranked in told for _ in range(number)]


# Cases


def test_the_fewest_goes_out_and_its_ballots_go_to_their_next_choice() -> None:
    count = run_off(ballots((4, "kim"), (3, "emma"), (2, "dracula emma")), ("kim", "emma", "dracula"), SEED)
    assert [each.votes for each in count.rounds] == [{"kim": 4, "emma": 3, "dracula": 2}, {"kim": 4, "emma": 5}]
    assert (count.rounds[0].out, count.rounds[0].why) == (("dracula",), Why.FEWEST)
    assert count.winner == "emma"


def test_a_ballot_that_names_no_book_still_in_is_exhausted_and_counts_no_further() -> None:
    count = run_off(ballots((4, "kim"), (3, "emma"), (2, "dracula")), ("kim", "emma", "dracula"), SEED)
    last = count.rounds[-1]
    assert (last.counting, last.exhausted) == (7, 2)
    assert count.winner == "kim"  # 4 of the 7 that count, though not of all 9


def test_of_books_that_tie_the_one_with_fewer_first_choices_goes_out() -> None:
    told = ballots((4, "kim"), (3, "emma"), (2, "dracula"), (1, "persuasion dracula"))
    count = run_off(told, ("kim", "emma", "dracula", "persuasion"), SEED)
    second = count.rounds[1]
    assert second.votes == {"kim": 4, "emma": 3, "dracula": 3}
    assert (second.why, second.out, second.earlier) == (Why.FIRST_CHOICES, ("dracula",), 1)


def test_where_first_choices_tie_too_the_latest_earlier_round_that_differs_decides() -> None:
    told = ballots(
        (9, "kim"), (5, "emma"), (5, "dracula"), (1, "ulysses emma"), (2, "persuasion dracula"), (1, "middle emma")
    )
    books = ("kim", "emma", "dracula", "persuasion", "ulysses", "middle")
    count = run_off(told, books, SEED)
    tie = next(each for each in count.rounds if each.tied == ("emma", "dracula"))
    assert tie.votes == {"kim": 9, "emma": 7, "dracula": 7}
    assert tie.why is Why.EARLIER_ROUND
    before = count.rounds[tie.earlier - 1].votes
    assert before[tie.out[0]] < max(before["emma"], before["dracula"])


def test_where_nothing_tells_books_apart_the_lot_of_the_seed_does() -> None:
    count = run_off(ballots((2, "kim"), (2, "emma")), ("kim", "emma"), SEED)
    expected = max(("kim", "emma"), key=lambda book: lot(SEED, book))
    assert (count.winner, count.rounds[0].why) == (expected, Why.LOT)
    assert {run_off(ballots((2, "kim"), (2, "emma")), ("kim", "emma"), f"{n}").winner for n in range(20)} == {
        "kim",
        "emma",
    }


def test_without_ballots_or_with_empty_ones_nobody_wins() -> None:
    assert run_off([], BOOKS, SEED).winner is None
    assert run_off([(), ("unknown",)], BOOKS, SEED).winner is None


def test_most_votes_win_a_poll_and_the_lot_decides_between_equals() -> None:
    assert most_votes({"kim": 3, "emma": 1}, BOOKS, SEED).winner == "kim"
    level = most_votes({"kim": 3, "emma": 3, "dracula": 1}, BOOKS, SEED)
    assert level.winner == max(("kim", "emma"), key=lambda book: lot(SEED, book))
    assert most_votes({}, BOOKS, SEED).winner is None


# What holds for all ballots


@given(BALLOTS)
def test_a_majority_of_first_choices_always_wins(cast: list[Ballot]) -> None:
    first = Counter(ballot[0] for ballot in cast if ballot)
    for book, votes in first.items():
        if 2 * votes > first.total():
            assert run_off(cast, BOOKS, SEED).winner == book


@given(BALLOTS)
def test_in_every_round_all_ballots_are_counted_or_exhausted(cast: list[Ballot]) -> None:
    count = run_off(cast, BOOKS, SEED)
    assert count.ballots == sum(bool(ballot) for ballot in cast)
    assert {each.counting + each.exhausted for each in count.rounds} <= {count.ballots}


@given(BALLOTS, st.randoms())
def test_the_outcome_does_not_depend_on_the_order_of_ballots_or_of_books(cast: list[Ballot], random: object) -> None:
    shuffled, books = list(cast), list(BOOKS)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(books)  # type: ignore[attr-defined]
    assert run_off(shuffled, BOOKS, SEED) == run_off(cast, BOOKS, SEED)
    assert run_off(cast, books, SEED).winner == run_off(cast, BOOKS, SEED).winner


@given(BALLOTS)
def test_there_is_a_winner_wherever_somebody_voted_and_it_was_on_a_ballot(cast: list[Ballot]) -> None:
    winner = run_off(cast, BOOKS, SEED).winner
    assert (winner is None) is not any(cast)
    assert winner is None or any(winner in ballot for ballot in cast)
