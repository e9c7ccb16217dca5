"""The packaged model as plain tensor operations: BERT (Devlin et al. 2018, arXiv:1810.04805), plain and adapted.

The library that usually runs it brings 200 MB of parts for training, and takes two seconds to import; and on a
question of a dozen tokens its modules take longer to call one another than to multiply. Here the plain encoder and
its adapted copy are stacked, so that a question goes through both at once, and passages through the first alone. The
vectors are the library's own to within rounding (a test compares them).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch.nn.functional import embedding, gelu, layer_norm, scaled_dot_product_attention

from retrieval.vectors import Matrix

Weights = Callable[[str], torch.Tensor]
"""Returns a weight by its name in the model's file."""
Layer = tuple[torch.Tensor, ...]

PLAIN = 0
"""Which of the stacked encoders reads passages."""


class Bert:
    """Encoders of one shape, stacked; they share their word embeddings and their norms."""

    def __init__(self, weights: Sequence[Weights], config: Mapping[str, Any], dtype: torch.dtype) -> None:
        self._heads, self._epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
        first = weights[PLAIN]
        self._words = first("embeddings.word_embeddings.weight").to(dtype)
        places, types = (first(f"embeddings.{name}_embeddings.weight") for name in ("position", "token_type"))
        self._places = (places + types[0]).to(dtype)
        self._norm = [first(f"embeddings.LayerNorm.{part}").to(dtype) for part in ("weight", "bias")]
        self._layers = [_layer(weights, f"encoder.layer.{n}.", dtype) for n in range(config["num_hidden_layers"])]
        self.dimensions = int(self._words.shape[1])

    @classmethod
    def load(cls, folder: Path, adapter: Path, dtype: torch.dtype) -> Bert:
        """Load a model's folder, and the low-rank changes that make the adapted copy.

        Weights are read one by one, so that no more than a layer of them is in memory twice.
        """
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        with safe_open(folder / "model.safetensors", "pt") as file, np.load(adapter) as changes:
            plain: Weights = file.get_tensor
            adapted = functools.partial(_adapted, plain, changes)
            with torch.inference_mode():
                return cls([plain, adapted], config, dtype)

    def question(self, tokens: Sequence[int]) -> Matrix:
        """Return the mean of the tokens' vectors in each encoder, shape (encoders, dimensions), each of length 1."""
        with torch.inference_mode():
            rows = self._embedded(torch.tensor([list(tokens)])).expand(len(self._layers[0][0]), -1, -1)
            for layer in self._layers:
                rows = self._through(rows, layer)
            means = rows.float().mean(1).numpy()
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)

    def passages(self, tokens: torch.Tensor, used: torch.Tensor) -> torch.Tensor:
        """Return the tokens' vectors, shape (passages, tokens, dimensions), of tokens padded where `used` is false."""
        with torch.inference_mode():
            rows, seen = self._embedded(tokens), used[:, None, None, :]
            for layer in self._layers:
                rows = self._through(
                    rows, tuple(part[PLAIN] if part.ndim == _STACKED else part for part in layer), seen
                )
            return rows.float()

    def _embedded(self, tokens: torch.Tensor) -> torch.Tensor:
        rows = embedding(tokens, self._words) + self._places[: tokens.shape[1]]
        scale, shift = self._norm
        return layer_norm(rows, (self.dimensions,), scale, shift, self._epsilon)

    def _through(self, rows: torch.Tensor, layer: Layer, seen: torch.Tensor | None = None) -> torch.Tensor:
        count, length, size = rows.shape
        mixed, mixed_bias, out, out_bias, scale, shift = layer[:6]
        parts = _times(rows, mixed, mixed_bias).view(count, length, 3, self._heads, size // self._heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        looked = scaled_dot_product_attention(query, key, value, seen).transpose(1, 2).reshape(count, length, size)
        rows = layer_norm(rows + _times(looked, out, out_bias), (size,), scale, shift, self._epsilon)
        wide, wide_bias, narrow, narrow_bias, scale, shift = layer[6:]
        hidden = gelu(_times(rows, wide, wide_bias))
        return layer_norm(rows + _times(hidden, narrow, narrow_bias), (size,), scale, shift, self._epsilon)


_STACKED = 3
"""Dimensions of a stacked weight or bias; norms, which are shared, have one."""


def _times(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return rows through a weight: each encoder's own, or one for all."""
    return torch.baddbmm(bias, rows, weight) if weight.ndim == _STACKED else rows @ weight + bias


def _layer(weights: Sequence[Weights], name: str, dtype: torch.dtype) -> Layer:
    """Return one layer of all encoders as stacked matrices."""
    attention = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
    dense = [f"{name}attention.output.dense", f"{name}intermediate.dense", f"{name}output.dense"]
    mixed, out, wide, narrow = (_stacked(weights, part, dtype) for part in (attention, *([one] for one in dense)))
    norms = [
        [weights[PLAIN](f"{name}{part}.LayerNorm.{kind}").to(dtype) for kind in ("weight", "bias")]
        for part in ("attention.output", "output")
    ]
    return (*mixed, *out, *norms[0], *wide, *narrow, *norms[1])


def _stacked(weights: Sequence[Weights], names: Sequence[str], dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the weights of some linear layers side by side, turned to stand behind rows, and their biases."""
    sides = [torch.cat([one(f"{name}.weight") for name in names]).T for one in weights]
    biases = [torch.cat([one(f"{name}.bias") for name in names])[None] for one in weights]
    return torch.stack(sides).to(dtype).contiguous(), torch.stack(biases).to(dtype)


def _adapted(plain: Weights, changes: Mapping[str, np.ndarray], name: str) -> torch.Tensor:
    """Return a weight with its low-rank change added, where it has one."""
    layer = name.removesuffix(".weight")
    if layer == name or f"{layer}.A" not in changes:
        return plain(name)
    change = changes[f"{layer}.A"].astype(np.float32) @ changes[f"{layer}.B"].astype(np.float32)
    return plain(name) + torch.from_numpy(change.T)
