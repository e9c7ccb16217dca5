"""Members' questions are what they say, by the library's own text; answers are judged by what a member reads."""

from collections import Counter

import pytest

from corpus.library import SHIPPED, Library
from tests.measure.evaluation.club import ANSWERABLE, ClubQuestion, club_questions
from tests.measure.evaluation.metrics import runs_in_sentences
from tests.measure.evaluation.questions import Story, labelled

OURS = club_questions()


@pytest.fixture(scope="module")
def stories() -> dict[str, Story]:
    return labelled(Library.load(SHIPPED))


def test_each_book_has_as_many_of_every_kind_asked_all_over_it(stories: dict[str, Story]) -> None:
    kinds = Counter((q.book, q.kind) for q in OURS)
    assert {kind: {n for (_, of), n in kinds.items() if of == kind} for _, kind in kinds} == {
        ANSWERABLE: {12}, "later": {4}, "nowhere": {4},
    }  # fmt: skip
    assert len({q.id for q in OURS}) == len({(q.book, q.text) for q in OURS}) == len(OURS) == 140
    for kind in (ANSWERABLE, "nowhere"):
        thirds = Counter(min(2, 3 * q.positions[q.book] // stories[q.book].marks) for q in OURS if q.kind == kind)
        assert min(thirds[third] for third in range(3)) >= sum(thirds.values()) // 6


@pytest.mark.parametrize("question", OURS, ids=lambda question: question.id)
def test_the_library_answers_it_where_it_says_and_nowhere_else(
    question: ClubQuestion, stories: dict[str, Story]
) -> None:
    story = stories[question.book]
    seen, hidden = story.seen(question.positions), story.hidden(question.positions)
    assert not any(question.forbids(text) for text in seen), "what is visible is no leak"
    if question.kind == "nowhere":
        assert question.require == question.forbid == []
        return
    assert question.require
    assert any(map(question.answered_by, seen)) == (question.kind == ANSWERABLE)
    if question.kind == "later":
        assert any(question.answered_by(text) and question.forbids(text) for text in hidden)


def test_members_ask_in_words_of_their_own(stories: dict[str, Story]) -> None:
    told = {slug: frozenset().union(*(runs_in_sentences(p.text) for p in s.pieces)) for slug, s in stories.items()}
    assert [q.id for q in OURS if runs_in_sentences(q.text) & told[q.book]] == []
