"""The benchmark of Chroma's queries asks for what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.chroma_queries import BOOK, filled, medians, table, vectors, ways


def test_every_way_stays_within_its_book(tmp_path: Path) -> None:
    collection = filled(tmp_path, 3 * BOOK)
    assert collection.count() == 3 * BOOK
    here = {f"passage-{number}" for number in range(BOOK, 2 * BOOK)}
    for way, ask in ways(collection, vectors(np.random.default_rng(1), 1), 1).items():
        found: Any = ask()
        ids = found["ids"][0] if isinstance(found["ids"][0], list) else found["ids"]
        assert ids, way
        assert way == "query, no filter" or set(ids) <= here, way
    assert set(medians(collection, 2)) == set(ways(collection, vectors(np.random.default_rng(1), 1), 0))


def test_a_size_is_a_column() -> None:
    told = table({20_000: {"a": 1.25, "b": 3.0}, 300_000: {"a": 10.0, "b": 4.04}})
    assert told.splitlines()[0] == "|  | 20,000 passages | 300,000 passages |"
    assert told.splitlines()[2:] == ["| a | 1.2 ms | 10.0 ms |", "| b | 3.0 ms | 4.0 ms |"]
