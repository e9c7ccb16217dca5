"""Measuring where unlabelled text lands: texts of known truth, and what counts as too early."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from corpus.books import Reveals
from corpus.library import Library
from corpus.passages import Passage, cut
from retrieval.embedding import SentenceEmbedder
from tests.fakes.bookshelf import LANTERN, LANTERN_SUMMARY
from tests.measure.evaluation.unlabelled import (
    CASES,
    TEXT,
    Said,
    Shape,
    Tale,
    even,
    measured,
    mostly,
    placings,
    reviews,
    shortened,
    stripped,
    tales,
    thirds,
)  # fmt: skip

TOLD = [Said(f"Sentence {n} of a hundred.", n) for n in range(1, 101)]
TALE = Tale("the-tale", 100, TOLD, [Said(f"What is {n}? It is {n}.", n) for n in range(1, 8)])


@pytest.mark.parametrize(
    ("shape", "first", "last"), [(even, 0.2, 0.2), (mostly(0), 0.5, 0.12), (mostly(0.8), 0.12, 0.5)]
)
def test_a_summary_is_a_third_of_its_story_in_order_and_as_uneven_as_its_shape(
    shape: Shape, first: float, last: float
) -> None:
    kept = shortened(TOLD, shape)
    marks = [said.mark or 0 for said in kept]
    assert marks == sorted(set(marks))
    assert len(kept) == pytest.approx(100 / 3, abs=7)
    assert sum(mark <= 20 for mark in marks) / len(marks) == pytest.approx(first, abs=0.1)
    assert sum(mark > 80 for mark in marks) / len(marks) == pytest.approx(last, abs=0.1)


def test_thirds_share_no_sentence() -> None:
    labelled, others = thirds(TOLD)
    assert len(labelled) + len(others) == 100
    assert not {said.text for said in labelled} & {said.text for said in others}


def test_a_review_is_an_episode_between_talk() -> None:
    found = reviews(TALE.statements, Random(1))  # noqa: S311
    assert sorted(said.mark for review in found for said in review[1] if said.mark) == list(range(1, 8))
    assert all(said.mark is None for review in found for part in (review[0], review[2]) for said in part)


def test_stories_and_questions_become_sentences_with_their_marks(tmp_path: Path) -> None:
    story = {
        "book_id": "x",
        "title": "X",
        "sections": [{"n": 1, "text": "It rains. It pours."}, {"n": 2, "text": "Sun."}],
    }
    asked = [
        {"book_id": "x", "question": "What shines?", "answers": ["the sun."], "sections": [2], "scope": "local"},
        {"book_id": "x", "question": "What else?", "answers": ["rain"], "sections": [1, 2], "scope": "local"},
        {"book_id": "x", "question": "And then?", "answers": ["all"], "sections": [2], "scope": "summary"},
    ]
    stories, questions = tmp_path / "stories.jsonl", tmp_path / "questions.jsonl"
    stories.write_text(json.dumps(story) + "\n", encoding="utf-8")
    questions.write_text("".join(json.dumps(row) + "\n" for row in asked), encoding="utf-8")
    (tale,) = tales(stories, questions)
    assert tale.own == [Said("It rains.", 1), Said("It pours.", 1), Said("Sun.", 2)]
    assert tale.statements == [Said("What shines? the sun.", 2)]


def passage(order: int, mark: int, *sentences: str) -> Passage:
    return Passage(f"x/{order}", "x", "summary", TEXT, sentences, Reveals.of({"x": mark}), True, order, 1)


def test_a_sentence_counts_from_where_any_of_it_can_be_seen() -> None:
    told = [Said("It rains.", 3), Said("Oh!", None), Said("He said: “No.” And left.", 4)]
    found = [passage(1, 9, "And left."), passage(0, 2, "It rains.", "Oh!", "He said: “No.”")]
    assert list(placings(told, found)) == [(2, 3), (2, 4)]


def test_text_that_got_lost_is_an_error_and_no_figure() -> None:
    with pytest.raises(ValueError, match="other text"):
        list(placings([Said("It rains.", 1)], [passage(0, 1, "It rains.", "More.")]))


def test_a_case_goes_through_the_library_and_the_store(embedder: SentenceEmbedder) -> None:
    told = [Said(text, mark) for mark, text in LANTERN_SUMMARY.items()]
    tale = Tale(LANTERN, 10, told, [Said("Who drowned his brother? Silas drowned him.", 10)])
    (case,) = (case for case in CASES if case.name == "reviews: alone in their books")
    figures = measured([case.of(tale)], embedder)
    assert figures == {"sentences": 1, "too early": 0, "excess": 0, "at the end": 1}


def test_a_case_without_labels_has_none(tmp_path: Path) -> None:
    for case in CASES:
        case.of(replace(TALE, slug=f"tale-{CASES.index(case)}")).write(tmp_path)
    library = Library.load(tmp_path)
    assert library.problems == ()
    for slug, book in library.books.items():
        settled, unplaced = cut(book, library.documents[slug])
        assert {u.passage.document for u in unplaced} == {TEXT}
        assert TEXT not in {p.document for p in settled}


def test_of_the_shipped_library_one_kind_at_a_time_loses_its_labels(tmp_path: Path) -> None:
    volumes = list(stripped("summary"))
    for volume in volumes:
        volume.write(tmp_path)
    library = Library.load(tmp_path)
    assert library.problems == ()
    for volume in volumes:
        _, unplaced = cut(library.books[volume.slug], library.documents[volume.slug])
        assert {u.passage.document for u in unplaced} == {TEXT}
        assert len(volume.paragraphs) > 20
