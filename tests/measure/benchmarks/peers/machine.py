"""What a benchmark was run on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from retrieval.processor import number_type

NAMED = (
    "chromadb", "torch", "sentence-transformers", "langchain", "langchain-chroma", "langchain-classic",
    "llama-index-core", "llama-index-vector-stores-chroma",
)  # fmt: skip
"""Packages whose versions stand beside the figures."""


def machine() -> dict[str, Any]:
    """Return the processor, the memory and the versions that count."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "bfloat16": number_type() is torch.bfloat16,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in NAMED},
    }


def _processor(info: Path = Path("/proc/cpuinfo")) -> str:
    if not info.exists():
        return platform.processor() or platform.machine()
    lines = (line.partition(":") for line in info.read_text(encoding="utf-8").splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), platform.machine())
