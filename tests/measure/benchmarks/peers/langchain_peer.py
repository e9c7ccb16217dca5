"""LangChain as its documentation shows it: a Chroma store with a filter, and an ensemble of that store and BM25.

BM25Retriever takes no filter. So one is made of what a reader has passed, from the store's own text, for each book and
position that is asked about, and kept.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from tests.measure.benchmarks.peers.contender import TOP, Asked, Found, Stretch, package

SPLIT, OVERLAP = 1_000, 200
"""Characters of a text, and of its overlap with the next: those of LangChain's tutorial."""

AT_ONCE = 1_000


class StockEmbeddings(Embeddings):
    """The packaged weights as LangChain's own wrapper uses them: sentence-transformers, float32, on the processor."""

    def __init__(self, model: Path) -> None:
        self._model = package("sentence_transformers").SentenceTransformer(str(model), device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages."""
        vectors: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        return self.embed_documents([text])[0]


def where(asked: Asked) -> dict[str, Any]:
    """Return the filter of a question."""
    if asked.at is None:
        return {"book": asked.book}
    return {"$and": [{"book": asked.book}, {"mark": {"$lte": asked.at}}]}


class LangChainPeer:
    """A Chroma collection as LangChain's vector store."""

    def __init__(self, client: object, collection: str, model: Path) -> None:
        made = package("langchain_chroma").Chroma
        self._store = made(client=client, collection_name=collection, embedding_function=StockEmbeddings(model))
        self._bm25: dict[Asked, Any] = {}

    def index(self, stretches: Sequence[Stretch]) -> int:
        """Split texts and add them; return how many passages came of them."""
        splitter = package("langchain_text_splitters").RecursiveCharacterTextSplitter(
            chunk_size=SPLIT, chunk_overlap=OVERLAP
        )
        documents = splitter.create_documents(
            [s.text for s in stretches], metadatas=[{"book": s.book, "mark": s.mark} for s in stretches]
        )
        for start in range(0, len(documents), AT_ONCE):
            self._store.add_documents(documents[start : start + AT_ONCE])
        return len(documents)

    def search(self, asked: Asked) -> Found:
        """Return the most similar passages."""
        found = self._store.similarity_search(asked.text, k=TOP, filter=where(asked))
        return Found.passages([document.page_content for document in found])

    def ensemble(self, asked: Asked) -> Found:
        """Return the passages that similarity and BM25 find, fused as LangChain does."""
        lexical = self._lexical(asked)
        if lexical is None:
            return Found("", ())
        similar = self._store.as_retriever(search_kwargs={"k": TOP, "filter": where(asked)})
        made = package("langchain_classic.retrievers").EnsembleRetriever
        found = made(retrievers=[similar, lexical], weights=[0.5, 0.5]).invoke(asked.text)
        return Found.passages([document.page_content for document in found[:TOP]])

    def _lexical(self, asked: Asked) -> Any:  # noqa: ANN401 (a retriever of a package that may not be installed)
        key = Asked("", asked.book, asked.at)
        if key not in self._bm25:
            texts = self._store.get(where=where(asked), include=["documents"])["documents"]
            made = package("langchain_community.retrievers").BM25Retriever
            self._bm25[key] = made.from_texts(texts, k=TOP) if texts else None
        return self._bm25[key]
