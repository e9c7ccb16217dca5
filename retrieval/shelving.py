"""The collections of a store: found or made, and thrown away where another model or an older layout made them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection

from corpus.text import capitalised
from retrieval import whole_books
from retrieval.claims import claimed
from retrieval.connection import Connection
from retrieval.types import StoreUnavailable

LAYOUT = 6
"""Raised whenever what is kept changes; a store of another layout is rebuilt."""

PASSAGES, WHOLE_BOOKS, MANIFESTS, CLUB_TEXTS, CHANGES = "passages", "whole_books", "books", "club_texts", "changes"
OURS = (PASSAGES, WHOLE_BOOKS, MANIFESTS, CLUB_TEXTS, CHANGES)

COSINE: CreateHNSWConfiguration = {"space": "cosine"}

Say = Callable[[str], None]


class Shelving:
    """Gives the collections of a store, as they are when they are asked for."""

    def __init__(self, connection: Connection, model: str) -> None:
        self._connection, self._model = connection, model

    def collection(self, name: str) -> Collection:
        """Return a collection, made if it is not there."""
        kept = whole_books.CONFIGURATION if name == WHOLE_BOOKS else COSINE
        return self._connection.collection(name, {"model": self._model, "layout": LAYOUT}, kept)

    def clear(self, say: Say, leaving: Event) -> None:
        """Throw away what another model or an older layout made: one process at a time, as others may make it anew."""
        if not self._others():
            return
        with claimed(self._connection, lambda: bool(self._others()), leaving) as check:
            for name in self._others() if check else ():
                if name == PASSAGES:
                    say("The vector store was made by another model or an older layout; it is built again.")
                self._connection.delete(name)

    def refuse_others(self) -> None:
        """Raise StoreUnavailable where another model or another layout made what is there."""
        if self._others():
            raise StoreUnavailable(
                f"{capitalised(self._connection.name)} holds the passages of another EMBEDDING_MODEL or another "
                "version of Dogear. Bring all that use it to the same, and run “python run_bot.py index”; or give this "
                "one a database of its own, with ?database=… in CHROMA_URL."
            )

    def _others(self) -> list[str]:
        found = self._connection.collections()
        mine = {"model": self._model, "layout": LAYOUT}
        return [
            name for name in OURS
            if name in found and {key: found[name].get(key) for key in mine} != mine
        ]  # fmt: skip
