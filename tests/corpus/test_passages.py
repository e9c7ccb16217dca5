"""Cutting documents and members’ texts into passages."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Reveals, Unit
from corpus.documents import Block, Document
from corpus.passages import AFTER_THE_LIBRARY, ClubText, Passage, Unplaced, cut, cut_review, placed, source_line
from tests.corpus.shelf import PEOPLE, TINKER, Shelf, novel

BOOK = novel()


def at(mark: int) -> Reveals:
    return Reveals.of({PEOPLE: mark})


def block(text: str, mark: int | None = None, **more: Any) -> Block:  # noqa: ANN401 (fields of Block)
    return replace(Block(text, 1, reveals=None if mark is None else at(mark)), **more)


def document(*blocks: Block, kind: str = "summary") -> Document:
    return Document("notes.md", kind, "", "a study page", blocks)


def settled(*blocks: Block) -> list[Passage]:
    passages, unplaced = cut(BOOK, [document(*blocks)])
    assert unplaced == []
    return passages


def waiting(*blocks: Block) -> list[Unplaced]:
    return cut(BOOK, [document(*blocks)])[1]


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (2, [2]), (3, [3]), (4, [2, 2]), (5, [3, 2]), (7, [3, 2, 2]), (9, [3, 3, 3])]
)
def test_three_sentences_a_passage_and_no_lone_one(count: int, sizes: list[int]) -> None:
    text = " ".join(f"Sentence number {n} ends here." for n in range(count))
    assert [len(passage.sentences) for passage in settled(block(text, 3))] == sizes


def test_paragraphs_that_reveal_the_same_are_read_together() -> None:
    passages = settled(block("One.", 3), block("Two.", 3), block("Three.", 4))
    assert [passage.text for passage in passages] == ["One. Two.", "Three."]
    assert [passage.reveals for passage in passages] == [at(3), at(4)]
    assert [(passage.order, passage.group) for passage in passages] == [(0, 1), (1, 2)]


def test_list_items_and_headings_stand_apart() -> None:
    item = block("Two.", 3, is_item=True, line=2)
    passages = settled(block("One.", 3), item, replace(item, text="Three.", line=3), block("Four.", 3, heading="Karla"))
    assert [passage.text for passage in passages] == ["One.", "Two.", "Three.", "Four."]


def test_what_is_explicit_is_never_joined_with_what_is_not() -> None:
    passages = settled(
        block("One.", 3), block("Two.", 3, explicit=True), block("Three.", 3), block("Four.", 3, likes=5)
    )
    assert [(passage.text, passage.explicit, passage.likes) for passage in passages] == [
        ("One.", False, 0),
        ("Two.", True, 0),
        ("Three.", False, 0),
        ("Four.", False, 5),
    ]


def test_what_a_document_says_of_itself_goes_with_its_passages() -> None:
    (passage,), _ = cut(BOOK, [replace(document(block("One.", 3), kind="review"), rating=4)])
    assert (passage.kind, passage.document, passage.origin, passage.rating) == ("review", "notes.md", "a study page", 4)


def test_ids_are_made_of_the_words_and_are_different() -> None:
    before = settled(block("One.", 3), block("Two.", 4))
    after = settled(block("Zero.", 2), block("One.", 5), block("Two.", 4), block("One.", 6))
    assert {passage.id for passage in before} <= {passage.id for passage in after}
    assert len({passage.id for passage in after}) == 4


def test_what_nothing_places_reveals_the_whole_book_until_it_is_placed() -> None:
    (unplaced,) = waiting(block("One."))
    assert unplaced.passage.reveals == at(27)
    assert unplaced.passage.inferred
    assert placed(unplaced.passage, at(5)).reveals == at(5)
    assert placed(unplaced.passage, at(5)).inferred


def test_text_between_labels_fills_the_way_between_them() -> None:
    shares = [
        unplaced.share * 27
        for unplaced in waiting(
            block("Sentence one. " * 3),
            block("Labelled.", 9),
            block("An aside.", 0),
            block("Sentence two. " * 3),
            block("Sentence two. " * 3),
            block("Labelled.", 13),
            block("Sentence two. " * 3),
            block("Sentence two. " * 3),
        )
    ]
    assert shares == pytest.approx([9, 11, 13, 20, 27])


@given(st.lists(st.none() | st.integers(0, 27), max_size=20))
def test_a_story_is_never_told_before_what_comes_before_it(marks: list[int | None]) -> None:
    blocks = [block(f"Sentence {n:02}.", mark, is_item=True, line=n) for n, mark in enumerate(marks)]
    passages, unplaced = cut(BOOK, [document(*blocks)])
    where = {p.order: p.reveals.marks[PEOPLE] for p in passages}
    told = {u.passage.order: BOOK.mark_at(u.share) for u in unplaced}
    for order, mark in told.items():
        assert mark > 0
        assert mark >= max((m for other, m in where.items() if other < order), default=0)
    assert all(told[one] <= told[two] for one, two in pairwise(sorted(told)))


def headed(mark: int | None, heading_mark: int | None) -> Block:
    needs = None if heading_mark is None else at(heading_mark)
    return block("Tatiana is ill.", mark, heading="Karla’s daughter", heading_reveals=needs)


@pytest.mark.parametrize(
    ("mark", "heading_mark", "shown"),
    [(19, 19, True), (20, 19, True), (18, 19, False), (0, 0, True), (27, None, False)],
)
def test_a_heading_is_shown_only_with_what_reveals_as_much(mark: int, heading_mark: int | None, shown: bool) -> None:
    (passage,) = settled(headed(mark, heading_mark))
    assert bool(passage.heading) is shown


def test_a_heading_that_gives_away_another_book_is_not_shown_without_it() -> None:
    needs = Reveals.of({PEOPLE: 0, TINKER: 38})
    (passage,) = settled(block("One.", 27, heading="Haydon’s treason", heading_reveals=needs))
    assert passage.heading == ""


def test_the_heading_of_text_that_was_placed_by_its_words_is_shown_at_the_end() -> None:
    (unplaced,) = waiting(headed(None, None))
    assert placed(unplaced.passage, at(5)).heading == ""
    assert placed(unplaced.passage, at(27)).heading == "Karla’s daughter"


def test_no_heading_reaches_readers_behind_it(shelf: Shelf) -> None:
    text = """
        ---
        kind: people
        ---
        ## Karla’s daughter

        Nobody placed this.

        <!-- reveals: 0 -->
        Anybody may read this.

        ## Chapter 20: The crossing
        <!-- reveals: 3 -->
        This is safe after chapter 3.

        ## Haydon’s treason
        <!-- reveals: 9 -->
        This is safe after chapter 9.

        <!-- reveals: 2 -->
        This is safe after chapter 2.
        """
    read, _ = shelf.document(text)
    passages, unplaced = cut(BOOK, [read])
    assert [passage.heading for passage in passages if passage.heading] == ["Haydon’s treason"]
    assert [passage.reveals for passage in passages if passage.heading] == [at(9)]
    assert placed(unplaced[0].passage, at(3)).heading == ""


def passage(kind: str, mark: int = 7, *, inferred: bool = False, rating: int | None = None) -> Passage:
    (made,), _ = cut(BOOK, [document(block("One.", mark, rating=rating), kind=kind)])
    return replace(made, inferred=inferred)


def test_how_a_reply_names_where_a_passage_comes_from() -> None:
    assert source_line(passage("summary"), BOOK) == "summary, chapter 7"
    assert source_line(passage("people"), BOOK) == "who is who, chapter 7"
    assert source_line(passage("summary", 0), BOOK) == "summary"
    assert source_line(passage("summary", inferred=True), BOOK) == "summary"
    assert source_line(passage("review", rating=2), BOOK) == "a reader, ★★☆☆☆"
    assert source_line(passage("review"), BOOK) == "a reader"
    assert source_line(passage("summary", 40), novel(unit=Unit.PERCENT, marks=100)) == "summary, 40%"


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


def test_a_text_of_no_club_is_refused_as_everybody_would_see_it() -> None:
    with pytest.raises(ValueError, match="belongs to a club"):
        replace(REVIEW, club="")
