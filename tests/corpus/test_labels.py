"""Labels: what a comment or the front matter says of how far a text reveals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.labels import WrongLabel, label_in, parse_reveals
from tests.corpus.shelf import PEOPLE, TINKER, novel

BOOK = novel()
OTHERS = {PEOPLE: BOOK, TINKER: novel(TINKER, 38)}


def wrong(value: object) -> WrongLabel:
    with pytest.raises(WrongLabel) as found:
        parse_reveals(value, BOOK, OTHERS)
    return found.value


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        (7, {PEOPLE: 7}),
        ("7", {PEOPLE: 7}),
        (" 7, ", {PEOPLE: 7}),
        (0, {PEOPLE: 0}),
        (27, {PEOPLE: 27}),
        (f"{PEOPLE}=7", {PEOPLE: 7}),
        (f"{PEOPLE} = 7 , {TINKER}=38", {PEOPLE: 7, TINKER: 38}),
        (f"7, {TINKER}=38", {PEOPLE: 7, TINKER: 38}),
        ({PEOPLE: 7, TINKER: "38"}, {PEOPLE: 7, TINKER: 38}),
        (f"{TINKER}=38", {PEOPLE: 0, TINKER: 38}),
        ("the-night-manager=12", {PEOPLE: 0, "the-night-manager": 12}),
    ],
)
def test_labels(value: object, marks: dict[str, int]) -> None:
    assert dict(parse_reveals(value, BOOK, OTHERS).marks) == marks


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ",",
        "=7",
        "seven",
        "7.0",
        "-1",
        "28",
        "7 8",
        "40%",
        "ch 7",
        "7, 3",
        "٧",
        "9" * 5_000,
        "7\n\ntext",
        None,
        True,
        7.0,
        -1,
        28,
        10**50,
        [7],
        {},
        {PEOPLE: None},
        {PEOPLE: True},
        {PEOPLE: {}},
        f"{PEOPLE}=7, {PEOPLE}=0",
    ],
)
def test_a_wrong_label_hides_the_whole_book(value: object) -> None:
    error = wrong(value)
    assert error.hides.marks[PEOPLE] == 27
    assert len(str(error)) < 200


def test_a_wrong_label_hides_every_book_that_it_may_have_meant() -> None:
    assert dict(wrong(f"7, {TINKER}=99").hides.marks) == {PEOPLE: 27, TINKER: 38}
    assert dict(wrong(f"7; {TINKER}=38").hides.marks)[TINKER] == 38
    assert dict(wrong("7, tinker-tailor-solder-spy=38").hides.marks)[TINKER] == 38
    assert dict(wrong({TINKER: "end"}).hides.marks)[TINKER] == 38
    assert dict(wrong([TINKER, 38]).hides.marks)[TINKER] == 38


def test_numbers_without_end_are_refused() -> None:
    assert wrong(10**5_000).hides.marks[PEOPLE] == 27
    assert dict(wrong({TINKER: 10**5_000}).hides.marks)[TINKER] == 38


def test_a_slug_that_is_nearly_right_is_corrected_and_not_believed() -> None:
    assert "did you mean smileys-people?" in str(wrong("smiley-people=0"))
    assert "did you mean tinker-tailor-soldier-spy?" in str(wrong("Tinker-Tailor-Soldier-Spy=0"))


def test_the_cure_names_the_numbers_that_are_right() -> None:
    assert "from 0 to 27 instead of “seven”" in str(wrong("seven"))
    assert "tinker-tailor-soldier-spy has 38 marks" in str(wrong(f"{TINKER}=39"))


@given(st.one_of(st.text(max_size=60), st.integers(), st.dictionaries(st.text(max_size=20), st.text(max_size=8))))
def test_whatever_is_written_is_read_as_it_stands_or_hides_the_book(value: object) -> None:
    try:
        reveals = parse_reveals(value, BOOK, OTHERS)
    except WrongLabel as error:
        reveals = error.hides
        assert reveals.marks[PEOPLE] == 27
    assert 0 <= reveals.marks[PEOPLE] <= 27


@pytest.mark.parametrize(
    ("comment", "label"),
    [
        ("reveals: 7", "7"),
        ("reveals:7", "7"),
        ("Reveals = 7", "7"),
        ("reveal: 7", "7"),
        ("reveals: a=7,\n b=3", "a=7,\n b=3"),
        ("reveals:", ""),
        ("reveals 7", ""),
        ("revels: 7", ""),
        ("reveels: 7", ""),
        ("this reveals the killer", ""),
        ("note; reveals: 7", ""),
        ("a note", None),
        ("review this", None),
        ("page: 12", None),
        ("", None),
    ],
)
def test_labels_in_comments(comment: str, label: str | None) -> None:
    assert label_in(comment) == label
