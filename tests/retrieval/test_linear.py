"""A linear layer multiplies and adds, however its weight is kept."""

from __future__ import annotations

import pytest
import torch

from retrieval.linear import Linear

ROUNDING = {torch.float32: 1e-5, torch.bfloat16: 0.05}


@pytest.mark.parametrize("dtype", ROUNDING)
@pytest.mark.parametrize("rows", [1, 13, 40, 300])
def test_rows_go_through_a_weight_and_take_its_bias(dtype: torch.dtype, rows: int) -> None:
    torch.manual_seed(3)
    weight, bias, told = torch.randn(48, 32) / 6, torch.randn(48), torch.randn(rows, 32)
    layer = Linear(weight, bias, dtype)
    expected = told @ weight.T + bias
    for found in (layer(told.to(dtype)), layer.rounded_twice(told.to(dtype))):
        assert found.dtype == dtype
        assert (found.float() - expected).abs().max() < ROUNDING[dtype] * expected.abs().max()


def test_rounding_twice_is_what_a_product_and_a_sum_give() -> None:
    torch.manual_seed(3)
    weight, bias, told = (torch.randn(shape).to(torch.bfloat16) for shape in ((384, 384), (384,), (13, 384)))
    assert torch.equal(Linear(weight, bias, torch.bfloat16).rounded_twice(told), told @ weight.T + bias)
