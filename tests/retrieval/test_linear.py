"""A linear layer multiplies and adds, however its weight is kept."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import gelu

from retrieval.linear import PACKED, Linear

ROUNDING = {torch.float32: 1e-5, torch.bfloat16: 0.05}
KEPT = [False, True] if PACKED else [False]

every_way = pytest.mark.parametrize(
    ("dtype", "packed", "rows"), [(d, p, n) for d in ROUNDING for p in KEPT for n in (1, 13, 40, 300)]
)


def close(found: torch.Tensor, expected: torch.Tensor, dtype: torch.dtype) -> bool:
    return found.dtype == dtype and bool(
        (found.float() - expected).abs().max() < ROUNDING[dtype] * expected.abs().max()
    )


@every_way
def test_rows_go_through_a_weight_and_take_its_bias(dtype: torch.dtype, packed: bool, rows: int) -> None:
    torch.manual_seed(3)
    weight, bias, told = torch.randn(48, 32) / 6, torch.randn(48), torch.randn(rows, 32)
    expected = told @ weight.T + bias
    assert close(Linear(weight, bias, dtype, packed=packed)(told.to(dtype)), expected, dtype)


@every_way
def test_an_activation_or_other_rows_follow(dtype: torch.dtype, packed: bool, rows: int) -> None:
    torch.manual_seed(4)
    weight, bias, told, others = torch.randn(48, 32) / 6, torch.randn(48), torch.randn(rows, 32), torch.randn(rows, 48)
    layer = Linear(weight, bias, dtype, packed=packed)
    expected = told @ weight.T + bias
    assert close(layer.activated(told.to(dtype)), gelu(expected), dtype)
    before = others.to(dtype)
    assert close(layer.added(told.to(dtype), before), expected + others, dtype)
    assert torch.equal(before, others.to(dtype))
