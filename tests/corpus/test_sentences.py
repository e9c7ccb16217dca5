"""Cutting text into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("Smiley waits.", ["Smiley waits."]),
        ("Smiley waits. Karla crosses.", ["Smiley waits.", "Karla crosses."]),
        ("Dr. Watson and Mr. Holmes met. They spoke.", ["Dr. Watson and Mr. Holmes met.", "They spoke."]),
        ("Who is he? Nobody knows! Yes.", ["Who is he?", "Nobody knows!", "Yes."]),
        ("Smiley\nwaits\tlong.", ["Smiley waits long."]),
        ("No full stop", ["No full stop"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_closing_quotation_mark_stays_with_its_sentence() -> None:
    for sentence in sentences("“George, you won.” “Did I?” said Smiley. “Yes. Yes, well I suppose I did.”"):
        assert any(map(str.isalnum, sentence))


@given(st.text(max_size=300))
def test_nothing_is_lost_or_added(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["a" * 200_000, "word " * 40_000, ". " * 40_000, "(" * 40_000, "“" * 40_000])
def test_odd_text_takes_no_more_time_than_its_length(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
