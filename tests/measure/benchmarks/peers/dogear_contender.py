"""Dogear in quote mode, as the other contenders are asked, and its search alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.answering.engine import Discussion
from corpus.library import Library
from retrieval.embedding import load_embedder
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedder
from tests.fakes.bookshelf import silent
from tests.fakes.embedder import RememberingEmbedder
from tests.measure.benchmarks.peers.contender import Asked, Found


class DogearContender:
    """A discussion over a library, asked about its books; and its search alone, which embeds no question twice."""

    def __init__(self, library: Library, store: Store, embedder: Embedder) -> None:
        self.library = library
        self._remembering = RememberingEmbedder(embedder)
        retriever = Retriever(library, store, embedder)
        retriever.refresh()
        self._discussion, self._search = Discussion(library, retriever), Retriever(library, store, self._remembering)
        self._search.refresh()

    def answer(self, asked: Asked) -> Found:
        """Give the whole answer in quote mode."""
        reply = self._discussion.ask(asked.text, _audience(asked), asked.book)
        return Found(reply.answer, tuple(ranked.passage.text for ranked in reply.passages))

    def search(self, asked: Asked) -> Found:
        """Search with a question that is embedded already; the first time it is embedded here."""
        found = self._search.search(asked.text, _audience(asked), asked.book)
        return Found("", tuple(ranked.passage.text for ranked in found.passages))

    def read(self, text: str) -> None:
        """Embed a question, so that `search` need not."""
        self._remembering.question(text)


@contextmanager
def open_dogear(library: Path, data: Path) -> Iterator[DogearContender]:
    """Open a library with its store, brought up to date."""
    books, embedder = Library.load(library), load_embedder()
    with Store(data, embedder.name, silent) as store:
        yield DogearContender(books, store, embedder)


def _audience(asked: Asked) -> Audience:
    return Audience({asked.book: asked.at or 0})
