"""Learning from the beginning: an adapter and the networks from two small stories, with the packaged model."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.check import Forest
from retrieval.embedding import SentenceEmbedder, load_models, published_model
from retrieval.guard import Evidence, PassageTokens
from retrieval.ranking import Question, Ranker, Weights
from retrieval.training import adapter, remarks
from retrieval.training.__main__ import Lesson
from retrieval.training.guarding import AnswerJudge
from retrieval.training.stories import LibraryQuestion, StoryQuestion, open_stories, read_questions
from retrieval.types import Embedder

PEOPLE = {"the-lamp": ("keeper", "brother", "island"), "the-mill": ("miller", "daughter", "river")}


def rows(story: str, one: str, other: str, place: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    told = [
        f"A {one} lived by the {place}. He polished the lamp each night.",
        f"The {other} came by boat. They quarrelled about a silver coin.",
        f"The {other} drowned in the storm. The {one} wept on the stairs.",
    ]
    asked = [
        (f"Who lived by the {place}?", f"the {one}", 1), ("What did they quarrel about?", "a silver coin", 2),
        ("Who drowned in the storm?", f"the {other}", 3), (f"Where did the {one} weep?", "on the stairs", 3),
    ]  # fmt: skip
    sections = [{"n": n, "text": text} for n, text in enumerate(told, 1)]
    return {"book_id": story, "title": story.title(), "sections": sections}, [
        {"qid": f"{story}#{n}", "book_id": story, "question": question, "answers": [answer], "answers_alt": [],
         "sections": [section]}
        for n, (question, answer, section) in enumerate(asked)
    ]  # fmt: skip


@pytest.fixture
def lesson(tmp_path: Path, embedder: Embedder) -> Lesson:
    stories, questions = tmp_path / "stories.jsonl", tmp_path / "questions.jsonl"
    made = [rows(story, *people) for story, people in PEOPLE.items()]
    stories.write_text("\n".join(json.dumps(story) for story, _ in made), encoding="utf-8")
    questions.write_text("\n".join(json.dumps(one) for _, asked in made for one in asked), encoding="utf-8")
    return Lesson(open_stories(stories, embedder), read_questions(questions), embedder, tmp_path)


def test_everything_that_ships_is_learned_from_stories_and_questions(lesson: Lesson, tmp_path: Path) -> None:
    vectors = lesson.question_vectors()
    lesson.learn_questions(vectors)
    lesson.learn_statements()
    assert len(vectors) == 8
    for kind in ("question", "statement"):
        assert isinstance(Ranker.load(kind, adapted=True, folder=tmp_path), Ranker)


def test_what_a_club_asks_changes_the_weights_that_are_there(
    lesson: Lesson, tmp_path: Path, embedder: Embedder
) -> None:
    lesson.learn_questions([embedder.question(one.text) for one in lesson.asked])
    before = Weights.load(tmp_path / "question.npz")
    open_question = StoryQuestion("the-lamp", "how old is the keeper", (), ())
    club = [replace(one, sentences=(2 * one.at - 1,)) for one in lesson.asked]
    Lesson(lesson.shelf, [*club, open_question], embedder, tmp_path).learn_club_questions()
    after = Weights.load(tmp_path / "question.npz")
    assert after.first.shape == before.first.shape
    assert not np.allclose(after.first, before.first)
    assert isinstance(Ranker.load("question", adapted=True, folder=tmp_path), Ranker)


def test_confidence_is_learned_from_the_question_too_for_the_packaged_model_alone(
    lesson: Lesson, tmp_path: Path, embedder: Embedder
) -> None:
    lesson.learn_questions([embedder.question(one.text) for one in lesson.asked])
    club = [replace(one, sentences=(2 * one.at - 1,)) for one in lesson.asked]
    club += [StoryQuestion(story, "does anyone ever marry", (), ()) for story in lesson.shelf.opened]
    more = [LibraryQuestion(one.story, one.text, 1, one.at) for one in lesson.asked]
    more.append(LibraryQuestion("the-lamp", "does anyone ever marry", 1, None))
    Lesson(lesson.shelf, club, embedder, tmp_path).learn_confidence(lesson.shelf, more)
    packaged, other = (Ranker.load("question", adapted=adapted, folder=tmp_path).fit for adapted in (True, False))
    assert len(packaged.weights) == len(other.weights) + len(embedder.question("Who?").plain)
    view = lesson.shelf.opened["the-lamp"].whole()
    told, untold = (
        Ranker(None, packaged).rank(view, Question.of(one.text, embedder.question(one.text))).confidence
        for one in (club[0], club[-1])
    )
    assert told > untold


def test_an_adapter_is_loaded_as_it_was_learned(tmp_path: Path, lesson: Lesson, embedder: Embedder) -> None:
    text = "Who drowned in the storm?"
    learned = adapter.train(lesson.shelf.opened, lesson.asked, epochs=2)
    adapter.save(learned, tmp_path / "adapter")
    loaded = SentenceEmbedder("new", lambda: load_models(str(published_model()), tmp_path / "adapter"), adapted=True)
    read = loaded.question(text)
    assert np.allclose(read.plain, embedder.question(text).plain, atol=1e-5)
    assert np.allclose(read.adapted, learned.encode(text, normalize_embeddings=True), atol=1e-5)
    assert not np.allclose(read.adapted, read.plain, atol=1e-4)


def test_trees_tell_what_spoils_from_what_does_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    told = [
        remarks.Remark(
            f"book {n % 8}",
            n % 2 == 1,
            rng.normal(n % 2, 0.2, (1 + n % 3, 4)).astype(np.float32),
            rng.normal(0, 1, (1 + n % 3, 20)).astype(np.float32),
        )
        for n in range(200)
    ]
    remarks.save(remarks.learn(told), tmp_path / "remarks.npz")
    forest = Forest.load(tmp_path / "remarks.npz")
    spoils, talk = (
        Evidence(np.full(4, value, np.float32), np.zeros(20, np.float32), revealing_word=False, hidden=None)
        for value in (1, 0)
    )
    assert forest.risk(spoils) >= forest.limit > forest.risk(talk)


def test_remarks_are_heard_before_and_after_they_may_be_told(
    lesson: Lesson, tmp_path: Path, embedder: Embedder
) -> None:
    said = [{"book": "the-lamp", "needs": 3, "text": "the brother drowns"}, {"book": "", "needs": 0, "text": "lol"}]
    (tmp_path / "said.jsonl").write_text("\n".join(map(json.dumps, said)), encoding="utf-8")
    judge = AnswerJudge(lesson.shelf, Ranker.load("statement", adapted=True), embedder, PassageTokens(embedder))
    told = list(remarks.remarks(judge, tmp_path / "said.jsonl"))
    assert {one.spoils for one in told if len(one.signals)} == {True, False}
    assert all(not one.spoils for one in told if one.book != "the-lamp")
