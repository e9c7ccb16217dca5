"""Members' questions are what they say, by the library's own text; answers are judged by what a member reads."""

from collections import Counter
from dataclasses import replace

import pytest
from langchain_core.embeddings import Embeddings

from bot.settings import Settings
from corpus.library import SHIPPED, Library
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import LANTERN
from tests.fakes.chat_server import chat_server
from tests.fakes.embedder import hashed
from tests.measure.evaluation.club import (
    ANSWERABLE,
    ClubQuestion,
    Told,
    club_questions,
    judged,
    of_the_club,
)  # fmt: skip
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


GOOD = "“Silas was away.” [1] “He drowned his brother.” [2] “The lamp was out.” [1]\n\n— [1] Story, Chapter 10"
WHAT = ClubQuestion(
    "1", "ask", LANTERN, 10, "whats in the letter, silas drowned his brother for the lamp??", ANSWERABLE,
    "what-happened", "He drowned him.", ["silas|\\bhe\\b", "drowned (him|his brother)"], ["lamplighter"],
)  # fmt: skip
LATER = replace(WHAT, id="2", at=9, kind="later", forbid=["drowned"])
NEUTRAL = Told("I can’t answer that from what you’ve read.", answered=False)


@pytest.mark.parametrize(
    ("told", "first", "two", "anywhere", "refused"),
    [
        (Told(GOOD, answered=True), 0, 1, 1, 0),
        (Told("He drowned him.", answered=True), 1, 1, 1, 0),
        (Told("Well. Well. He drowned him.", answered=True), 0, 0, 1, 0),
        (Told("He drowned him. He was a lamplighter.", answered=True), 0, 0, 0, 0),
        (Told("He hid.", answered=True), 0, 0, 0, 0),
        (NEUTRAL, 0, 0, 0, 1),
    ],
)
def test_what_is_required_counts_where_it_stands_and_nothing_counts_beside_what_is_forbidden(
    told: Told, first: float, two: float, anywhere: float, refused: float
) -> None:
    figures = judged(lambda _: told, [WHAT])
    assert (figures["first sentence"], figures["first two"], figures["anywhere"]) == (first, two, anywhere)
    assert figures["answerable, refused"] == refused


def test_where_nothing_visible_answers_saying_so_is_right_and_telling_it_is_counted() -> None:
    assert judged(lambda _: NEUTRAL, [LATER])["later or nowhere, refused"] == 1.0
    figures = judged(lambda q: Told("He drowned him.", answered=q is LATER), [LATER, replace(LATER, kind="nowhere")])
    assert (figures["later or nowhere, refused"], figures["told early"], figures["words"]) == (0.5, 2, 3)
    assert judged(lambda _: NEUTRAL, [WHAT])["words"] == 0


class FewWords(Embeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return list(map(float, hashed(text)))


def test_peers_see_what_the_reader_may_and_a_model_answers_for_both_where_one_is_set(island: Retriever) -> None:
    figures = of_the_club(island, FewWords(), Settings(), [WHAT, LATER])
    assert {name.rpartition(": ")[0] for name in figures} == {"club: Dogear", "club: LangChain, gated"}
    assert figures["club: LangChain, gated: anywhere"] == 1.0
    assert figures["club: LangChain, gated: later or nowhere, refused"] == 0.0
    assert figures["club: LangChain, gated: told early"] == 0, "its filter is the reader's position"
    with chat_server() as server:
        server.says = "NOTHING"
        figures = of_the_club(island, FewWords(), server.settings(), [LATER])
        assert figures["club: LangChain, gated, openai:scripted: later or nowhere, refused"] == 1.0
        assert "club: Dogear, openai:scripted: first two" in figures
        assert "Question: whats in the letter" in server.messages()["user"]
        server.behaviour = "error"
        figures = of_the_club(island, FewWords(), server.settings(), [LATER])
        assert figures["club: LangChain, gated, openai:scripted: later or nowhere, refused"] == 1.0
