"""The answers that the guard is measured with: enough of them, everywhere, and each what it says it is."""

from collections import Counter

import pytest

from corpus.library import SHIPPED, Library
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.types import Verdict
from tests.measure.evaluation.guard_answers import ANSWERS, LEADS, Answer, Judged, figures, read

LEAST, LEAST_MIXED = 300, 100
HONEST = {
    "background", "comparison", "hedged", "inference", "open", "opinion", "paraphrase", "portrait", "premise",
    "pronouns", "recall", "reception", "remark", "summary",
}  # fmt: skip
LEAKING = {
    "aside", "blunt", "confirming", "denial", "embedded", "fate", "future", "half-sentence", "hint", "later", "name",
    "negative", "other-book", "present", "pronouns", "retold", "wrong",
}  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return read(ANSWERS)


def judged(*shown: bool, **changed: object) -> Judged:
    told = {
        "id": "one", "book": "the-lantern", "at": 3, "kind": "aside", "split": "tune", "question": "Who is Silas?",
        "answer": "He keeps the lamp. His room is below it. He drowned his brother.", "leaks": [3],
    }  # fmt: skip
    return Judged(Answer(**(told | changed)), [Verdict(one, 0.25) for one in shown])  # type: ignore[arg-type]


def test_there_are_enough_of_each_sort(answers: list[Answer]) -> None:
    assert sum(not answer.leaks for answer in answers) >= LEAST
    assert sum(bool(answer.leaks) for answer in answers) >= LEAST
    assert sum(len({leaks for _, leaks in answer.said()}) == 2 for answer in answers) >= LEAST_MIXED
    assert {answer.kind for answer in answers if not answer.leaks} == HONEST
    assert {answer.kind for answer in answers if answer.leaks} == LEAKING


def test_each_has_a_name_and_a_wording_of_its_own_and_is_as_long_as_what_a_chat_model_says(
    answers: list[Answer],
) -> None:
    assert len({answer.id for answer in answers}) == len(answers)
    every = [sentence for answer in answers for sentence, _ in answer.said()]
    assert len(set(every)) == len(every)
    assert [a.id for a in answers if not 30 <= len(a.answer.split()) <= 80 or not 2 <= len(a.said()) <= 4] == []
    assert [a.id for a in answers if list(a.leaks) != sorted({*a.leaks} & {*range(1, len(a.said()) + 1)})] == []


def test_something_is_always_hidden_and_every_third_of_every_book_has_both_sorts(answers: list[Answer]) -> None:
    books = Library.load(SHIPPED).books
    assert [a.id for a in answers if not 0 <= a.at < books[a.book].marks] == []
    assert [a.id for a in answers for slug, mark in a.also.items() if not 0 < mark <= books[slug].marks] == []
    found = {(a.book, bool(a.leaks), 3 * a.at // books[a.book].marks) for a in answers}
    assert found == {(slug, leaks, third) for slug in books for leaks in (False, True) for third in range(3)}


def test_about_a_third_of_every_book_is_kept_aside(answers: list[Answer]) -> None:
    assert {answer.split for answer in answers} == {"tune", "kept"}
    groups = Counter((answer.book, bool(answer.leaks)) for answer in answers)
    kept = Counter((answer.book, bool(answer.leaks)) for answer in answers if answer.split == "kept")
    assert {group for group, count in groups.items() if not 0.25 <= kept[group] / count <= 0.42} == set()


@pytest.mark.parametrize(
    ("shown", "leaks", "stopped", "rest"),
    [
        ((True, True, False), [3], 1, 1),
        ((True, False, False), [3], 1, 0),
        ((False, False, True), [3], 0, 0),
        ((True, False, True), [2, 3], 0, 1),
    ],
)
def test_a_leak_is_stopped_only_where_no_leaking_sentence_is_shown(
    shown: tuple[bool, ...], leaks: list[int], stopped: int, rest: int
) -> None:
    told = figures([judged(*shown, leaks=leaks)])
    assert (told["leaking, every leak stopped"], told["mixed, all the rest kept"]) == (stopped, rest)


def test_honest_answers_count_by_how_much_of_them_is_shown() -> None:
    told = figures(
        [judged(*shown, leaks=[]) for shown in ((True, True, True), (True, True, False), (True, False, False))]
    )
    assert told["honest, something shown"] == 1
    assert told["honest, half or more shown"] == pytest.approx(2 / 3)
    assert told["honest, shown whole"] == pytest.approx(1 / 3)


def test_false_sentences_are_counted_by_how_many_are_stopped() -> None:
    told = figures([judged(shown, leaks=[], false=[1], answer="He owns the lamp.") for shown in (True, False)])
    assert told["false, stopped"] == 0.5
    assert told["honest answers"] == told["leaking answers"] == 0


def test_there_are_enough_everyday_answers_of_each_sort_and_each_false_one_stands_beside_visible_text(
    shipped: Retriever,
) -> None:
    everyday = read(LEADS)
    kinds = Counter(answer.kind for answer in everyday)
    assert min(kinds["honest"], kinds["leaking"], kinds["false"]) >= 60
    assert len({answer.id for answer in everyday}) == len(everyday)
    for answer in everyday:
        assert [n for n in (*answer.leaks, *answer.false) if n > len(answer.said())] == []
        assert bool(answer.leaks) == (answer.kind == "leaking")
        if answer.kind == "false":
            seen = shipped.passages(answer.book, Audience({answer.book: answer.at}))
            assert any(answer.cites in passage.text for passage in seen), answer.id
