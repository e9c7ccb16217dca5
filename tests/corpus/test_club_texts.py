"""A member's review as passages: the club's alone, never mistaken for the library's, whatever was typed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Reveals
from corpus.documents import Block, Document
from corpus.passages import AFTER_THE_LIBRARY, ClubText, Passage, cut, cut_review, source_line
from tests.corpus.shelf import PEOPLE, novel

REVIEW = ClubText(
    "north", "7", PEOPLE, "Slow, and worth it. Karla waits. The bridge is cold. I read it twice.",
    Reveals.of({PEOPLE: 27}), 4, dt.date(2024, 5, 1),
)  # fmt: skip


def texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def test_a_review_is_cut_as_a_document_is_and_carries_its_club_stars_and_day() -> None:
    passages = cut_review(REVIEW)
    assert texts(passages) == ["Slow, and worth it. Karla waits.", "The bridge is cold. I read it twice."]
    for passage in passages:
        assert (passage.club, passage.book, passage.kind, passage.document) == ("north", PEOPLE, "review", "review-7")
        assert (passage.reveals, passage.inferred) == (Reveals.of({PEOPLE: 27}), False)
        assert (passage.rating, passage.date, passage.explicit) == (4, dt.date(2024, 5, 1), False)


def test_an_explicit_review_is_explicit_in_all_of_its_passages() -> None:
    assert all(passage.explicit for passage in cut_review(replace(REVIEW, explicit=True)))


def test_lines_are_read_as_paragraphs() -> None:
    assert texts(cut_review(replace(REVIEW, text="what I liked\nthe end\r\n\r\nthe bridge"))) == [
        "what I liked the end the bridge"
    ]
    (passage,) = cut_review(replace(REVIEW, text="what I liked\nthe end"))
    assert passage.sentences == ("what I liked", "the end")


def test_each_review_is_a_stretch_of_its_own_after_all_of_the_library() -> None:
    passages = sorted(
        (p for n in range(50) for p in cut_review(replace(REVIEW, id=str(n)))), key=lambda passage: passage.order
    )
    assert len({p.order for p in passages}) == len(passages)
    assert all(one.group <= two.group for one, two in pairwise(passages))
    assert len({p.group for p in passages}) == 50
    assert all(p.group > AFTER_THE_LIBRARY - 1 for p in passages)


def test_the_same_words_have_another_id_in_every_club_review_and_place() -> None:
    cuts = [
        cut_review(replace(REVIEW, text="It rains. " * 6)),
        cut_review(replace(REVIEW, club="south")),
        cut_review(replace(REVIEW, id="8")),
        cut_review(REVIEW),
        cut_review(replace(REVIEW, club="nort", id="h7")),
    ]
    ids = [passage.id for passages in cuts for passage in passages]
    assert len(ids) == len(set(ids)) == 10


def test_an_edit_elsewhere_in_a_review_leaves_a_passages_id() -> None:
    before, after = cut_review(REVIEW), cut_review(replace(REVIEW, text=REVIEW.text.replace("worth it", "too long")))
    assert before[0].id != after[0].id
    assert before[1].id == after[1].id


@pytest.mark.parametrize("slug", [PEOPLE, "club"])
def test_no_id_is_one_of_the_librarys(slug: str) -> None:
    book = replace(novel(), slug=slug)
    document = Document("review-7", "review", "", "", (Block(REVIEW.text, 1, reveals=REVIEW.reveals),))
    library, _ = cut(book, [document])
    assert library
    assert {len(p.id.rpartition("/")[2].partition("-")[0]) for p in library} == {20}
    assert {len(p.id.rpartition("/")[2].partition("-")[0]) for p in cut_review(REVIEW)} == {64}


@given(
    st.text(st.characters())
    | st.sampled_from(["", " \n ", "😱", "👩‍🚀🏳️‍🌈", "...", "a" * 4_000, "\ud800 x", "a\x00b\x85c"])
)
def test_any_text_is_cut_into_sentences_that_a_store_can_keep(text: str) -> None:
    for passage in cut_review(replace(REVIEW, text=text)):
        assert passage.sentences
        for sentence in passage.sentences:
            assert sentence.strip()
            assert sentence.splitlines() == [sentence]
            sentence.encode("utf-8")


def test_a_text_without_words_has_no_passages() -> None:
    assert cut_review(replace(REVIEW, text=" \n ")) == []


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Another."}, {"reveals": Reveals.of({PEOPLE: 26})}, {"rating": None}, {"date": None},
        {"explicit": True}, {"book": "the-kite"}, {"id": "8"}, {"club": "south"},
    ],
)  # fmt: skip
def test_a_fingerprint_changes_with_all_that_a_text_holds(change: dict[str, object]) -> None:
    assert replace(REVIEW, **change).fingerprint != REVIEW.fingerprint  # type: ignore[arg-type]
    assert replace(REVIEW).fingerprint == REVIEW.fingerprint


def test_marks_in_another_order_are_the_same_text() -> None:
    one, two = Reveals.of({"a": 1, "b": 2}), Reveals.of({"b": 2, "a": 1})
    assert replace(REVIEW, reveals=one).fingerprint == replace(REVIEW, reveals=two).fingerprint


def test_a_text_of_no_club_is_refused_as_everybody_would_see_it() -> None:
    with pytest.raises(ValueError, match="belongs to a club"):
        replace(REVIEW, club="")


def test_a_reply_names_a_member_not_a_reader() -> None:
    assert source_line(cut_review(REVIEW)[0], novel()) == "a member, ★★★★☆"
    assert source_line(cut_review(replace(REVIEW, rating=None))[0], novel()) == "a member"
