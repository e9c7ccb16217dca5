"""Words and sentence traits as ranking sees them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.words import SENTENCE_TRAITS, sentence_traits, stems, unread, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Le Carré’s café", ["le", "carre", "cafe"]),
        ("Smiley's People", ["smiley", "people"]),
        ("It’s 1961: “Control” – dead?", ["it", "1961", "control", "dead"]),
        ("well-known", ["well", "known"]),
        ("ﬁnal Ｓtory", ["final", "story"]),
        ("…😱", []),
    ],
)
def test_words_are_lower_case_without_accents_and_possessives(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("drowned", "drowning"), ("Brothers", "the brother’s"), ("he was saved", "she saves"), ("LAMPS", "a lamp")],
)
def test_forms_of_a_word_are_alike(one: str, other: str) -> None:
    assert stems(one) == stems(other) != []


def test_words_that_carry_no_meaning_are_left_out() -> None:
    assert stems("Who is it that was there, and why?") == []


@given(st.text())
def test_stems_are_plain_words_in_order(text: str) -> None:
    found = stems(text)
    assert all(stem.isascii() and stem.isalnum() and stem == stem.lower() for stem in found)
    assert stems(f"{text} . lamp") == [*found, "lamp"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Silas rows out at 5:30, naïve as ever.", set()),
        ("Silas, 𝖙𝖍𝖊 ﬁrst", set()),
        ("Сайлас rows out", {"саилас"}),
        ("Søren’s rоw", {"søren", "rоw"}),
        ("カメラ 💀 42", {"カメラ"}),
    ],
)
def test_words_in_other_letters_are_unread(text: str, found: set[str]) -> None:
    assert unread(text) == found


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
