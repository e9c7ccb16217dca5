"""Our questions are what they say, published ones are chosen by the rule, and every text has its true place."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus.library import SHIPPED, Library
from tests.fakes.bookshelf import KITE, LANTERN, write_kite, write_lantern
from tests.measure.evaluation.metrics import holds, runs_in_sentences
from tests.measure.evaluation.questions import (
    Examination,
    Piece,
    Question,
    Story,
    is_news,
    labelled,
    sectioned,
    shipped_examination,
    told_examination,
    write_library,
)  # fmt: skip

LEAST = 200
KINDS = {"who", "what", "where", "why", "how", "when"}


@pytest.fixture(scope="module")
def ours() -> Examination:
    return shipped_examination()


@pytest.fixture(scope="module")
def answerable(ours: Examination) -> list[Question]:
    return [question for question in ours.questions if question.references]


def test_there_are_enough_of_them_about_every_book_of_every_kind_and_in_every_third(
    ours: Examination, answerable: list[Question]
) -> None:
    assert len(answerable) >= LEAST
    books = Counter(question.book for question in answerable)
    assert set(books) == {path.name for path in SHIPPED.iterdir() if path.is_dir()}
    assert min(books.values()) >= 20
    assert {question.kind for question in answerable} == KINDS
    thirds = Counter(min(2, 3 * (q.at - 1) // ours.about(q).marks) for q in answerable)
    assert min(thirds[third] for third in range(3)) >= len(answerable) // 5
    unanswerable = [question for question in ours.questions if not question.references]
    assert {question.kind for question in unanswerable} == {"unanswerable"}
    assert min(Counter(question.book for question in unanswerable)[book] for book in ours.stories) >= 3


def test_no_question_and_no_id_comes_twice(ours: Examination) -> None:
    assert len({question.id for question in ours.questions}) == len(ours.questions)
    assert len({(question.book, question.text) for question in ours.questions}) == len(ours.questions)


def test_each_answer_is_told_at_its_mark_and_is_news_one_mark_before(
    ours: Examination, answerable: list[Question]
) -> None:
    untold = [q.id for q in answerable if not q.right]
    assert untold == [], "no passage that comes with that mark holds a reference"
    known = [q.id for q in answerable if not is_news(q, ours.about(q))]
    assert known == [], "a reference stands in what was seen before, or has no word of its own"


def test_questions_are_asked_in_words_of_their_own_and_hold_no_answer(ours: Examination) -> None:
    own = {slug: frozenset().union(*(runs_in_sentences(piece.text) for piece in story.pieces))
           for slug, story in ours.stories.items()}  # fmt: skip
    assert [q.id for q in ours.questions if runs_in_sentences(q.text) & own[q.book]] == []
    assert [q.id for q in ours.questions for wording in q.references if holds(q.text, wording)] == []


STORY = {
    "book_id": "the-mill",
    "title": "The Mill",
    "sections": [
        {"n": 1, "text": "A miller has a black cat."},
        {"n": 2, "text": "The cat speaks to a pedlar named Osbert."},
        {"n": 3, "text": "Osbert buys the cat for a gold ring, and the mill stands still."},
    ],
}


def published(tmp_path: Path, sections: list[int], *answers: str, **more: object) -> list[Question]:
    row: dict[str, Any] = {
        "qid": "the-mill#1", "book_id": "the-mill", "question": "What comes?", "answers": answers, "answers_alt": [],
        "sections": sections,
    }  # fmt: skip
    stories, questions = tmp_path / "stories.jsonl", tmp_path / "questions.jsonl"
    stories.write_text(json.dumps(STORY) + "\n", encoding="utf-8")
    questions.write_text(json.dumps(row | more) + "\n\n", encoding="utf-8")
    return list(told_examination(stories, questions).questions)


def test_a_published_question_is_asked_one_section_before_its_first_and_at_its_last(tmp_path: Path) -> None:
    [one] = published(tmp_path, [2, 3], "a gold ring", answers_alt=["the ring"])
    assert (one.before, one.at, set(one.right), one.explicit, one.local) == (1, 3, {1, 2}, True, False)
    assert one.references == ("a gold ring", "the ring")


@pytest.mark.parametrize(
    ("section", "answers", "why"),
    [
        (1, ["a black cat"], "nobody can be asked before the first section"),
        (3, ["a black cat"], "it was told before"),
        (3, ["a gold ring", "the cat"], "one of its wordings was told before"),
        (3, ["the mill"], "it has no word that is not in the title"),
        (3, ["a silver chain", "a gold ring"], "the section holds no word of the first answer"),
    ],
)
def test_questions_that_cannot_give_anything_away_are_left_out(
    tmp_path: Path, section: int, answers: list[str], why: str
) -> None:
    assert published(tmp_path, [section], *answers) == [], why


@pytest.fixture
def mill() -> Story:
    return sectioned(STORY)


def test_a_text_comes_from_where_most_of_its_runs_stand_and_is_beyond_where_that_is(mill: Story) -> None:
    told = "The cat speaks to a pedlar named Osbert. Osbert buys the cat."
    assert mill.place(told) == 1
    assert (mill.beyond(told, {"the-mill": 1}), mill.beyond(told, {"the-mill": 2})) == (True, False)
    for text in ("Nothing of this is told anywhere in that story.", "a gold ring"):
        assert mill.place(text) is None
        assert not mill.beyond(text, {})


def test_what_is_told_twice_is_not_beyond_once_it_was_told() -> None:
    once = Piece("A bell rings three times in the night.", {"bells": 1})
    again = Piece("A bell rings three times in the night. Then the bell rings a fourth time.", {"bells": 5})
    story = Story("bells", "Bells", 5, [again, once])
    assert [story.beyond(once.text, at) for at in ({"bells": 1}, {})] == [False, True]
    assert story.beyond(again.text, {"bells": 1})


def test_stories_become_a_library_that_says_the_same(mill: Story, tmp_path: Path) -> None:
    write_library([mill], tmp_path)
    library = Library.load(tmp_path)
    assert not library.problems
    assert library.books["the-mill"].marks == 3
    [again] = labelled(library).values()
    assert [(p.text, dict(p.needs)) for p in again.pieces] == [(p.text, dict(p.needs)) for p in mill.pieces]


def test_only_labels_are_believed(library: Path) -> None:
    write_lantern(library, review_md="---\nkind: review\n---\nSilas drowned his brother for the sake of the lamp.\n")
    write_kite(library)
    stories = labelled(Library.load(library))
    assert set(stories) == {LANTERN, KITE}
    told = [piece.text for piece in stories[LANTERN].pieces]
    assert told
    assert not any(text.startswith("Silas drowned") for text in told), "nobody labelled the review"
