"""Learning the guard's rule: from which answers, and where its limit comes to lie."""

import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.guard import PassageTokens
from retrieval.ranking import Ranker
from retrieval.training import guarding
from retrieval.training.guarding import AnswerJudge, Case, learn, marked_cases, story_cases
from retrieval.training.stories import StoryQuestion, open_stories
from tests.fakes.embedder import HashedEmbedder

STORY = {
    "book_id": "the-lamp",
    "title": "The Lamp",
    "sections": [
        {"n": 1, "text": "A keeper lived on an island. He polished the lamp each night."},
        {"n": 2, "text": "His brother came by boat. They quarrelled about the lamp."},
        {"n": 3, "text": "The brother drowned in the storm. The keeper wept on the stairs."},
        {"n": 4, "text": "A magistrate came in spring."},
    ],
}
ANSWER = {
    "id": "lamp-1", "book": "the-lamp", "at": 2, "split": "tune", "question": "Who came?",
    "answer": "His brother came. He is going to drown.", "leaks": [2],
}  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> AnswerJudge:
    path = tmp_path / "stories.jsonl"
    path.write_text(json.dumps(STORY), encoding="utf-8")
    embedder = HashedEmbedder()
    reader = Ranker.load("statement", adapted=False)
    return AnswerJudge(open_stories(path, embedder), reader, embedder, PassageTokens(embedder))


def answers(tmp_path: Path, *rows: dict[str, object]) -> Path:
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(f"{json.dumps(ANSWER | row)}\n" for row in rows), encoding="utf-8")
    return path


def case(value: float, *, leaks: bool, book: str = "the-lamp", answer: str = "one") -> Case:
    return Case(np.array([value, 1.0], np.float32), leaks, book, answer)


def test_a_storys_answer_leaks_one_section_early_and_is_honest_at_its_section(shelf: AnswerJudge) -> None:
    asked = StoryQuestion("the-lamp", "Who drowned?", ("The brother",), (3,))
    assert [found.leaks for found in story_cases(shelf, [asked])] == [True, False]


def test_what_leaves_nothing_hidden_or_nothing_visible_teaches_nothing(shelf: AnswerJudge) -> None:
    first, last = (
        StoryQuestion("the-lamp", "Who?", ("A keeper",), (1,)),
        StoryQuestion("the-lamp", "When?", ("Spring",), (4,)),
    )
    assert [found.leaks for found in story_cases(shelf, [first])] == [False]
    assert [found.leaks for found in story_cases(shelf, [last])] == [True]


def test_of_the_stories_every_so_many_th_is_learned_from(shelf: AnswerJudge) -> None:
    asked = [
        StoryQuestion("the-lamp", f"Who drowned, question {n}?", ("The brother",), (3,))
        for n in range(2 * guarding.STEP)
    ]
    assert len(list(story_cases(shelf, asked))) == 2 * 2


def test_marked_answers_teach_sentence_by_sentence(shelf: AnswerJudge, tmp_path: Path) -> None:
    found = list(marked_cases(shelf, answers(tmp_path, {})))
    assert [(one.leaks, one.answer) for one in found] == [(False, "lamp-1"), (True, "lamp-1")]


def test_answers_that_are_kept_aside_are_never_learned_from(shelf: AnswerJudge, tmp_path: Path) -> None:
    assert list(marked_cases(shelf, answers(tmp_path, {"split": "kept"}))) == []


def test_who_has_read_everything_is_told_no_secrets(shelf: AnswerJudge, tmp_path: Path) -> None:
    assert list(marked_cases(shelf, answers(tmp_path, {"at": 4}))) == []


def test_the_rule_tells_leaks_from_what_is_honest() -> None:
    stories = [case(n / 10, leaks=n > 5) for n in range(11)]
    marked = [case(n / 10, leaks=n > 5, book=f"book-{n % 3}", answer=str(n)) for n in range(11)]
    rule = learn(stories, marked)
    assert rule.fit.confidence(case(1, leaks=True).weighed) > rule.limit
    assert rule.fit.confidence(case(0, leaks=False).weighed) < rule.limit


def test_the_limit_stops_the_share_of_answers_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [case(float(n), leaks=n > 5) for n in range(11)]
    marked = [case(n / 10, leaks=True, book=f"book-{n % 2}", answer=str(n)) for n in range(100)]
    marked += [case(-n / 10, leaks=False, book=f"book-{n % 2}", answer=f"honest {n}") for n in range(100)]
    strict = learn(stories, marked).limit
    monkeypatch.setattr(guarding, "STOPS", 0.5)
    assert learn(stories, marked).limit > strict
