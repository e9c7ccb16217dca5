"""The library that attempts are made at: every text in it gives itself away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.embedding import SentenceEmbedder
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import opened
from tests.fakes.marked import Signs, write_marked_library


@pytest.fixture(scope="session")
def marked(embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Retriever, Signs]]:
    """The marked library, and its signs."""
    library = tmp_path_factory.mktemp("marked-library")
    signs = write_marked_library(library)
    with opened(library, tmp_path_factory.mktemp("marked"), embedder) as retriever:
        yield retriever, signs
