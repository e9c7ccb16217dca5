"""Retelling: what matters of a story, in the order told, within a length."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.book import OpenedBook, VisibleBook
from retrieval.store import StoredPassage
from retrieval.story import LABEL, refers_back, retold
from retrieval.types import Embedded
from tests.fakes.bookshelf import LANTERN
from tests.fakes.embedder import hashed


def view(told: Sequence[tuple[int, str, Sequence[str]]]) -> VisibleBook:
    """Return a book of passages, each with its mark, kind and sentences."""
    passages = [
        Passage(f"{LANTERN}/{n}", LANTERN, kind, kind, tuple(said), Reveals.of({LANTERN: mark}), False, n, n)
        for n, (mark, kind, said) in enumerate(told)
    ]
    return OpenedBook(
        LANTERN,
        [StoredPassage(p, Embedded(hashed(p.text), np.stack(list(map(hashed, p.sentences))))) for p in passages],
    ).whole()


def retell(of: VisibleBook, room: int = 1_000, most: int = 99) -> list[str]:
    return [of.sentences[n] for n, _ in retold(of, set(of.marks.tolist()), room, most)]


STORY = [
    (1, "summary", ["On the quay there are nets and barrels.", "Silas keeps a secret about the drowned brother."]),
    (2, "summary", ["Some rain falls on the roofs of the town.", "Dorothea finds the letter of the drowned brother."]),
    (3, "summary", ["The evening boat goes by with its lights on.", "Silas confesses that he drowned his brother."]),
    (3, "people", ["Silas drowned his brother and kept the secret from Dorothea."]),
]


def test_what_matters_is_told_in_order_and_not_what_stands_first() -> None:
    kept = [said[1] for _, kind, said in STORY if kind == "summary"]
    assert retell(view(STORY), most=3) == kept
    assert retell(view(STORY), most=1) == kept[2:]


def test_all_of_a_short_story_is_told() -> None:
    assert retell(view(STORY)) == [sentence for _, kind, said in STORY if kind == "summary" for sentence in said]


def test_only_the_sections_that_are_asked_for_are_told() -> None:
    book = view(STORY)
    assert {book.marks[book.passage_of[n]] for n, _ in retold(book, [2], 1_000, 99)} == {2}
    assert retold(book, [7], 1_000, 99) == retold(view([]), [1], 1_000, 99) == []


def test_a_sentence_comes_with_what_it_refers_to() -> None:
    story = [(1, "summary", ["Silas meets a stranger.", "He murders him, and he confesses it to Dorothea."])]
    assert retell(view(story), most=1) == story[0][2]


@pytest.mark.parametrize(
    "sentence",
    [
        "He leaves.",
        "For her sake Karla lies.",
        "Smiley takes her to the house.",
        "But Silas stays.",
        "Holmes kills it.",
    ],
)
def test_a_sentence_that_leans_on_the_one_before_is_known(sentence: str) -> None:
    assert refers_back(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["Silas leaves his house.", "The files have vanished.", "Watson meets Stapleton, who shows him the moor."],
)
def test_a_sentence_that_stands_alone_is_known(sentence: str) -> None:
    assert not refers_back(sentence)


texts = st.lists(st.integers(3, 60).map(lambda count: "Silas " + "rowed " * count + "on."), min_size=1, max_size=5)


@given(st.lists(st.tuples(st.integers(0, 9), st.just("summary"), texts), max_size=30), st.sampled_from([300, 900]))
def test_any_story_is_told_in_order_within_the_length(told: list[tuple[int, str, list[str]]], room: int) -> None:
    book = view(told)
    found = [n for n, _ in retold(book, range(10), room, 99)]
    marks = [int(book.marks[book.passage_of[n]]) for n in found]
    assert list(zip(marks, found, strict=True)) == sorted(zip(marks, found, strict=True))
    assert sum(len(book.sentences[n]) + 1 for n in found) + LABEL * len(set(marks)) <= room
