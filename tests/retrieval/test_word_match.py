"""Words of a sentence are matched with the nearest words of passages, and passages are read once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.guard import words as guard_words
from retrieval.guard.words import ReadPassages, matched, telling_words
from retrieval.types import TokenVectors
from tests.fakes.embedder import HashedEmbedder


class CountingReader(HashedEmbedder):
    """Remembers what it was given to read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.read += texts
        return super().words(texts)


def passage(number: int, *sentences: str) -> Passage:
    return Passage(
        id=f"the-lantern/{number}", book="the-lantern", kind="summary", document="summary.md", sentences=sentences,
        reveals=Reveals.of({"the-lantern": 1}), inferred=False, order=number, group=1,
    )  # fmt: skip


def read(text: str) -> TokenVectors:
    return HashedEmbedder().words([text])[0]


def test_only_words_that_carry_meaning_are_matched() -> None:
    text = "He said that the lamp was out."
    words, vectors = telling_words(text, read(text))
    assert words == ["lamp"]
    assert vectors.shape == (1, HashedEmbedder.dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0])


def test_words_before_a_place_are_context_and_are_not_matched() -> None:
    text = "Who keeps the lamp? Silas polishes it."
    words, _ = telling_words(text, read(text), len("Who keeps the lamp? "))
    assert words == ["Silas", "polishes"]


def test_a_word_of_several_tokens_has_their_mean() -> None:
    vectors = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], np.float32)
    spans = np.array([[0, 0], [0, 4], [4, 7]])
    words, found = telling_words("lantern", (vectors, spans))
    assert words == ["lantern"]
    assert found[0] == pytest.approx([0.5**0.5, 0.5**0.5, 0])


def test_what_lies_beyond_the_models_limit_is_left_out() -> None:
    vectors, spans = read("lamp harbour")
    words, _ = telling_words("lamp harbour", (vectors[:-1], spans[:-1]))
    assert words == ["lamp"]


def test_nothing_to_match_is_an_empty_table() -> None:
    assert telling_words("", read(""))[1].shape == (0, HashedEmbedder.dimensions)
    assert matched(np.zeros((0, 4), np.float32), [np.zeros((3, 4), np.float32)]).shape == (0, 1)
    assert matched(np.zeros((2, 4), np.float32), []).shape == (2, 0)


def test_a_word_is_as_near_to_a_passage_as_to_its_nearest_word() -> None:
    words = np.array([[1, 0], [0, 1]], np.float32)
    passages = [np.array([[1, 0], [0.6, 0.8]], np.float32), np.array([[-1, 0]], np.float32)]
    assert matched(words, passages) == pytest.approx(np.array([[1, -1], [0.8, 0]]))


def test_a_passage_is_read_once() -> None:
    reader = CountingReader()
    passages = ReadPassages(reader)
    first = passages.of([passage(1, "Silas keeps the lamp."), passage(2, "A storm breaks.")])
    again = passages.of([passage(2, "A storm breaks."), passage(1, "Silas keeps the lamp.")])
    assert reader.read == ["Silas keeps the lamp.", "A storm breaks."]
    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[1], again[0])


def test_the_mark_at_a_texts_beginning_is_not_one_of_its_words() -> None:
    (tokens,) = ReadPassages(HashedEmbedder()).of([passage(1, "Silas keeps the lamp.")])
    assert len(tokens) == len(["Silas", "keeps", "the", "lamp"])


def test_the_passages_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_words, "KEPT", 2)
    reader = CountingReader()
    passages = ReadPassages(reader)
    for number in (1, 2, 1, 3, 1, 2):
        passages.of([passage(number, f"Sentence {number}.")])
    assert reader.read == ["Sentence 1.", "Sentence 2.", "Sentence 3.", "Sentence 2."]


def test_no_passages_need_no_reading() -> None:
    reader = CountingReader()
    assert ReadPassages(reader).of([]) == []
    assert reader.read == []
