"""The picture of a count: where everything stands, and what it says to those who do not see it."""

import datetime as dt
from itertools import pairwise

import pytest

from bot.features.votes.counting import Ballot, Count, run_off
from bot.features.votes.picture import GROUND, HALF, Bar, alt_text, bars, rounds_layout
from bot.features.votes.rules import Candidate, Vote, VoteDraft, VoteKind, VoteState
from bot.people import Place
from bot.pictures.canvas import measured
from bot.pictures.layout import EDGE, WIDTH

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def vote(*titles: str) -> Vote:
    books = tuple(Candidate(f"b{n}", title) for n, title in enumerate(titles))
    draft = VoteDraft(Place(1, 2), VoteKind.RANKED, books, NOW + dt.timedelta(days=1), hidden=False)
    return Vote(1, draft, "seed", NOW, VoteState.OPEN)


def counted(held: Vote, *cast: Ballot) -> Count:
    return run_off(cast, [book.key for book in held.candidates], held.seed)


THREE = vote("Kim", "Emma", "Dracula")
COUNT = counted(THREE, *[("b0",)] * 4, *[("b1",)] * 3, *[("b2", "b1")] * 2)
TITLES = {"b0": "Kim", "b1": "Emma", "b2": "Dracula"}


def test_the_winner_is_on_top_and_who_went_out_first_at_the_bottom() -> None:
    assert bars(COUNT, TITLES) == [
        Bar("Emma", (3, 2), wins=True),
        Bar("Kim", (4, 0)),
        Bar("Dracula", (2,), out=1),
    ]


@pytest.mark.parametrize("number", [2, 3, 10])
def test_everything_stands_within_the_picture_and_no_title_touches_its_votes(number: int) -> None:
    held = vote(*[f"A rather long title that hardly fits, {n}" for n in range(number)])
    keys = [book.key for book in held.candidates]
    count = counted(held, *[tuple(keys[n:] + keys[:n]) for n in range(number)], *[(key,) for key in keys[:2]])
    layout = rounds_layout(bars(count, {book.key: book.title for book in held.candidates}), count, measured)
    for label in layout.labels:
        assert label.x >= EDGE
        assert label.x + measured(label.text, label.size, label.bold) <= WIDTH - EDGE + 4
        assert 0 < label.y < layout.height
    for left, right in ((a, b) for a in layout.labels for b in layout.labels if a.y == b.y and a.x < b.x):
        assert left.x + measured(left.text, left.size, left.bold) < right.x
    assert all(box.x >= EDGE and box.x + box.width <= WIDTH - EDGE + 4 for box in layout.boxes)


def test_bars_are_as_long_as_their_votes_and_the_line_of_half_is_on_those_of_the_last_round() -> None:
    layout = rounds_layout(bars(COUNT, TITLES), COUNT, measured)
    grounds = [box for box in layout.boxes if box.colour == GROUND]
    assert len(grounds) == 3
    assert sum(box.colour == HALF for box in layout.boxes) == 2
    parts = [box for box in layout.boxes if box.colour not in (GROUND, HALF, "#1b2130")]
    assert len(parts) == 4
    lengths = {round(box.width + 4) for box in parts if box.y == grounds[0].y}
    assert lengths == {round(grounds[0].width * 3 / 5), round(grounds[0].width * 2 / 5)}
    assert all(above.y < below.y for above, below in pairwise(grounds))


def test_the_words_beside_the_picture_say_the_same_and_fit() -> None:
    told = alt_text(THREE, COUNT)
    assert "Emma wins with 5 of 9 votes in round 2." in told
    assert "Round 1: Kim 4, Emma 3, Dracula 2." in told
    held = vote(*[f"{'Long ' * 15}{n}" for n in range(10)])
    count = counted(held, *[(f"b{n}",) for n in range(10)])
    assert len(alt_text(held, count)) <= 1_024
