"""The packaged model says what the library that usually runs it says."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.bert import Bert
from retrieval.embedding import QUESTION_ADAPTER, SentenceEmbedder, published_model
from retrieval.library_encoder import LibraryEncoder
from retrieval.packaged_encoder import PackagedEncoder

TEXTS = [
    "Who?",
    "A storm breaks the harbour wall in the night. He rows out alone and saves two fishermen from the rocks.",
    "“Élan” 🐉 " * 40,
    "the " * 700,
]


def test_texts_are_read_as_the_library_reads_them_token_by_token() -> None:
    ours = PackagedEncoder(published_model(), QUESTION_ADAPTER).passages(TEXTS)
    theirs = LibraryEncoder(str(published_model())).passages(TEXTS)
    for (vectors, places), (expected, expected_places) in zip(ours, theirs, strict=True):
        assert np.array_equal(places, expected_places)
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(expected, axis=1)
        assert ((vectors * expected).sum(axis=1) / lengths).min() > 0.995


def test_the_encoders_are_stacked_without_touching_each_other(embedder: SentenceEmbedder) -> None:
    import torch

    bert = Bert.load(published_model(), QUESTION_ADAPTER, torch.float32)
    tokens = [101, 2040, 2003, 9033, 8523, 1029, 102]
    plain, adapted = bert.question(tokens)
    alone = bert.passages(torch.tensor([tokens]), torch.ones((1, len(tokens)), dtype=torch.bool))[0].mean(0).numpy()
    assert float(plain @ (alone / np.linalg.norm(alone))) > 0.99999
    assert 0.3 < float(plain @ adapted) < 0.999
    assert embedder.dimensions == bert.dimensions


def test_padding_changes_nothing(embedder: SentenceEmbedder) -> None:
    (alone,) = embedder.passages([["Who is Silas?"]])
    beside, _ = embedder.passages([["Who is Silas?"], ["A storm breaks the harbour wall in the night." * 20]])
    assert float(alone.passage @ beside.passage) > 0.999


@pytest.mark.parametrize("text", ["Who?", "Why did the youngest princess take revenge on the giant? " * 6, "“Élan” 🐉"])
def test_a_question_is_read_as_the_passages_model_reads_it(embedder: SentenceEmbedder, text: str) -> None:
    read = embedder.question(text)
    (passage,) = embedder.passages([[text.strip()]])
    assert float(read.plain @ passage.passage) > 0.999


def test_the_adapted_reading_is_another_one_of_length_1(embedder: SentenceEmbedder) -> None:
    read = embedder.question("Who was seen on the tor by moonlight?")
    assert np.isclose(np.linalg.norm(read.adapted), 1, atol=1e-5)
    assert 0.3 < float(read.plain @ read.adapted) < 0.999


def test_a_question_of_any_length_is_read(embedder: SentenceEmbedder) -> None:
    assert np.isfinite(embedder.question("who " * 5_000).adapted).all()
