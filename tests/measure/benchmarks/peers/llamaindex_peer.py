"""LlamaIndex as its documentation shows it: a vector index over a Chroma collection, with metadata filters."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.measure.benchmarks.peers.contender import TOP, Asked, Found, Stretch, package

FILTERED_BY = ["book", "mark"]
"""Metadata that are no text: LlamaIndex would embed them with it, which would only hurt."""


class LlamaIndexPeer:
    """A Chroma collection as LlamaIndex's vector store."""

    def __init__(self, collection: object, model: Path) -> None:
        core = package("llama_index.core")
        embeddings = package("llama_index.embeddings.huggingface").HuggingFaceEmbedding
        self._store = package("llama_index.vector_stores.chroma").ChromaVectorStore(chroma_collection=collection)
        self._model = embeddings(model_name=str(model), device="cpu")
        self._index = core.VectorStoreIndex.from_vector_store(self._store, embed_model=self._model)

    def index(self, stretches: Sequence[Stretch]) -> int:
        """Split texts and add them; return how many passages came of them."""
        core = package("llama_index.core")
        documents = [
            core.Document(
                text=s.text, metadata={"book": s.book, "mark": s.mark}, excluded_embed_metadata_keys=FILTERED_BY
            )
            for s in stretches
        ]
        nodes = core.node_parser.SentenceSplitter().get_nodes_from_documents(documents)
        self._index.insert_nodes(nodes)
        return len(nodes)

    def search(self, asked: Asked) -> Found:
        """Return the most similar passages."""
        retriever = self._index.as_retriever(similarity_top_k=TOP, filters=_filters(asked))
        return Found.passages([found.node.get_content() for found in retriever.retrieve(asked.text)])


def add_with_vectors(collection: object, rows: Sequence[tuple[str, Stretch, list[float]]]) -> None:
    """Add texts that are embedded already to a collection, each with an id, as LlamaIndex's store writes them."""
    node = package("llama_index.core.schema").TextNode
    store = package("llama_index.vector_stores.chroma").ChromaVectorStore(chroma_collection=collection)
    store.add(
        [
            node(id_=key, text=told.text, metadata={"book": told.book, "mark": told.mark}, embedding=vector)
            for key, told, vector in rows
        ]
    )


def _filters(asked: Asked) -> Any:  # noqa: ANN401 (an object of a package that may not be installed)
    types = package("llama_index.core.vector_stores")
    filters = [types.MetadataFilter(key="book", value=asked.book)]
    if asked.at is not None:
        filters.append(types.MetadataFilter(key="mark", value=asked.at, operator=types.FilterOperator.LTE))
    return types.MetadataFilters(filters=filters)
