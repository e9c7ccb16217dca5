"""The Chroma folder that the peers share: one collection, opened once in a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings

COLLECTION = "passages"


def open_client(folder: Path) -> Any:  # noqa: ANN401 (Chroma's declared type has no `close`)
    """Open a Chroma folder, made as a stock user's: with the default distance and index."""
    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def open_collection(client: Any) -> Any:  # noqa: ANN401 (see above)
    """Open or make the peers' collection; the texts come with their vectors."""
    return client.get_or_create_collection(COLLECTION, embedding_function=None)
