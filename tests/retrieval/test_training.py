"""Learning weights: what is learned from, and that what comes out can be used."""

import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.ranking import Fit, Question, Ranker, Weights
from retrieval.training import ranker
from retrieval.training.__main__ import CLUB_QUESTIONS
from retrieval.training.stories import (
    Shelf,
    StoryQuestion,
    answer_shares,
    as_one_stretch,
    open_stories,
    open_summaries,
    read_club_questions,
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


def some_examples(story_file: Path, asked: StoryQuestion) -> list[ranker.Example]:
    embedder = HashedEmbedder()
    questions = [Question.of(asked.text, embedder.question(asked.text))] * 8
    return ranker.examples(open_stories(story_file, embedder), [asked] * 8, questions, [lambda one, _: one.at])


def test_training_goes_on_from_weights_as_they_are(story_file: Path, asked: StoryQuestion) -> None:
    examples = some_examples(story_file, asked)
    before = ranker.train(examples, lambda _: None)
    rows, view, question = examples[0].features, examples[0].view, examples[0].question
    scores = before.scores(rows, view, question)
    mean, deviation = rows.mean(0), rows.std(0) + 1e-3
    network = ranker.Network(rows.shape[1], view.sentence_vectors.shape[1]).eval()
    ranker.resume(network, before, mean, deviation)
    again = ranker.weights_of(network, mean, deviation).scores(rows, view, question)
    assert np.allclose(scores - scores.mean(), again - again.mean(), atol=1e-3)


def test_one_stretch_has_the_same_sentences_and_no_limits(story_file: Path) -> None:
    opened, _ = open_stories(story_file, HashedEmbedder())
    whole = as_one_stretch(opened["the-lamp"])
    assert whole.sentences == opened["the-lamp"].sentences
    assert set(whole.whole().group_of) == {0}


def test_learned_weights_survive_a_file_and_rank(story_file: Path, asked: StoryQuestion, tmp_path: Path) -> None:
    examples = some_examples(story_file, asked)
    said: list[str] = []
    ranker.train(examples, said.append).save(tmp_path / "weights.npz")
    weights = Weights.load(tmp_path / "weights.npz")
    reader = Ranker(weights, Fit(np.zeros(ranker.TRAITS, np.float32), 0.0))
    recent = np.zeros((len(examples[0].view), 5), np.float32)
    ranking = reader.rank(examples[0].view, examples[0].question, recent)
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
