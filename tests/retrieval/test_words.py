"""Words as ranking sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.words import stems, unread, words


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
