"""Any other sentence-transformers model, as its library runs it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from retrieval.processor import number_type
from retrieval.types import Matrix, TokenVectors, Vector, WeightsRefused


class LibraryEncoder:
    """Reads questions as it reads passages: nothing was learned for it. Raises WeightsRefused for what is no model."""

    def __init__(self, model: str) -> None:
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(model, device="cpu", model_kwargs={"dtype": number_type()})
        except (OSError, ValueError) as error:
            raise WeightsRefused(
                f"EMBEDDING_MODEL names {model!r}, which cannot be loaded. Write the folder of a sentence-transformers "
                "model, or leave it out for the packaged one."
            ) from error
        self._model.eval()
        self._encoder: Any = self._model[0].auto_model
        self._tokenizing = Lock()
        self._limit = int(self._model.max_seq_length or 256)
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def question(self, text: str) -> tuple[Vector, Vector]:
        """Return the vector of a question, twice."""
        ((vectors, _),) = self.passages([text])
        mean = vectors.mean(axis=0)
        plain = np.asarray(mean / (np.linalg.norm(mean) or 1.0), np.float32)
        return plain, plain

    def passages(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""
        with self._tokenizing:  # the tokenizer keeps its settings as state
            tokens = self._model.tokenizer(
                list(texts), truncation=True, padding=True, max_length=self._limit, return_tensors="pt",
                return_offsets_mapping=True,
            )  # fmt: skip
        offsets = tokens.pop("offset_mapping").numpy()
        used = tokens["attention_mask"].numpy().astype(bool)
        with torch.inference_mode():
            hidden: Matrix = self._encoder(**tokens).last_hidden_state.float().numpy()
        return [(vectors[rows], spans[rows]) for vectors, spans, rows in zip(hidden, offsets, used, strict=True)]
