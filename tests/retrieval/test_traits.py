"""What a sentence looks like is counted up to three times, whatever the case of its words."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.traits import SENTENCE_TRAITS, sentence_traits

TRAITS = ("length", "speech", "reason", "number", "time", "place", "feeling", "name", "aim", "question")


def shown(sentence: str) -> dict[str, int]:
    """Return how often each trait shows, without the length."""
    counts = [round(3 * trait) for trait in sentence_traits(sentence)]
    return {name: count for name, count in zip(TRAITS[1:], counts[1:], strict=True) if count}


def test_every_sentence_has_all_traits_and_its_length() -> None:
    for sentence in ("", "It rains.", "x" * 500):
        traits = sentence_traits(sentence)
        assert len(traits) == len(TRAITS) == SENTENCE_TRAITS
        assert traits[0] == pytest.approx(np.log1p(len(sentence) / 6))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It rains.", {}),
        ("", {}),
        ("“Go”, he said, and she said “no”.", {"speech": 2}),
        ("He ran BECAUSE it rained, so that he fell.", {"reason": 2, "aim": 2}),
        ("In order of age.", {"reason": 1}),
        ("Stay in an order of fear itself.", {"feeling": 1, "place": 1}),
        ("It took 1984 men and half a ship.", {"number": 2, "time": 1}),
        ("It took 19845 men.", {"number": 1}),
        ("She came days later, at midnight.", {"time": 3}),
        ("He sat in the hall and at London.", {"place": 2, "name": 1}),
        ("joyful, LOVELY, gladly", {"feeling": 2}),
        ("hat, hates, hatred, hat-rack", {"feeling": 2}),
        ("He met Ann Lee there, by Kent.", {"name": 3}),
        ("So, for whom?", {"aim": 2, "question": 1}),
        ("“Why?”", {"speech": 1, "question": 1}),
        ("one two three four five", {"number": 3}),
        ("so_that x_because", {}),
        ("it's one's own", {"number": 1}),
    ],
)
def test_a_trait_shows_where_whole_words_say_it(sentence: str, expected: dict[str, int]) -> None:
    assert shown(sentence) == expected


def test_the_same_words_show_the_same_the_next_time() -> None:
    assert sentence_traits("She wept because of one day.") == sentence_traits("She wept because of one day.")
