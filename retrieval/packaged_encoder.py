"""The packaged model: its tokenizer and its weights, and nothing of the libraries that trained it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from retrieval.bert import Bert
from retrieval.processor import number_type
from retrieval.types import Matrix, TokenVectors, Vector

QUESTION_TOKENS = 128
"""A longer question is cut: nobody asks in more than a hundred words what can be answered in two sentences."""


class PackagedEncoder:
    """Reads passages with the published model, and questions with that and its adapted copy at once."""

    def __init__(self, folder: Path, adapter: Path) -> None:
        limit = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        # A tokenizer keeps length and padding as state; with one for each use, threads never change it.
        self._question_tokens = _tokenizer(folder, QUESTION_TOKENS)
        self._passage_tokens = _tokenizer(folder, limit)
        self._passage_tokens.enable_padding()
        self._bert = Bert.load(folder, adapter, number_type())
        self.dimensions = self._bert.dimensions

    def question(self, text: str) -> tuple[Vector, Vector]:
        """Return the vectors of a question: as passages are read, and with the adapter."""
        plain, adapted = self._bert.question(self._question_tokens.encode(text).ids)
        return plain, adapted

    def passages(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""
        read = self._passage_tokens.encode_batch(list(texts))
        used = np.array([one.attention_mask for one in read], bool)
        hidden: Matrix = self._bert.passages(torch.tensor([one.ids for one in read]), torch.from_numpy(used)).numpy()
        return [
            (vectors[rows], np.array(one.offsets, np.int64)[rows])
            for vectors, one, rows in zip(hidden, read, used, strict=True)
        ]


def _tokenizer(folder: Path, limit: int) -> Any:  # noqa: ANN401 (the library has no types)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(limit)
    tokenizer.no_padding()
    return tokenizer
