"""Time a question in Dogear and in stock LangChain with Chroma, on one library, in one run.

python -m tests.benchmarks.beside_langchain LIBRARY QUESTIONS.jsonl

Both use the packaged weights and the same passages. LangChain embeds with sentence-transformers as it stands and asks
Chroma for ten passages of the book up to the reader's position; Dogear gives its whole quote-mode answer. The
questions are those of the batch command. Needs the `bench` extra.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from sentence_transformers import SentenceTransformer

from bot.assembly import open_discussion
from bot.discussion import Discussion
from bot.settings import Settings
from corpus.library import Library
from corpus.passages import cut
from retrieval.embedding import published_model
from retrieval.gate import Audience

ROUNDS = 3
"""Each question is asked this often, in turns; the first round only warms up."""


class StockEmbeddings(Embeddings):
    """The packaged weights as LangChain's own wrapper uses them: float32, one `encode` a text."""

    def __init__(self) -> None:
        self._model = SentenceTransformer(str(published_model()), device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages."""
        vectors: list[list[float]] = self._model.encode(texts, normalize_embeddings=True).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        return self.embed_documents([text])[0]


def stock(library: Library, folder: Path) -> Callable[[dict[str, Any]], object]:
    """Return LangChain's way of finding passages for a question of the batch command."""
    store = Chroma("passages", StockEmbeddings(), str(folder), collection_metadata={"hnsw:space": "cosine"})
    for slug, book in library.books.items():
        passages, unplaced = cut(book, library.documents[slug])
        documents = [
            Document(p.text, metadata={"book": slug, "mark": p.reveals.marks[slug]})
            for p in (*passages, *(u.passage for u in unplaced))
        ]
        store.add_documents(documents)

    def find(line: dict[str, Any]) -> object:
        where = {"$and": [{"book": line["book"]}, {"mark": {"$lte": line["at"]}}]}
        return store.similarity_search(line["text"], k=10, filter=where)  # type: ignore[arg-type]

    return find


def ours(discussion: Discussion) -> Callable[[dict[str, Any]], object]:
    """Return Dogear's whole answer to a question of the batch command."""
    return lambda line: discussion.ask(line["text"], Audience({line["book"]: line["at"]}), line["book"])


def medians(ways: Sequence[Callable[[dict[str, Any]], object]], lines: Sequence[dict[str, Any]]) -> list[float]:
    """Return each way's median time in milliseconds, all ways asked in turns."""
    times: list[list[float]] = [[] for _ in ways]
    for n in range(ROUNDS):
        for line in lines:
            for taken, way in zip(times, ways, strict=True):
                start = time.perf_counter()
                way(line)
                if n:
                    taken.append(1000 * (time.perf_counter() - start))
    return [statistics.median(taken) for taken in times]


def main() -> None:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description="Dogear beside stock LangChain.")
    parser.add_argument("library", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    given = parser.parse_args()
    lines = [json.loads(line) for line in given.questions.read_text(encoding="utf-8").splitlines()][: given.limit]
    with tempfile.TemporaryDirectory() as folder:
        peer = stock(Library.load(given.library), Path(folder) / "stock")
        with open_discussion(Settings(), given.library, Path(folder) / "dogear") as discussion:
            stock_ms, our_ms = medians([peer, ours(discussion)], lines)
    print(f"LangChain {stock_ms:.1f} ms, Dogear {our_ms:.1f} ms a question: {our_ms / stock_ms:.2f} of its time")


if __name__ == "__main__":
    main()
