"""A linear layer, kept as this processor multiplies it fastest."""

from __future__ import annotations

import platform
from collections.abc import Callable

import torch
from torch.nn.functional import gelu

PACKED = bool(torch.backends.mkldnn.is_available()) and platform.machine().lower() in {"x86_64", "amd64"}  # type: ignore[no-untyped-call]
"""Whether oneDNN multiplies here: it keeps a weight packed as the processor wants it."""


class Linear:
    """Rows, shape (rows, width), times a weight, plus a bias, and what BERT does with that.

    The weight is packed once: at every use, it would take as long as the product for the dozen rows of a question.
    What follows the product is done before it is written to memory: for the rows of a batch, each pass over them takes
    a tenth of the product.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, dtype: torch.dtype, *, packed: bool = PACKED) -> None:
        kept = weight.to(dtype)
        self._bias, self._packed = bias.to(dtype), packed
        self._weight = torch.ops.mkldnn._reorder_linear_weight(kept) if packed else kept.T.contiguous()

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Return rows behind the layer."""
        if self._packed:
            return _product(rows, self._weight, self._bias, "none", [], "")
        return torch.addmm(self._bias, rows, self._weight)

    def activated(self, rows: torch.Tensor) -> torch.Tensor:
        """Return rows behind the layer and GELU, the activation of BERT."""
        if self._packed:
            return _product(rows, self._weight, self._bias, "gelu", [], "none")
        return gelu(self(rows))

    def added(self, rows: torch.Tensor, to: torch.Tensor) -> torch.Tensor:
        """Return rows behind the layer, added to others."""
        if self._packed:
            return _sum(rows, to, self._weight, self._bias, "add")
        return to + self(rows)


_product: Callable[..., torch.Tensor] = torch.ops.mkldnn._linear_pointwise.default
_sum: Callable[..., torch.Tensor] = torch.ops.mkldnn._linear_pointwise.binary
