"""The packaged model as plain tensor operations: BERT (Devlin et al. 2018, arXiv:1810.04805), plain and adapted.

The library that usually runs it brings 200 MB of parts for training, and takes two seconds to import; and on a
question of a dozen tokens its modules take longer to call one another than to multiply. What is left takes the time
that it takes to read the weights from memory, once for each of the two encoders. The vectors are the library's own to
within rounding (a test compares them).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from torch.nn.functional import embedding, layer_norm, scaled_dot_product_attention

from retrieval.linear import Linear
from retrieval.types import Matrix

Weights = Callable[[str], torch.Tensor]
"""Returns a weight by its name in the model's file."""
Attention = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""Makes of queries, keys and values, each of shape (texts, heads, tokens, width), what is looked at; the same shape."""


class _Norm(NamedTuple):
    """Scale and shift of a layer norm."""

    scale: torch.Tensor
    shift: torch.Tensor


class _Layer(NamedTuple):
    """One layer: attention with its norm, then two dense layers with theirs."""

    mixed: Linear
    out: Linear
    attended: _Norm
    wide: Linear
    narrow: Linear
    done: _Norm


class Bert:
    """An encoder and its adapted copy; they share their word embeddings and their norms."""

    def __init__(self, plain: Weights, adapted: Weights, config: Mapping[str, Any], dtype: torch.dtype) -> None:
        self._heads, self._epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
        self._words = plain("embeddings.word_embeddings.weight").to(dtype)
        places, types = (plain(f"embeddings.{name}_embeddings.weight") for name in ("position", "token_type"))
        self._places = (places + types[0]).to(dtype)
        self._norm = _norm(plain, "embeddings.", dtype)
        names = [f"encoder.layer.{n}." for n in range(config["num_hidden_layers"])]
        self._both = [[_layer(weights, name, dtype) for name in names] for weights in (plain, adapted)]
        self.dimensions = int(self._words.shape[1])

    @classmethod
    def load(cls, folder: Path, adapter: Path, dtype: torch.dtype) -> Bert:
        """Load a model's folder, and the low-rank changes that make the adapted copy.

        Weights are read one by one, so that no more than a layer of them is in memory twice.
        """
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        with safe_open(folder / "model.safetensors", "pt") as file, np.load(adapter) as changes, torch.inference_mode():
            plain: Weights = file.get_tensor
            return cls(plain, functools.partial(_adapted, plain, dict(changes)), config, dtype)

    def question(self, tokens: Sequence[int]) -> Matrix:
        """Return the mean of the tokens' vectors in each encoder, plain first, each of length 1."""
        with torch.inference_mode():
            embedded = self._embedded(torch.tensor([list(tokens)]))
            read = [self._through(embedded, layers, scaled_dot_product_attention) for layers in self._both]
            means = torch.cat(read).float().mean(1).numpy()
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)

    def passages(self, tokens: torch.Tensor, used: torch.Tensor) -> torch.Tensor:
        """Return the tokens' vectors, shape (passages, tokens, dimensions), of tokens padded where `used` is false."""
        with torch.inference_mode():
            embedded = self._embedded(tokens)
            unseen = torch.zeros(used.shape, dtype=embedded.dtype).masked_fill(~used, -torch.inf)[:, None, None, :]
            attention = _plain_attention if embedded.dtype is torch.bfloat16 else scaled_dot_product_attention
            return self._through(embedded, self._both[0], functools.partial(attention, attn_mask=unseen)).float()

    def _embedded(self, tokens: torch.Tensor) -> torch.Tensor:
        return self._normed(embedding(tokens, self._words) + self._places[: tokens.shape[1]], self._norm)

    def _normed(self, rows: torch.Tensor, norm: _Norm) -> torch.Tensor:
        return layer_norm(rows, (self.dimensions,), *norm, self._epsilon)

    def _through(self, texts: torch.Tensor, layers: Sequence[_Layer], attention: Attention) -> torch.Tensor:
        count, length, size = texts.shape
        rows = texts.view(-1, size)
        for layer in layers:
            parts = layer.mixed(rows).view(count, length, 3, self._heads, size // self._heads)
            looked = attention(*parts.permute(2, 0, 3, 1, 4)).transpose(1, 2).reshape(rows.shape)
            rows = self._normed(layer.out.added(looked, rows), layer.attended)
            rows = self._normed(layer.narrow.added(layer.wide.activated(rows), rows), layer.done)
        return rows.view(texts.shape)


def _plain_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: torch.Tensor
) -> torch.Tensor:
    """Do what torch's own does, which takes half as long again of bfloat16 in a batch.

    The mask is added to the scores: 0, and minus infinity where a text is padded.
    """
    scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-1, -2)) + attn_mask
    return torch.matmul(torch.softmax(scores, -1), value)


def _layer(weights: Weights, name: str, dtype: torch.dtype) -> _Layer:
    linear = functools.partial(_linear, weights, dtype)
    return _Layer(
        linear(*(f"{name}attention.self.{part}" for part in ("query", "key", "value"))),
        linear(f"{name}attention.output.dense"),
        _norm(weights, f"{name}attention.output.", dtype),
        linear(f"{name}intermediate.dense"),
        linear(f"{name}output.dense"),
        _norm(weights, f"{name}output.", dtype),
    )


def _linear(weights: Weights, dtype: torch.dtype, *names: str) -> Linear:
    """Return some linear layers side by side as one."""
    weight, bias = (torch.cat([weights(f"{name}.{part}") for name in names]) for part in ("weight", "bias"))
    return Linear(weight, bias, dtype)


def _norm(weights: Weights, name: str, dtype: torch.dtype) -> _Norm:
    return _Norm(*(weights(f"{name}LayerNorm.{part}").to(dtype) for part in ("weight", "bias")))


def _adapted(plain: Weights, changes: Mapping[str, np.ndarray], name: str) -> torch.Tensor:
    """Return a weight with its low-rank change added, where it has one."""
    layer = name.removesuffix(".weight")
    if layer == name or f"{layer}.A" not in changes:
        return plain(name)
    down, up = (torch.from_numpy(changes[f"{layer}.{side}"].astype(np.float32)) for side in "AB")
    return plain(name) + (down @ up).T
