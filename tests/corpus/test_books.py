"""Books, units and what a reader must have read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Reveals, Unit
from tests.corpus.shelf import novel


@given(st.integers(1, 1_000), st.floats(0, 1))
def test_a_share_of_a_book_rounds_up(marks: int, share: float) -> None:
    mark = novel(marks=marks).mark_at(share)
    assert type(mark) is int
    assert 0 <= mark <= marks
    assert mark >= share * marks - 1e-6
    assert (mark > 0) == (share > 0)


@pytest.mark.parametrize(
    ("mark", "unit", "name"),
    [
        (0, Unit.CHAPTER, "the beginning"),
        (7, Unit.CHAPTER, "chapter 7"),
        (45, Unit.PERCENT, "45%"),
        (100, Unit.PAGE, "the end"),
    ],
)
def test_the_names_of_marks(mark: int, unit: Unit, name: str) -> None:
    assert novel(marks=100, unit=unit).reading_name(mark) == name


SLUGS = st.sampled_from(["call-for-the-dead", "smileys-people", "the-secret-pilgrim"])
MARKS = st.dictionaries(SLUGS, st.integers(0, 40))
REVEALS = MARKS.map(Reveals.of)


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
