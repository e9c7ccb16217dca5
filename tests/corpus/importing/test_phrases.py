"""Dates and unfinished sentences in the text of a page."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.importing.phrases import (
    date_in,
    ends_sentence,
    is_cut_short,
    is_explicit,
    whole_sentences,
    without_duplicate,
    without_more_link,
    without_name,
)


@pytest.mark.parametrize(
    "text", ["Sep 05, 2017", "September 5th 2017", "5 September 2017", "2017-09-05", "on Sept. 5, 2017 by Viking"]
)
def test_a_day_is_read_in_its_spellings(text: str) -> None:
    assert date_in(text) == dt.date(2017, 9, 5)


@pytest.mark.parametrize(
    "text", ["", "May 1857", "2017", "Feb 30, 2017", "Maybe 12, 2017x", "13 of 2017", "2017-13-01"]
)
def test_what_is_no_whole_day_is_none(text: str) -> None:
    assert date_in(text) is None


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_day_is_read_back(day: dt.date) -> None:
    assert date_in(f"{day:%b} {day.day:02d}, {day.year}") == day
    assert date_in(day.isoformat()) == day


@pytest.mark.parametrize("text", ["What the fuck.", "He FUCKED up.", "a f**king mess", "masturbation", "oral sex"])
def test_strong_words_make_a_text_explicit(text: str) -> None:
    assert is_explicit(text)


@pytest.mark.parametrize("text", ["Scunthorpe", "a cocktail in Sussex", "the erection of a spire", "assassins"])
def test_innocent_words_do_not(text: str) -> None:
    assert not is_explicit(text)


@pytest.mark.parametrize("text", ["It ends.", "Does it?", "“It does.”", "(It does.)", "Loved it :)", "Good ❤", "a!!!"])
def test_a_sentence_is_closed_by_its_sign_or_by_a_smile(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("more", [" ...more", "…more", "... more", "…(more)"])
def test_the_sites_more_is_known_in_its_spellings(more: str) -> None:
    assert is_cut_short(f"It goes on{more}")
    assert without_more_link(f"It goes on{more}") == "It goes on"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One. Two goes o", "One."),
        ("One goes o", ""),
        ("One. Two.", "One. Two."),
        ("one ends here. two goes on and o", "one ends here."),
        ("Mr Slope doesn't stop. He go", "Mr Slope doesn't stop."),
        ("Was it? “It was.” And then sh", "Was it? “It was.”"),
    ],
)
def test_only_whole_sentences_are_kept(text: str, kept: str) -> None:
    assert whole_sentences(text) == kept


@given(st.text(max_size=300))
def test_what_is_kept_is_the_beginning_of_the_text(text: str) -> None:
    kept = "".join(whole_sentences(text).split())
    assert "".join(text.split()).startswith(kept)


def test_a_text_given_twice_is_told_once_and_whole() -> None:
    text = "Jane Eyre I think that you should read it, as it is really a…moreI think that you should read it, as it is "
    assert without_duplicate(f"{text}really a sequel.(less)") == (
        "Jane Eyre",
        "I think that you should read it, as it is really a sequel.",
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Jane Eyre Yes, it is.", "Yes, it is."), ("Jane Yes, it is.", "Yes, it is."),
        ("Ishmael I would.", "I would."), ("philip pirrip Yes, it is.", "Yes, it is."),
        ("Jane yes, it is.", "yes, it is."), ("Edmond Dantès Read The Warden first.", "Warden first."), ("jane", ""),
    ],
)  # fmt: skip
def test_a_name_before_an_answer_is_taken_off_rather_with_a_word_too_many(text: str, answer: str) -> None:
    assert without_name(text) == answer
