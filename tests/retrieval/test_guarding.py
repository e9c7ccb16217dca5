"""Learning the guard's rule: from which answers, and where its limit comes to lie."""

import json
from pathlib import Path

import numpy as np
import pytest

from corpus.library import SHIPPED, Library
from retrieval.guard import Evidence, PassageTokens, rule_inputs, support_inputs
from retrieval.ranking import Fit, Ranker
from retrieval.support import SUPPORT
from retrieval.training import guarding
from retrieval.training.guarding import LEADS, AnswerJudge, Case, cases, learn
from retrieval.training.stories import open_stories
from tests.fakes.embedder import HashedEmbedder
from tests.measure.evaluation.guard_answers import LEADS as MEASURED
from tests.measure.evaluation.guard_answers import read

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
    "id": "lamp-1", "book": "the-lamp", "at": 2, "split": "tune", "kind": "recall", "question": "Who came?",
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


def case(value: float, kind: str = "honest", book: str = "the-lamp", *, word: bool = False, n: int = 66) -> Case:
    signals = np.append(np.float32(value), np.zeros(n - 1, np.float32))
    return Case(Evidence(signals, np.zeros(4, np.float32), word, None, np.full(SUPPORT, value, np.float32)), kind, book)


def told(*extra: Case) -> list[Case]:
    """Return cases of three books in which what leaks, and what is false, has the higher numbers."""
    return [
        case(n / 10, kind, f"book-{n % 3}") for kind, least in (("honest", -10), ("leaking", 0), ("false", 0))
        for n in range(least, least + 11)
    ] + list(extra)  # fmt: skip


def test_marked_answers_teach_sentence_by_sentence(shelf: AnswerJudge, tmp_path: Path) -> None:
    found = list(cases(shelf, answers(tmp_path, {}, {"leaks": [], "false": [1], "kind": "plain"})))
    assert [one.kind for one in found] == ["honest", "leaking", "false", "plain"]
    assert all(one.found.support is not None for one in found)


def test_answers_that_are_kept_aside_are_never_learned_from(shelf: AnswerJudge, tmp_path: Path) -> None:
    assert list(cases(shelf, answers(tmp_path, {"split": "kept"}))) == []


def test_who_has_read_everything_is_told_no_secrets(shelf: AnswerJudge, tmp_path: Path) -> None:
    assert list(cases(shelf, answers(tmp_path, {"at": 4}))) == []


def test_the_rules_tell_leaks_and_what_is_false_from_what_is_honest() -> None:
    learned = learn(told())
    for name, inputs in (
        ("signals", rule_inputs(case(1).found, by_vector=False)),
        ("support", support_inputs(case(1).found)),
    ):
        rule = Fit(learned[name][1:], float(learned[name][0]))
        assert rule.confidence(inputs) > float(learned[f"{name}_limit"])
        assert rule.confidence(np.zeros_like(inputs)) < 0.6


def test_the_limit_stops_the_share_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = learn(told())["signals_limit"]
    monkeypatch.setattr(guarding, "STOPS", 0.5)
    assert learn(told())["signals_limit"] > strict


def test_a_word_that_is_enough_moves_no_limit() -> None:
    assert learn(told(*[case(-1, "leaking", word=True)] * 3))["signals_limit"] <= 1.0


def test_the_shipped_answers_are_about_books_that_ship_each_with_a_reader_who_has_not_finished() -> None:
    books, rows = Library.load(SHIPPED).books, [json.loads(line) for line in LEADS.read_text("utf-8").splitlines()]
    assert [row for row in rows if not 0 <= row["at"] < books[row["book"]].marks] == []
    measured = {answer.book for answer in read(MEASURED)}
    assert measured.isdisjoint(row["book"] for row in rows)
