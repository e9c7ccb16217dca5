"""The two encoders that are run together say what the library's own say one by one."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.embedding import SentenceEmbedder


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
