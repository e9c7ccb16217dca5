"""docs/benchmarks.md: its tables stand between marks, and are those of the figures' file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "figures" / "bench.json"
PICTURES = ROOT / "docs" / "pictures"

_TABLE = re.compile(r"(<!-- bench-([a-z-]+):begin -->\n).*?(<!-- bench-\2:end -->)", re.DOTALL)


def with_tables(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with these tables between their marks; what there is no table for stays as it is."""

    def put(found: re.Match[str]) -> str:
        return f"{found[1]}{tables[found[2]]}\n{found[3]}" if found[2] in tables else found[0]

    return _TABLE.sub(put, page)


def marked(page: str) -> list[str]:
    """Return the names of the tables for which a page has marks."""
    return [found[2] for found in _TABLE.finditer(page)]


def read_figures(path: Path = FIGURES) -> dict[str, Any]:
    """Return the figures of the last whole run; none before the first."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def write_figures(figures: Mapping[str, Any], path: Path = FIGURES) -> None:
    """Keep figures, in an order that a person can compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
