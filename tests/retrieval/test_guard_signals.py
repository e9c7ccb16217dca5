"""The guard's signals: on which side of the gate a sentence's words lie, and what of it the text supports."""

import numpy as np
import pytest

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.book import Floats, OpenedBook
from retrieval.gate import Audience, Gate
from retrieval.guard import (
    LENGTH,
    MATCHING,
    NEW_WORDS,
    Evidence,
    Guard,
    PassageTokens,
    Rule,
    rule_inputs,
    support_inputs,
)
from retrieval.ranking import Fit, Ranker
from retrieval.store import StoredPassage
from retrieval.support import SUPPORT
from retrieval.types import Verdict
from tests.fakes.bookshelf import LANTERN
from tests.fakes.embedder import HashedEmbedder

CHANCE, NEARNESS = 1, 2
SECRET, SECRETS, NOTHING = 16, 17, 18
WORDS_BETTER = 19

BOOK = {
    1: ["Silas keeps the lamp.", "Dorothea comes by boat."],
    2: ["The storm broke the harbour wall."],
    3: ["Silas drowned his brother Hubert.", "The magistrate takes Silas away."],
}

SIGNALS = 66
"""docs/guard.md says what each is."""


def opened(told: dict[int, list[str]]) -> OpenedBook:
    embedder, rows = HashedEmbedder(), []
    for mark, said in told.items():
        passage = Passage(
            id=f"{LANTERN}/{mark}", book=LANTERN, kind="summary", document="summary.md", sentences=tuple(said),
            reveals=Reveals.of({LANTERN: mark}), inferred=False, order=mark, group=mark,
        )  # fmt: skip
        rows.append(StoredPassage(passage, embedder.passages([said])[0]))
    return OpenedBook(LANTERN, rows)


def signals(said: list[str], at: int = 2, question: str = "What did Silas do?") -> list[Floats]:
    return [found.signals for found in evidence(said, at, question)]


def evidence(said: list[str], at: int = 2, question: str = "What did Silas do?") -> list[Evidence]:
    embedder = HashedEmbedder()
    guard = Guard(
        opened(BOOK), Gate(Audience({LANTERN: at})), Ranker.load("statement", adapted=False), "The Lantern",
        PassageTokens(embedder), embedder,
    )  # fmt: skip
    return guard.evidence(question, said, support=True)


def signal(number: int, sentence: str, **asked: object) -> float:
    return float(signals([sentence], **asked)[0][number])  # type: ignore[arg-type]


def test_there_are_as_many_as_the_rule_was_learned_for() -> None:
    (found,) = evidence(["Silas drowned Hubert."])
    assert found.signals.shape == (SIGNALS,)
    assert np.isfinite(support_inputs(found)).all()
    assert Rule.load(adapted=False).fit.weights.shape == rule_inputs(found, by_vector=False).shape
    packaged = Rule.load()
    assert packaged.support is not None
    assert packaged.support.weights.shape == support_inputs(found).shape == (SIGNALS + SUPPORT,)
    assert packaged.fit.weights.shape == (SIGNALS + MATCHING + 384,)


def test_what_hidden_text_says_is_nearer_to_hidden_text() -> None:
    leak, honest = signals(["Hubert was drowned by Silas.", "Dorothea comes by boat."])
    assert leak[CHANCE] > honest[CHANCE]
    assert leak[NEARNESS] > 0 > honest[NEARNESS]
    assert leak[WORDS_BETTER] > 0 > honest[WORDS_BETTER]


def test_a_word_of_hidden_text_alone_is_a_secret_until_it_is_read() -> None:
    assert signal(SECRETS, "It was Hubert.", at=2) == pytest.approx(1 / 3)
    assert signal(SECRET, "It was Hubert.", at=2) == 1
    assert signal(SECRETS, "The boat was blue.", at=2) == 0


def test_a_word_of_no_text_is_new_and_no_secret() -> None:
    assert signal(NEW_WORDS, "Submarines.") == 1
    assert signal(SECRETS, "Submarines.") == 0


def test_the_questions_own_words_and_the_title_tell_nothing() -> None:
    assert signal(NOTHING, "Hubert!", question="Was it Hubert?") == 1
    assert signal(NEW_WORDS, "The lantern.", question="What is it?") == 0
    assert signal(SECRETS, "Hubert!", question="Was it Hubert?") == 0


def weighed(signals: Floats, support: float = 0.0) -> Evidence:
    return Evidence(signals, np.ones(4, np.float32), False, None, np.full(SUPPORT, support, np.float32))


def test_a_word_or_two_that_the_reader_never_met_are_shown_only_at_a_much_lower_risk() -> None:
    rule = Rule(Fit(np.zeros(SIGNALS + MATCHING, np.float32), 0.0), 0.6)
    signals = np.zeros(SIGNALS, np.float32)
    assert rule.verdict(weighed(signals)) == Verdict(True, 0.5)
    signals[NEW_WORDS], signals[LENGTH] = 1, 1 / 12
    assert rule.verdict(weighed(signals)) == Verdict(False, 0.5, "hidden")
    signals[LENGTH] = 1
    assert rule.verdict(weighed(signals)) == Verdict(True, 0.5)


def test_what_is_not_supported_is_stopped_before_risk_is_asked() -> None:
    doubts = Fit(np.append(np.zeros(SIGNALS, np.float32), np.ones(SUPPORT, np.float32)), 0.0)
    rule = Rule(Fit(np.zeros(SIGNALS + MATCHING, np.float32), 0.0), 0.6, support=doubts, doubt=0.9)
    signals = np.zeros(SIGNALS, np.float32)
    assert rule.verdict(weighed(signals, 0.0)) == Verdict(True, 0.5)
    assert rule.verdict(weighed(signals, 1.0)) == Verdict(False, 0.5, "support")


def support(sentence: str) -> list[float]:
    (found,) = evidence([sentence])
    assert found.support is not None
    return [float(number) for number in found.support]


COVERED, WITHOUT_NAMES, AGAINST = 0, 16, 26


def test_what_one_visible_passage_says_as_a_whole_is_supported() -> None:
    assert support("Silas keeps the lamp.")[COVERED] > support("Dorothea broke the lamp.")[COVERED]


def test_an_act_of_one_that_the_text_tells_of_another_is_seen() -> None:
    assert (
        support("Silas keeps the lamp.")[WITHOUT_NAMES]
        < support("At last Silas broke the harbour wall.")[WITHOUT_NAMES]
    )


def test_a_denial_of_what_the_text_says_is_seen() -> None:
    assert support("Silas never keeps the lamp.")[AGAINST] == 1
    assert support("Silas keeps the lamp.")[AGAINST] == 0


def test_a_sentence_without_a_word_of_its_own_has_nothing_to_support() -> None:
    assert support("So it is.") == [0.0] * SUPPORT
