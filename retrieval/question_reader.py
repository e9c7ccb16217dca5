"""Reading a question with the packaged model and its adapted copy at once, which is where an answer's time goes.

A question is a dozen tokens, and the library's modules take longer to call one another than to multiply. So the two
encoders' layers are stacked and run together, as plain tensor operations. The result is the library's own to within
rounding (a test compares them).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

from retrieval.vectors import Matrix

Layer = tuple[torch.Tensor, ...]


class QuestionReader:
    """Two encoders of the same shape (BERT: Devlin et al. 2018, arXiv:1810.04805) that share their word embeddings."""

    def __init__(self, plain: Any, adapted: Any) -> None:  # noqa: ANN401 (transformers types its models as Any)
        self._words = plain.embeddings
        self._heads = int(plain.config.num_attention_heads)
        self._epsilon = float(plain.config.layer_norm_eps)
        pairs = zip(plain.encoder.layer, adapted.encoder.layer, strict=True)
        with torch.inference_mode():
            self._layers = [_stacked_layer(pair) for pair in pairs]

    def read(self, tokens: list[int]) -> Matrix:
        """Return the mean of the tokens' vectors in each encoder, shape (2, dimensions), each of length 1."""
        with torch.inference_mode():
            rows = self._words(input_ids=torch.tensor([tokens])).expand(2, -1, -1)
            for layer in self._layers:
                rows = self._through(rows, layer)
            means = rows.float().mean(1).numpy()
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)

    def _through(self, rows: torch.Tensor, layer: Layer) -> torch.Tensor:
        count, length, size = rows.shape
        mixed, mixed_bias, out, out_bias, scale, shift = layer[:6]
        parts = torch.baddbmm(mixed_bias, rows, mixed).view(count, length, 3, self._heads, size // self._heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(count, length, size)
        rows = layer_norm(rows + torch.baddbmm(out_bias, seen, out), (size,), scale, shift, self._epsilon)
        wide, wide_bias, narrow, narrow_bias, scale, shift = layer[6:]
        hidden = gelu(torch.baddbmm(wide_bias, rows, wide))
        return layer_norm(rows + torch.baddbmm(narrow_bias, hidden, narrow), (size,), scale, shift, self._epsilon)


def _stacked_layer(pair: tuple[Any, Any]) -> Layer:
    """Return one layer of both encoders as stacked matrices; their norms are the same."""
    attention = [one.attention.self for one in pair]
    mixed = [torch.cat([a.query.weight, a.key.weight, a.value.weight]) for a in attention]
    mixed_bias = [torch.cat([a.query.bias, a.key.bias, a.value.bias]) for a in attention]
    dense = [[one.attention.output.dense, one.intermediate.dense, one.output.dense] for one in pair]
    weights = [torch.stack([d[n].weight.T for d in dense]).contiguous() for n in range(3)]
    biases = [torch.stack([d[n].bias[None] for d in dense]) for n in range(3)]
    norms = [pair[0].attention.output.LayerNorm, pair[0].output.LayerNorm]
    return (
        torch.stack([m.T for m in mixed]).contiguous(),
        torch.stack([b[None] for b in mixed_bias]),
        weights[0], biases[0], norms[0].weight, norms[0].bias,
        weights[1], biases[1], weights[2], biases[2], norms[1].weight, norms[1].bias,
    )  # fmt: skip
