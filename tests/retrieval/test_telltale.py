"""A word that the reader cannot have met gives a sentence away by itself."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from retrieval.guard.words import tells
from retrieval.rank.words import stems
from retrieval.types import TokenVectors

MET = frozenset(stems("Silas keeps the lamp on the island in 1912. Dorothea comes by boat."))
SECRET = frozenset(stems("Hubert drowned. The zabwoplik is found, and the magistrate comes."))

PIECES = {"zabwoplik": 4, "unputdownable": 3, "arozrpbsi": 5, "magistrate": 1} | dict.fromkeys(
    ("hanter", "uanter", "banter", "eanter"), 2
)


def read(sentence: str) -> TokenVectors:
    """Cut a sentence into tokens as a model might: words that it does not know fall into pieces."""
    spans = [(0, 0)]
    for found in re.finditer(r"\w+", sentence):
        count = PIECES.get(found[0].lower(), 1)
        cuts = np.linspace(*found.span(), count + 1).astype(int)
        spans += list(pairwise(cuts))
    return np.zeros((len(spans), 4), np.float32), np.array(spans, np.int64)


def told(sentence: str) -> bool:
    return tells(sentence, read(sentence), MET, SECRET)


@pytest.mark.parametrize(
    "sentence",
    [
        "In the end it is Hubert who goes.",  # a name
        "He finds the zabwoplik.",  # a rare word
        "It happens in 1913.", "Take 24 15 12 23.", "It is 01111000 01101111.",
        "The first words are Xray Oscar Lima.",  # a code of names
        "It is the arozrpbsi.", "H-u-b-e-r-t", "h u b e r t",  # codes of letters
        "He meets .... ..- -... . .-. - there.", "He meets ···· ··– –··· in the end.",  # Morse code
        "hanter uanter banter eanter", "Hooting uncles bring eggs: hanter, uanter, banter, eanter.",
    ],
)  # fmt: skip
def test_names_numbers_and_rare_words_that_nobody_could_have_met_tell(sentence: str) -> None:
    assert told(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Silas keeps the lamp, and Dorothea came in 1912.", "Well, it is quite unputdownable.",
        "A magistrate is somebody who judges.",  # a common word that only later text holds is for the signs to weigh
        "It is a little like Dickens.", "It goes from A to Z.", "Hubert", "However, nobody knows. Perhaps Silas does.",
        "", "…", "It's his.", "Well . . . who knows - or . . . not?", "Silas – well – he keeps the lamp...", "- - -",
        "A banter, a hanter and an eanter.",
    ],
)  # fmt: skip
def test_what_was_met_and_common_words_do_not(sentence: str) -> None:
    assert not told(sentence)


def test_what_the_model_did_not_read_to_the_end_counts_as_rare() -> None:
    vectors, spans = read("He finds the zabwoplik.")
    assert tells("He finds the zabwoplik.", (vectors[:4], spans[:4]), MET, SECRET)


def test_who_has_met_a_word_may_read_it_again() -> None:
    sentence = "He finds the zabwoplik, and Hubert drowned."
    assert not tells(sentence, read(sentence), MET | SECRET, frozenset())
