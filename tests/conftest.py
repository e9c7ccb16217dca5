"""What is slow to make and shared by all tests: the packaged embedding model, and a store of the shipped library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.library import SHIPPED
from retrieval.door import Retriever
from retrieval.embedding import SentenceEmbedder, load_embedder
from tests.fakes.bookshelf import opened, write_kite, write_lantern
from tests.fakes.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    """The packaged model, loaded once."""
    return load_embedder()


@pytest.fixture(scope="session")
def shipped(embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The shipped library, as the packaged model reads it."""
    with opened(SHIPPED, tmp_path_factory.mktemp("shipped"), embedder) as retriever:
        yield retriever


@pytest.fixture(scope="session")
def island(embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The Lantern and The Kite, as the packaged model reads them."""
    library = tmp_path_factory.mktemp("island-library")
    write_lantern(library)
    write_kite(library)
    with opened(library, tmp_path_factory.mktemp("island"), embedder) as retriever:
        yield retriever


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedding model that loads in no time and understands nothing."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty folder for books."""
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for a vector store, not yet made."""
    return tmp_path / "data"
