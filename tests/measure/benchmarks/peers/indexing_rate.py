"""How many passages a second each contender embeds and writes: the same made-up books, in turns, into new stores."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from corpus.library import Library
from retrieval import packaged_encoder
from retrieval.processor import number_type
from retrieval.retriever import open_retriever
from tests.fakes.bookshelf import silent, write_book
from tests.measure.benchmarks.peers.chroma_folder import COLLECTION, open_client, open_collection
from tests.measure.benchmarks.peers.contender import DOGEAR, LLAMA, STOCK, Stretch
from tests.measure.benchmarks.peers.filling import stretches
from tests.measure.benchmarks.peers.langchain_peer import LangChainPeer
from tests.measure.benchmarks.peers.llamaindex_peer import LlamaIndexPeer
from tests.measure.benchmarks.peers.made_up_books import CHAPTERS, made_up

FLOAT32 = "Dogear, float32"
BOOKS, ROUNDS = 4, 3

Indexer = Callable[[Path], float]
"""Indexes the same passages into a new folder, and returns the seconds that it took once its model was loaded."""


def measure(books: int, rounds: int, model: Path) -> dict[str, Any]:
    """Return the passages a second of every contender, at the middle of some rounds."""
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for book in made_up(books):
            write_book(folder / "library", book.slug, {"summary.md": book.summary}, marks=CHAPTERS)
        library = Library.load(folder / "library")
        told = stretches(library)
        for n in range(rounds):
            for contender, index in _ways(library, told, model).items():
                taken.setdefault(contender, []).append(index(folder / f"{n} {contender}"))
    return {
        "passages": len(told),
        "bfloat16": number_type() is torch.bfloat16,
        "rate": {contender: round(len(told) / statistics.median(seconds), 1) for contender, seconds in taken.items()},
    }


def _ways(library: Library, told: list[Stretch], model: Path) -> dict[str, Indexer]:
    def dogear(folder: Path) -> float:
        with open_retriever(library, folder, None, silent) as retriever:
            return _seconds(retriever.refresh)

    def dogear_float32(folder: Path) -> float:
        known = vars(packaged_encoder)
        own, known["number_type"] = known["number_type"], lambda: torch.float32  # as where there is no bfloat16
        try:
            return dogear(folder)
        finally:
            known["number_type"] = own

    def langchain(folder: Path) -> float:
        peer = LangChainPeer(open_client(folder), COLLECTION, model)
        return _seconds(lambda: peer.index(told))

    def llamaindex(folder: Path) -> float:
        peer = LlamaIndexPeer(open_collection(open_client(folder)), model)
        return _seconds(lambda: peer.index(told))

    return {DOGEAR: dogear, FLOAT32: dogear_float32, STOCK: langchain, LLAMA: llamaindex}


def _seconds(index: Callable[[], object]) -> float:
    start = time.perf_counter()
    index()
    return time.perf_counter() - start
