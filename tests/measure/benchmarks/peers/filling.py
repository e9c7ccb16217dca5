"""Filling the stores of a size: Dogear's through its own store module, the peers' through LlamaIndex's Chroma store.

LangChain reads LlamaIndex's collection too: a document, and the two values that its filter asks for, are all it needs.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from corpus.library import SHIPPED, Library
from corpus.passages import cut
from retrieval.embedding import load_embedder
from retrieval.retriever import open_retriever
from retrieval.store import BookManifest, Store, StoredPassage
from tests.fakes.bookshelf import silent
from tests.measure.benchmarks.peers.contender import Stretch, open_client, open_collection
from tests.measure.benchmarks.peers.langchain_peer import StockEmbeddings
from tests.measure.benchmarks.peers.llamaindex_peer import add_with_vectors
from tests.measure.benchmarks.peers.made_up_books import PASSAGES, MadeUpBook, made_up

REAL = 20_000
"""Passages of a library up to which all vectors are real."""

BOOKS_AT_ONCE = 20
TOLD_AFTER = 200
"""Made-up books after which it is told how far the filling is."""

Row = tuple[str, Stretch, list[float]]


def stretches(library: Library) -> list[Stretch]:
    """Return a library's passages as the peers are given them, those without a place at the end of their book."""
    found = []
    for slug, book in library.books.items():
        settled, unplaced = cut(book, library.documents[slug])
        told = [*settled, *(u.passage for u in unplaced)]
        found += [Stretch(p.text, slug, p.reveals.marks.get(slug, 0)) for p in told]
    return found


def fill_dogear(folder: Path, library: Library, books: int, *, real: bool, say: Callable[[str], None]) -> None:
    """Write Dogear's store of a library with so many made-up books."""
    with open_retriever(library if real else Library.load(SHIPPED), folder, None, silent) as retriever:
        retriever.refresh()
    if real:
        return
    with Store(folder, load_embedder().name, silent) as held:
        for part in _parts(books, f"{folder}", say):
            held.write([StoredPassage(p, v) for b in part for p, v in zip(b.passages, b.embedded(), strict=True)])
            for book in part:
                held.finish(BookManifest.of(book.slug, library.fingerprint(book.slug), {}, book.passages))


def fill_peers(folder: Path, books: int, model: Path, *, real: bool, say: Callable[[str], None]) -> None:
    """Write the peers' store of a library with so many made-up books."""
    embeddings = StockEmbeddings(model)
    client = open_client(folder)
    collection = open_collection(client)
    told = stretches(Library.load(SHIPPED))
    vectors = embeddings.embed_documents([one.text for one in told])
    add_with_vectors(collection, [(f"real/{n}", t, v) for n, (t, v) in enumerate(zip(told, vectors, strict=True))])
    for part in _parts(books, f"{folder}", say):
        add_with_vectors(collection, _rows(part, embeddings if real else None))
    client.close()


def _rows(books: Sequence[MadeUpBook], embeddings: StockEmbeddings | None) -> list[Row]:
    """Return made-up books as the peers keep them, with real vectors or made-up ones."""
    told = [p for book in books for p in book.passages]
    if embeddings:
        vectors = embeddings.embed_documents([p.text for p in told])
    else:
        vectors = [v.passage.tolist() for book in books for v in book.embedded()]
    return [(p.id, Stretch(p.text, p.book, p.group), v) for p, v in zip(told, vectors, strict=True)]


def _parts(books: int, name: str, say: Callable[[str], None]) -> Iterator[list[MadeUpBook]]:
    """Yield the made-up books, a few at a time, and tell now and then how far it is."""
    coming = made_up(books)
    while part := list(islice(coming, BOOKS_AT_ONCE)):
        yield part
        if (done := part[-1].number) % TOLD_AFTER == 0:
            say(f"{name}: {done * PASSAGES:,} of {books * PASSAGES:,} made-up passages")
