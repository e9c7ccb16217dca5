"""Libraries made for a test: book folders written from plain values, and retrievers over them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from corpus.library import Library
from retrieval.location import Location
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedder
from tests.fakes.embedder import HashedEmbedder

LANTERN = "the-lantern"
KITE = "the-kite"

LANTERN_SUMMARY = {
    1: "Dorothea comes to the island on the evening boat. She carries a letter that she has not opened. "
    "The harbour lies dark, and nobody waits for her.",
    2: "Silas, the keeper of the lighthouse, gives her a room below the lamp. He never speaks of his brother.",
    3: "Dorothea finds a second bed in the tower, made up with clean sheets. Silas says that it belongs to nobody.",
    5: "A storm breaks the harbour wall in the night. Silas rows out alone and saves two fishermen from the rocks.",
    7: "The village priest warns Dorothea to leave before the winter. She sells her grandmother’s ring and stays.",
    10: "Dorothea opens the letter at last. It says that Silas drowned his brother for the sake of the lamp. "
    "She puts out the light and leaves the island for ever.",
}
"""A made-up novel of ten chapters, told by what each chapter brings."""

LANTERN_DOCUMENTS = {
    "premise.md": "---\nreveals: 0\n---\nA young woman travels to an island with a lighthouse and an old secret.\n",
    "people.md": (
        "## Silas\n\n<!-- reveals: 2 -->\nSilas keeps the lighthouse and lives alone.\n\n"
        "<!-- reveals: 10 -->\nSilas is the murderer of his brother.\n\n"
        "## Dorothea\n\n<!-- reveals: 1 -->\nDorothea is a traveller with an unopened letter.\n"
    ),
    "summary.md": "".join(f"## Chapter {mark}\n\n{text}\n\n" for mark, text in LANTERN_SUMMARY.items()),
}

KITE_DOCUMENTS = {
    "premise.md": "---\nreveals: 0\n---\nTwo children build a paper kite during a hot summer by the railway.\n",
    "summary.md": (
        "## Chapter 1\n\nMarianne and Edward find a bundle of red paper in the attic.\n\n"
        "## Chapter 2\n\nThe kite flies over the railway bridge and is caught by a passing train.\n\n"
        "## Chapter 4\n\nEdward follows the train to the city and becomes a clockmaker there.\n"
    ),
}


def write_book(
    library: Path, slug: str, documents: Mapping[str, str], *, marks: int = 10, unit: str = "chapter", **fields: object
) -> Path:
    """Write a book's folder in place of what was there; further fields go into `book.toml` as they are."""
    folder = library / slug
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = {"title": slug.replace("-", " ").title(), "author": "Anonymous", "unit": unit, "marks": marks} | fields
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in told.items()]
    (folder / "book.toml").write_text("\n".join(lines), encoding="utf-8")
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_lantern(library: Path, **more: str) -> Path:
    """Write The Lantern; further documents by name, `_md` for `.md`."""
    extra = {name.replace("_md", ".md"): text for name, text in more.items()}
    return write_book(library, LANTERN, LANTERN_DOCUMENTS | extra)


def write_kite(library: Path) -> Path:
    """Write The Kite, four chapters by another author, with nothing in common with The Lantern."""
    return write_book(library, KITE, KITE_DOCUMENTS, marks=4, author="Traditional")


def silent(_: str) -> None:
    """Say nothing."""


@contextmanager
def opened(library: Path, place: Location, embedder: Embedder | None = None) -> Iterator[Retriever]:
    """Open a retriever over a library as it now is, with its store up to date."""
    embedder = embedder or HashedEmbedder()
    with Store(place, embedder.name, silent) as store:
        retriever = Retriever(Library.load(library), store, embedder)
        retriever.refresh()
        yield retriever
