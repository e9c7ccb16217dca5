"""The guard's view of words: how well passages match them, and which are enough to stop a sentence."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.guard import PassageTokens, content_words, has_revealing_word
from retrieval.support import names_of, word_similarities
from retrieval.types import TokenVectors
from retrieval.words import stems
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
    words, vectors = content_words(text, read(text))
    assert words == ["lamp"]
    assert vectors.shape == (1, HashedEmbedder.dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0])


def test_words_before_a_place_are_context_and_are_not_matched() -> None:
    text = "Who keeps the lamp? Silas polishes it."
    words, _ = content_words(text, read(text), len("Who keeps the lamp? "))
    assert words == ["Silas", "polishes"]


def test_a_word_of_several_tokens_has_their_mean() -> None:
    vectors = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], np.float32)
    spans = np.array([[0, 0], [0, 4], [4, 7]])
    words, found = content_words("lantern", (vectors, spans))
    assert words == ["lantern"]
    assert found[0] == pytest.approx([0.5**0.5, 0.5**0.5, 0])


def test_what_lies_beyond_the_models_limit_is_left_out() -> None:
    vectors, spans = read("lamp harbour")
    words, _ = content_words("lamp harbour", (vectors[:-1], spans[:-1]))
    assert words == ["lamp"]


def test_a_word_is_as_near_to_a_passage_as_to_its_nearest_word() -> None:
    words = np.array([[1, 0], [0, 1]], np.float32)
    passages = [np.array([[1, 0], [0.6, 0.8]], np.float32), np.array([[-1, 0]], np.float32)]
    assert word_similarities(words, passages) == pytest.approx(np.array([[1, -1], [0.8, 0]]))


def test_a_passage_is_read_once() -> None:
    reader = CountingReader()
    passages = PassageTokens(reader)
    first = passages.of([passage(1, "Silas keeps the lamp."), passage(2, "A storm breaks.")])
    again = passages.of([passage(2, "A storm breaks."), passage(1, "Silas keeps the lamp.")])
    assert reader.read == ["Silas keeps the lamp.", "A storm breaks."]
    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[1], again[0])


def test_the_mark_at_a_texts_beginning_is_not_one_of_its_words() -> None:
    (tokens,) = PassageTokens(HashedEmbedder()).of([passage(1, "Silas keeps the lamp.")])
    assert len(tokens) == len(["Silas", "keeps", "the", "lamp"])


MET = frozenset(stems("Silas keeps the lamp on the island in 1912. Dorothea comes by boat."))
SECRET = frozenset(stems("Hubert drowned. The zabwoplik is found, and the magistrate of Vellich comes."))
NAMES = frozenset(stems("Hubert Vellich"))

PIECES = {
    "zabwoplik": 4,
    "unputdownable": 3,
    "arozrpbsi": 5,
    "magistrate": 1,
    "vellich": 3,
    "frightful": 2,
    "interrogators": 4,
    "didn": 2,
} | dict.fromkeys(("hanter", "uanter", "banter", "eanter"), 2)


def in_pieces(sentence: str) -> TokenVectors:
    """Cut a sentence into tokens as a model might: words that it does not know fall into pieces."""
    spans = [(0, 0)]
    for found in re.finditer(r"\w+", sentence):
        count = PIECES.get(found[0].lower(), 1)
        cuts = np.linspace(*found.span(), count + 1).astype(int)
        spans += list(pairwise(cuts))
    return np.zeros((len(spans), 4), np.float32), np.array(spans, np.int64)


def revealing(sentence: str) -> bool:
    return has_revealing_word(sentence, in_pieces(sentence), MET, SECRET | {"fright"}, NAMES)


@pytest.mark.parametrize(
    "sentence",
    [
        "In the end it is Hubert who goes.", "He comes from vellich.",  # names, whatever their letters
        "It is a little like Dickens.",  # one that the model was not given
        "He finds the zabwoplik.",  # a rare word
        "It happens in 1913.", "Take 24 15 12 23.", "It is 01111000 01101111.",
        "It is the arozrpbsi.", "It is trebuh.", "H-u-b-e-r-t", "h u b e r t", "s i l a",  # codes of letters
        "It is 🇨 🇦 🇷 🇩.", "It is ⓒⓐⓡⓓ.",  # signs
        "It is a ｔｒｉａｌ.", "It is a 𝔱𝔯𝔦𝔞𝔩.",  # a word that would be a common one in common letters
        "He meets .... ..- -... . .-. - there.", "He meets ···· ··– –··· in the end.",  # Morse code
        "hanter uanter banter eanter", "Hooting uncles bring eggs: hanter, uanter, banter, eanter.",
    ],
)  # fmt: skip
def test_names_numbers_and_rare_words_that_nobody_could_have_met_are_enough(sentence: str) -> None:
    assert revealing(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Silas keeps the lamp, and Dorothea came in 1912.", "Well, it is quite unputdownable.",
        "A magistrate is somebody who judges.",  # a common word that only later text holds is for the signals to weigh
        "It goes from A to Z.", "Hubert",
        "Some Silases are islanders, and Dorotheas sail.", "However, nobody knows. Perhaps Silas does.",
        "", "…", "It's his.", "Well . . . who knows - or . . . not?", "Silas – well – he keeps the lamp...", "- - -",
        "A banter, a hanter and an eanter.", "The interrogators didn't find it frightful.",
    ],
)  # fmt: skip
def test_what_was_met_and_common_words_do_not(sentence: str) -> None:
    assert not revealing(sentence)


def test_what_the_model_did_not_read_to_the_end_counts_as_rare() -> None:
    vectors, spans = in_pieces("He finds the zabwoplik.")
    assert has_revealing_word("He finds the zabwoplik.", (vectors[:4], spans[:4]), MET, SECRET, {"zabwoplik"})


def test_who_has_met_a_word_may_read_it_again() -> None:
    sentence = "He finds the zabwoplik, and Hubert drowned."
    assert not has_revealing_word(sentence, in_pieces(sentence), MET | SECRET, frozenset(), frozenset())


def test_names_are_words_with_a_capital_within_a_sentence() -> None:
    assert names_of(["Then Silas went, and Hubert too. Rain fell on Vellich."]) == set(stems("Silas Hubert Vellich"))
