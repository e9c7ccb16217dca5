"""Learning weights: what is learned from, and that what comes out can be used."""

import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.ranking import Fit, Question, Ranker, Weights
from retrieval.training import ranker
from retrieval.training.stories import StoryQuestion, answer_shares, as_one_stretch, open_stories, read_questions
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


def test_a_question_can_be_answered_at_its_last_section(asked: StoryQuestion) -> None:
    assert asked.at == 3
    assert asked.answers == ("the brother", "his brother")


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


def test_one_stretch_has_the_same_sentences_and_no_limits(story_file: Path) -> None:
    opened, _ = open_stories(story_file, HashedEmbedder())
    whole = as_one_stretch(opened["the-lamp"])
    assert whole.sentences == opened["the-lamp"].sentences
    assert set(whole.whole().group_of) == {0}


def test_learned_weights_survive_a_file_and_rank(story_file: Path, asked: StoryQuestion, tmp_path: Path) -> None:
    embedder = HashedEmbedder()
    opened, books = open_stories(story_file, embedder)
    vectors = [embedder.question(asked.text)] * 8
    examples = ranker.examples(opened, books, [asked] * 8, vectors, [lambda one, _: one.at])
    said: list[str] = []
    ranker.train(examples, said.append).save(tmp_path / "weights.npz")
    weights = Weights.load(tmp_path / "weights.npz")
    reader = Ranker(weights, Fit(np.zeros(ranker.TRAITS, np.float32), 0.0))
    question = Question.of(asked.text, vectors[0])
    ranking = reader.rank(examples[0].view, question, np.zeros((len(examples[0].view), 5), np.float32))
    assert np.isclose(ranking.chances.sum(), 1, atol=1e-4)
    assert ranking.confidence == 0.5
    assert len(said) == ranker.EPOCHS


def test_a_logistic_rule_tells_apart_what_can_be_told_apart() -> None:
    rng = np.random.default_rng(0)
    rows = [np.array([x, rng.normal()], np.float32) for x in (-2, -1, 1, 2) for _ in range(20)]
    held = [bool(row[0] > 0) for row in rows]
    rule = ranker.logistic(rows, held)
    assert rule.confidence(np.array([2, 0], np.float32)) > 0.9
    assert rule.confidence(np.array([-2, 0], np.float32)) < 0.1
