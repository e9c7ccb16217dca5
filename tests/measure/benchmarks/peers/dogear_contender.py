"""Dogear in quote mode, as the other contenders are asked, and its search alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.answering.engine import Discussion
from corpus.library import Library
from retrieval.embedding import load_embedder
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedded, Embedder, QuestionVectors, TokenVectors
from tests.fakes.bookshelf import silent
from tests.measure.benchmarks.peers.contender import Asked, Found


class Remembering:
    """An embedding model that, once told to, gives the vectors of a question that it has read from memory."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.adapted = embedder.name, embedder.adapted
        self.recalls = False
        self._known: dict[str, QuestionVectors] = {}

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages."""
        return self._embedder.passages(passages)

    def question(self, text: str, beside: Sequence[str] = ()) -> QuestionVectors:
        """Embed a question, or recall it."""
        if not (self.recalls and text in self._known):
            self._known[text] = self._embedder.question(text, beside)
        return self._known[text]

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Read texts token by token."""
        return self._embedder.words(texts)


class DogearContender:
    """A discussion over a library, asked about its books."""

    def __init__(self, library: Library, store: Store, embedder: Remembering) -> None:
        self.library = library
        self._embedder = embedder
        self._retriever = Retriever(library, store, embedder)
        self._retriever.refresh()
        self._discussion = Discussion(library, self._retriever)

    def answer(self, asked: Asked) -> Found:
        """Give the whole answer in quote mode."""
        reply = self._discussion.ask(asked.text, _audience(asked), asked.book)
        return Found(reply.answer, tuple(ranked.passage.text for ranked in reply.passages))

    def search(self, asked: Asked) -> Found:
        """Search with a question that is embedded already; the first time it is embedded here."""
        self._embedder.recalls = True
        try:
            found = self._retriever.search(asked.text, _audience(asked), asked.book)
        finally:
            self._embedder.recalls = False
        return Found("", tuple(ranked.passage.text for ranked in found.passages))

    def read(self, text: str) -> None:
        """Embed a question, so that `search` need not."""
        self._embedder.question(text)


@contextmanager
def open_dogear(library: Path, data: Path) -> Iterator[DogearContender]:
    """Open a library with its store, brought up to date."""
    books, embedder = Library.load(library), Remembering(load_embedder())
    with Store(data, embedder.name, silent) as store:
        yield DogearContender(books, store, embedder)


def _audience(asked: Asked) -> Audience:
    return Audience({asked.book: asked.at or 0})
