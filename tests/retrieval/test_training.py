"""Learning weights: what is learned from, and that what comes out can be used."""

import json
import random
from pathlib import Path

import pytest

from corpus.library import SHIPPED, Library
from retrieval.training.__main__ import CLUB_QUESTIONS, LIBRARY_QUESTIONS
from retrieval.training.stories import (
    LibraryQuestion,
    Shelf,
    StoryQuestion,
    answer_shares,
    as_one_stretch,
    open_stories,
    open_summaries,
    read_club_questions,
    read_library_questions,
    read_questions,
)
from tests.fakes.embedder import HashedEmbedder

STORY = {
    "book_id": "the-lamp",
    "title": "The Lamp",
    "sections": [
        {"n": 1, "text": "A keeper lived on an island. He polished the lamp each night."},
        {"n": 2, "text": "His brother came by boat. They quarrelled about the lamp.\n\nIt rained."},
        {"n": 3, "text": "The brother drowned in the storm. The keeper wept on the stairs."},
    ],
}
QUESTION = {
    "qid": "the-lamp#1", "book_id": "the-lamp", "question": "Who drowned in the storm?", "answers": ["the brother"],
    "answers_alt": ["his brother"], "sections": [3],
}  # fmt: skip


@pytest.fixture
def story_file(tmp_path: Path) -> Path:
    path = tmp_path / "stories.jsonl"
    path.write_text(json.dumps(STORY) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def asked(tmp_path: Path) -> StoryQuestion:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    (one,) = read_questions(path)
    return one


def test_a_story_is_placed_section_by_section(story_file: Path) -> None:
    opened, books = open_stories(story_file, HashedEmbedder())
    assert books["the-lamp"].marks == 3
    assert [p.reveals.marks["the-lamp"] for p in opened["the-lamp"].passages] == [1, 2, 3]


def test_only_sentences_of_the_answers_section_hold_the_answer(story_file: Path, asked: StoryQuestion) -> None:
    opened, _ = open_stories(story_file, HashedEmbedder())
    shares = answer_shares(opened["the-lamp"], asked)
    best = opened["the-lamp"].sentences[int(shares.argmax())]
    assert best == "The brother drowned in the storm."
    assert not shares[:5].any()


SUMMARY = {
    "book_id": "0123456789abcdef",
    "title": "The Lamp",
    "summary": "A keeper lives on an island. He polishes the lamp. His brother comes by boat. They quarrel. "
    "The brother drowns. The keeper weeps on the stairs.",
}


@pytest.fixture
def summaries(tmp_path: Path) -> Shelf:
    path = tmp_path / "summaries.jsonl"
    path.write_text(json.dumps(SUMMARY) + "\n", encoding="utf-8")
    return open_summaries([path], HashedEmbedder())


def club_question(tmp_path: Path, shelf: Shelf, sentences: list[int], story: str = "0123456789") -> list[StoryQuestion]:
    row = {"book_id": story, "question": "whats he crying for", "sentences": sentences, "answer": "his brother"}
    path = tmp_path / "club.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return read_club_questions(path, shelf)


def test_a_summary_is_cut_into_sections_of_four_sentences(summaries: Shelf) -> None:
    opened = summaries.opened["0123456789"]
    assert summaries.books["0123456789"].marks == 2
    marks = [p.reveals.marks["0123456789"] for p in opened.passages]
    assert [marks[n] for n in opened.passage_of] == [1, 1, 1, 1, 2, 2]


def test_a_club_question_knows_its_sentences_and_their_section(summaries: Shelf, tmp_path: Path) -> None:
    (asked,) = club_question(tmp_path, summaries, [5, 4])
    assert (asked.sections, asked.sentences) == ((2,), (5, 4))
    shares = answer_shares(summaries.opened["0123456789"], asked)
    assert list(shares.nonzero()[0]) == [4, 5]
    assert shares.argmax() == 5


def test_a_club_question_that_its_story_does_not_answer_has_no_section(summaries: Shelf, tmp_path: Path) -> None:
    (asked,) = club_question(tmp_path, summaries, [])
    assert asked.sections == ()


def test_a_club_question_about_another_story_is_left_out(summaries: Shelf, tmp_path: Path) -> None:
    assert club_question(tmp_path, summaries, [1], story="another") == []


def test_every_club_question_that_ships_is_whole() -> None:
    rows = [json.loads(line) for line in CLUB_QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 3_000
    for row in rows:
        assert row.keys() == {"book_id", "question", "sentences", "answer", "kind", "style"}
        assert row["question"].strip()
        assert bool(row["answer"]) == bool(row["sentences"])
    assert len({(row["book_id"], row["question"]) for row in rows}) == len(rows)


def test_one_stretch_has_the_same_sentences_and_no_limits(story_file: Path) -> None:
    opened, _ = open_stories(story_file, HashedEmbedder())
    whole = as_one_stretch(opened["the-lamp"])
    assert whole.sentences == opened["the-lamp"].sentences
    assert set(whole.whole().group_of) == {0}


@pytest.mark.parametrize(
    ("asked", "answered", "here", "before"),
    [(2, 5, {5, 9}, {2, 4}), (5, 5, {5, 9}, set()), (0, 1, {1, 9}, {0}), (3, None, set(), {3, 9})],
)
def test_a_library_question_is_asked_before_its_answer_at_it_and_at_the_end(
    asked: int, answered: int | None, here: set[int], before: set[int]
) -> None:
    for seed in range(20):
        rng = random.Random(seed)  # noqa: S311 (no secret)
        places = LibraryQuestion("emma", "who does she marry", asked, answered).places(9, rng)
        told = {mark for mark, answer in places.items() if answer}
        assert here <= told
        assert before <= places.keys() - told
        assert all(asked <= mark <= 9 for mark in places)
        assert all(answered is not None and mark >= answered for mark in told)


def test_every_library_question_is_asked_where_its_book_goes_on() -> None:
    books = Library.load(SHIPPED).books
    for one in read_library_questions(LIBRARY_QUESTIONS):
        end = books[one.book].marks
        assert 0 <= one.asked <= (end if one.answered is None else one.answered) <= end
