"""The guard's signs: each says on which side of the gate a sentence's words and likenesses lie."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.book import OpenedBook
from retrieval.gate import Audience, Gate
from retrieval.guard.guard import Guard, Rule, Verdict, weighed
from retrieval.guard.signals import LENGTH, NEW, OF_WORDS, SIGNS
from retrieval.guard.words import ReadPassages
from retrieval.rank.features import Floats
from retrieval.rank.ranker import Fit, Reader
from retrieval.store import StoredPassage
from tests.fakes.bookshelf import LANTERN
from tests.fakes.embedder import HashedEmbedder

HIDDEN_SHARE, CHANCE, NEARNESS = 0, 1, 2
SECRET, SECRETS, NOTHING = 16, 17, 18
WORDS_BETTER, HEDGE, FUTURE, ADDRESS, DENIAL, QUESTION, FIRST = 19, 26, 27, 28, 29, 30, 31

BOOK = {
    1: ["Silas keeps the lamp.", "Dorothea comes by boat."],
    2: ["The storm broke the harbour wall."],
    3: ["Silas drowned his brother Hubert.", "The magistrate takes Silas away."],
}


def book() -> OpenedBook:
    embedder, rows = HashedEmbedder(), []
    for mark, said in BOOK.items():
        passage = Passage(
            id=f"{LANTERN}/{mark}", book=LANTERN, kind="summary", document="summary.md", sentences=tuple(said),
            reveals=Reveals.of({LANTERN: mark}), inferred=False, order=mark, group=mark,
        )  # fmt: skip
        rows.append(StoredPassage(passage, embedder.passages([said])[0]))
    return OpenedBook(LANTERN, rows)


def signs(said: list[str], at: int = 2, question: str = "What did Silas do?") -> list[Floats]:
    embedder = HashedEmbedder()
    guard = Guard(
        book(), Gate(Audience({LANTERN: at})), Reader.load("statement", adapted=False), "The Lantern",
        ReadPassages(embedder), embedder,
    )  # fmt: skip
    return [found.signs for found in guard.weigh(question, said)]


def sign(number: int, sentence: str, **asked: object) -> float:
    return float(signs([sentence], **asked)[0][number])  # type: ignore[arg-type]


def test_there_are_as_many_as_the_rule_was_learned_for() -> None:
    (found,) = signs(["Silas drowned Hubert."])
    assert found.shape == (SIGNS,)
    assert np.isfinite(found).all()
    assert Rule.load().fit.weights.shape == weighed(found).shape


def test_how_much_of_the_book_is_hidden() -> None:
    assert sign(HIDDEN_SHARE, "Silas.", at=2) == pytest.approx(2 / 5)
    assert sign(HIDDEN_SHARE, "Silas.", at=1) == pytest.approx(3 / 5)


def test_what_hidden_text_says_is_nearer_to_hidden_text() -> None:
    leak, honest = signs(["Hubert was drowned by Silas.", "Dorothea comes by boat."])
    assert leak[CHANCE] > honest[CHANCE]
    assert leak[NEARNESS] > 0 > honest[NEARNESS]
    assert leak[WORDS_BETTER] > 0 > honest[WORDS_BETTER]


def test_a_word_of_hidden_text_alone_is_a_secret_until_it_is_read() -> None:
    assert sign(SECRETS, "It was Hubert.", at=2) == pytest.approx(1 / 3)
    assert sign(SECRET, "It was Hubert.", at=2) == 1
    assert sign(SECRETS, "The boat was blue.", at=2) == 0


def test_a_word_of_no_text_is_new_and_no_secret() -> None:
    assert sign(NEW, "Submarines.") == 1
    assert sign(SECRETS, "Submarines.") == 0


def test_the_questions_own_words_and_the_title_tell_nothing() -> None:
    assert sign(NOTHING, "Hubert!", question="Was it Hubert?") == 1
    assert sign(NEW, "The lantern.", question="What is it?") == 0
    assert sign(SECRETS, "Hubert!", question="Was it Hubert?") == 0


@pytest.mark.parametrize(
    ("style", "sentence"),
    [
        (HEDGE, "Perhaps Silas knows."), (FUTURE, "It turns out badly."), (ADDRESS, "I like Silas."),
        (DENIAL, "Silas isn’t cruel."), (QUESTION, "Does Silas know?"),
    ],
)  # fmt: skip
def test_how_a_sentence_is_said(style: int, sentence: str) -> None:
    others = {HEDGE, FUTURE, ADDRESS, DENIAL, QUESTION} - {style}
    (found,) = signs([sentence])
    assert found[style] == 1
    assert found[list(others)].tolist() == [0] * 4


def test_the_first_sentence_is_known_as_such() -> None:
    assert [float(found[FIRST]) for found in signs(["One thing.", "Another.", "A third."])] == [1, 0, 0]


def test_the_less_is_said_the_more_the_signs_of_words_weigh() -> None:
    (short, long) = signs(["Hubert.", "Hubert drowned while storms broke harbour walls nearby; Silas slept."])
    assert short[LENGTH] < long[LENGTH]
    assert weighed(short)[SIGNS:] == pytest.approx(short[:OF_WORDS] * (1 - short[LENGTH]))


def test_nothing_said_has_signs_too() -> None:
    (found,) = signs([""])
    assert np.isfinite(found).all()
    assert found[NOTHING] == 1


def test_the_rule_makes_a_risk_of_them() -> None:
    rule = Rule(Fit(np.zeros(SIGNS + OF_WORDS, np.float32), 0.0), 0.5)
    assert rule.verdict(np.zeros(SIGNS, np.float32)) == Verdict(False, 0.5)


def test_a_word_or_two_that_the_reader_never_met_are_shown_only_at_a_much_lower_risk() -> None:
    rule = Rule(Fit(np.zeros(SIGNS + OF_WORDS, np.float32), 0.0), 0.6)
    signs = np.zeros(SIGNS, np.float32)
    assert rule.verdict(signs) == Verdict(True, 0.5)
    signs[NEW], signs[LENGTH] = 1, 1 / 12
    assert rule.verdict(signs) == Verdict(False, 0.5)
    signs[LENGTH] = 1
    assert rule.verdict(signs) == Verdict(True, 0.5)
