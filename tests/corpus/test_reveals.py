"""How far readers must be: a value that can only ask for more when texts are joined."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Reveals

SLUGS = st.sampled_from(["call-for-the-dead", "smileys-people", "the-secret-pilgrim"])
MARKS = st.dictionaries(SLUGS, st.integers(0, 40))
REVEALS = MARKS.map(Reveals.of)


def test_a_text_that_names_no_book_is_for_everybody() -> None:
    assert Reveals().within({})


def test_every_book_named_must_have_been_read_so_far() -> None:
    reveals = Reveals.of({"smileys-people": 12, "tinker-tailor-soldier-spy": 38})
    assert reveals.within({"smileys-people": 12, "tinker-tailor-soldier-spy": 38})
    assert not reveals.within({"smileys-people": 27})
    assert not reveals.within({"smileys-people": 11, "tinker-tailor-soldier-spy": 38})


def test_a_book_without_a_position_is_not_started() -> None:
    assert Reveals.of({"smileys-people": 0}).within({})
    assert not Reveals.of({"smileys-people": 1}).within({})


def test_nobody_changes_it_afterwards() -> None:
    marks = {"smileys-people": 27}
    reveals = Reveals.of(marks)
    marks["smileys-people"] = 0
    assert not reveals.within({"smileys-people": 26})
    with pytest.raises(TypeError):
        reveals.marks["smileys-people"] = 0  # type: ignore[index]


@given(REVEALS, MARKS, MARKS)
def test_whoever_reads_on_sees_no_less(reveals: Reveals, before: dict[str, int], more: dict[str, int]) -> None:
    later = {book: before.get(book, 0) + more.get(book, 0) for book in before | more}
    assert reveals.within(later) or not reveals.within(before)


@given(REVEALS, st.lists(REVEALS, max_size=4), MARKS)
def test_joined_texts_need_what_each_of_them_needs(one: Reveals, others: list[Reveals], at: dict[str, int]) -> None:
    joined = one.joined(others)
    assert joined.within(at) == all(reveals.within(at) for reveals in (one, *others))
    assert all(joined.covers(reveals) for reveals in (one, *others))


@given(REVEALS, REVEALS, MARKS)
def test_covering_is_showing_no_earlier(one: Reveals, other: Reveals, at: dict[str, int]) -> None:
    if one.covers(other) and one.within(at):
        assert other.within(at)


@given(MARKS)
def test_equal_values_are_one_key(marks: dict[str, int]) -> None:
    assert len({Reveals.of(marks), Reveals.of(dict(reversed(marks.items())))}) == 1
