"""What every contender is asked, what it finds, and what the peers need."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DogearError

DOGEAR = "Dogear"
SEARCH = "Dogear, search alone"
STOCK = "LangChain"
ENSEMBLE = "LangChain, ensemble"
LLAMA = "LlamaIndex"
PEERS = (STOCK, ENSEMBLE, LLAMA)
CONTENDERS = (DOGEAR, *PEERS)

TOP = 10
"""Passages that each contender returns for a question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a book, by a reader who has finished `at` marks of it; None leaves the position out."""

    text: str
    book: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader would be shown, and the passages found, best first."""

    answer: str
    texts: tuple[str, ...]

    @classmethod
    def passages(cls, texts: list[str]) -> "Found":
        """Return what a chain without a model shows: the passages, one after another."""
        return cls(" ".join(texts), tuple(texts))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A text as a peer is given it, with the two values that its filter asks for."""

    text: str
    book: str
    mark: int


Way = Callable[[Asked], Found]


class PeersMissing(DogearError):
    """The peers are not installed."""


def package(name: str) -> Any:  # noqa: ANN401 (what is typed where it is installed is unknown elsewhere)
    """Return a module of a peer. Raises PeersMissing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise PeersMissing(f"The benchmark needs {error.name}, which is not installed. Run: make bench") from error


COLLECTION = "passages"


def open_client(folder: Path) -> Any:  # noqa: ANN401 (Chroma's declared type has no `close`)
    """Open a Chroma folder, made as a stock user's: with the default distance and index."""
    import chromadb  # not by whoever needs only the names
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))


def open_collection(client: Any) -> Any:  # noqa: ANN401 (see above)
    """Open or make the peers' collection; the texts come with their vectors."""
    return client.get_or_create_collection(COLLECTION, embedding_function=None)
