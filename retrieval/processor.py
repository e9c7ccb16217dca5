"""What this machine's processor is good at."""

from __future__ import annotations

import torch


def number_type() -> torch.dtype:
    """Return bfloat16 where the processor multiplies it itself (AVX512-BF16 or AMX); elsewhere float32 is faster."""
    itself = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if itself else torch.float32
