"""A linear layer, kept as this processor multiplies it fastest."""

from __future__ import annotations

import torch


class Linear:
    """Rows, shape (rows, width), times a weight, plus a bias.

    In bfloat16 the weight is packed once, as the processor's matrix unit wants it. Otherwise it would be packed at
    every use, which for the dozen rows of a question takes longer than the product itself.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, dtype: torch.dtype) -> None:
        self._bias, kept = bias.to(dtype), weight.to(dtype)
        self._packed = dtype == torch.bfloat16
        self._weight = torch.ops.mkldnn._reorder_linear_weight(kept) if self._packed else kept.T.contiguous()

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Return rows behind the layer, rounded once."""
        if self._packed:
            return _packed_product(rows, self._weight, self._bias)
        return torch.addmm(self._bias, rows, self._weight)

    def rounded_twice(self, rows: torch.Tensor) -> torch.Tensor:
        """Return rows behind the layer, rounded before the bias is added and after: as stores have always been made."""
        if self._packed:
            return _packed_product(rows, self._weight, None) + self._bias
        return rows @ self._weight + self._bias


def _packed_product(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")
    return found
