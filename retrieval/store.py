"""The vector store: a Chroma collection of passages, and two of notes, each written after its text's last passage."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np

from corpus.books import Reveals, Slug
from corpus.passages import Passage
from corpus.text import capitalised
from retrieval.chroma import FolderChroma, ServerChroma
from retrieval.location import ChromaServer, Location
from retrieval.types import Embedded, Matrix, StoreUnavailable, Vector

LAYOUT = 7  # raised whenever what is kept changes: a store of another layout is built again

COLLECTIONS = ("passages", "books", "club_texts")
AT_ONCE = 400  # passages read or written at once; SQLite takes at most 32,766 variables a statement

CHECKSUM = "sum"  # metadata: a disk that loses one bit of `reveals` may not show a passage too early
SHELF = "shelf"  # metadata: book and club as one value, by which they are read ten times faster than by two
LEAVING = "Dogear is shutting down, and has closed the vector store."

_NO_VECTOR = np.zeros((1, 1), np.float32)

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors."""

    passage: Passage
    embedded: Embedded


Needs = tuple[Reveals, bool]  # what a passage needs to be shown: how far readers are, and whether only adults


@dataclass(frozen=True, slots=True)
class BookManifest:
    """What the store holds of a book, maybe a `club`'s, and the books that its text was matched `against`."""

    book: Slug
    fingerprint: str
    against: Mapping[Slug, str]
    passages: Mapping[str, Needs]
    club: str = ""

    @classmethod
    def of(
        cls, book: Slug, fingerprint: str, against: Mapping[Slug, str], passages: Iterable[Passage], club: str = ""
    ) -> Self:
        """Return the manifest of a book that has these passages."""
        return cls(book, fingerprint, against, {p.id: (p.reveals, p.explicit) for p in passages}, club)


@dataclass(frozen=True, slots=True)
class ClubManifest:
    """What the store holds of a club text; its fingerprint is empty while it is written or removed."""

    club: str
    id: str
    book: Slug
    fingerprint: str
    ids: tuple[str, ...]


class Store:
    """A vector store that is open; any number of threads may use it.

    `failed` says what went wrong since it was opened; `reopen` puts that right. On a server, a store that is not
    `replacing` throws nothing away.
    """

    def __init__(
        self, location: Location, model: str, say: Callable[[str], object] = lambda _: None, *, replacing: bool = True
    ) -> None:
        self._model, self._say = model, say
        self._chroma: FolderChroma | ServerChroma = (
            ServerChroma(location) if isinstance(location, ChromaServer) else FolderChroma(location)
        )
        self.name, self.shared, self.replacing = self._chroma.name, self._chroma.shared, replacing
        self.failed, self._closed = "", False
        self._on_failure: Callable[[], object] = lambda: None
        try:
            self._open(check=self._chroma.failed)
        except BaseException:
            self._chroma.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._chroma.close()

    def on_failure(self, call: Callable[[], object]) -> None:
        """Call this, in any thread, once the store has failed."""
        self._on_failure = call
        if self.failed:
            call()

    def reopen(self) -> bool:
        """Open the store again, check every book, and return whether it was damaged. Raises StoreUnavailable."""
        with self._chroma.lock:
            if self._closed:
                raise StoreUnavailable(LEAVING)
            return self._open(check=not self.shared)

    def check(self) -> str:
        """Read a little, and return what the store is. Raises StoreUnavailable."""
        with self._access():
            self._books.get(limit=1, include=[])
        return self._chroma.description

    def incomplete(self) -> list[str]:
        """Return which texts are noted as whole and are not. Slow: every passage is read."""
        books = [f"{m.book} is not whole" for m in self.manifests().values() if self.read_book(m) is None]
        texts = [m for m in self.club_manifests() if m.fingerprint and len(self.read(m.ids)) != len(m.ids)]
        return books + [f"a text of club {m.club} is not whole" for m in texts]

    def manifests(self, book: Slug | None = None) -> dict[Slug, BookManifest]:
        """Return what is held of every book, or one, that is wholly in the store."""
        with self._access():
            found: Any = self._books.get(ids=book, include=["documents", "metadatas"])
            return {
                slug: BookManifest(
                    slug, m["fingerprint"], json.loads(m["against"]), _read_needs(text), m.get("club", "")
                )
                for slug, text, m in zip(found["ids"], found["documents"], found["metadatas"], strict=True)
            }

    def ids_of(self, book: Slug) -> set[str]:
        """Return the ids of all passages that a book has of the library, also those of an interrupted run."""
        with self._access():
            return set(self._passages.get(where={SHELF: _shelf(book)}, include=[])["ids"])

    def having(self, ids: Sequence[str]) -> set[str]:
        """Return which of these ids the store holds."""
        with self._access():
            return {key for part in parts(ids) for key in self._passages.get(ids=part, include=[])["ids"]}

    def read(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return the passages of these ids, in their order; ids that are not there are passed over."""
        found: dict[str, StoredPassage] = {}
        for part in parts(ids):
            found |= self._get(ids=part)
        return [found[key] for key in ids if key in found]

    def read_book(self, manifest: BookManifest) -> list[StoredPassage] | None:
        """Return the passages of a book; None where the store has not all of them any more."""
        rows = self._of_shelf(_shelf(manifest.book), manifest.passages)
        return rows if len(rows) == len(manifest.passages) else None

    def read_club(self, club: str, book: Slug, ids: Collection[str]) -> list[StoredPassage]:
        """Return those passages of these ids that a club has of its own in a book."""
        return self._of_shelf(_shelf(book, club), ids) if ids else []

    def _of_shelf(self, shelf: str, ids: Iterable[str]) -> list[StoredPassage]:
        found = self._get(where={SHELF: shelf})
        return [found[key] for key in ids if key in found]

    def nearest(self, vectors: Matrix, count: int) -> list[list[str]]:
        """Return for each vector the ids of the passages nearest to it, the nearest first, whoever may see them."""
        with self._access():
            return self._passages.query(query_embeddings=vectors, n_results=count, include=[])["ids"]

    def write(self, rows: Sequence[StoredPassage]) -> None:
        """Add passages or replace them."""
        for part in parts(rows):
            with self._writing():
                self._passages.upsert(
                    ids=[row.passage.id for row in part],
                    documents=["\n".join(row.passage.sentences) for row in part],
                    embeddings=np.stack([row.embedded.passage for row in part]),
                    metadatas=[_metadata(row) for row in part],
                )

    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages."""
        for part in parts(list(ids)):
            with self._writing():
                self._passages.delete(ids=part)

    def finish(self, manifest: BookManifest) -> None:
        """Note that a book is wholly in the store."""
        noted, against = manifest.passages.items(), json.dumps(dict(manifest.against))
        with self._writing():
            self._books.upsert(
                ids=[manifest.book],
                documents=[json.dumps([[key, dict(needs.marks), adult] for key, (needs, adult) in noted])],
                embeddings=_NO_VECTOR,
                metadatas=[{"fingerprint": manifest.fingerprint, "club": manifest.club, "against": against}],
            )

    def forget(self, book: Slug) -> None:
        """Remove the note that a book is wholly in the store, before it is changed."""
        with self._writing():
            self._books.delete(ids=[book])

    def club_manifests(self) -> list[ClubManifest]:
        """Return what is held of every club text, whole or not."""
        with self._access():
            found: Any = self._club_texts.get(include=["documents", "metadatas"])
            rows = zip(found["documents"], found["metadatas"], strict=True)
            return [ClubManifest(**meta, ids=tuple(json.loads(ids))) for ids, meta in rows]

    def note_club(self, text: ClubManifest) -> None:
        """Note what the store holds of a club text."""
        with self._writing():
            self._club_texts.upsert(
                ids=[json.dumps([text.club, text.id])],
                documents=[json.dumps(text.ids)],
                embeddings=_NO_VECTOR,
                metadatas=[{"club": text.club, "id": text.id, "book": text.book, "fingerprint": text.fingerprint}],
            )

    def forget_club(self, text: ClubManifest) -> None:
        """Remove the note of a club text whose passages are gone."""
        with self._writing():
            self._club_texts.delete(ids=[json.dumps([text.club, text.id])])

    def _get(self, **which: Any) -> dict[str, StoredPassage]:  # noqa: ANN401 (Chroma's `ids` or `where`)
        with self._access():
            got: Any = self._passages.get(**which, include=["documents", "embeddings", "metadatas"])
            rows = zip(got["ids"], got["documents"], got["metadatas"], got["embeddings"], strict=True)
            return {key: _stored(key, text, meta, np.asarray(vector, np.float32)) for key, text, meta, vector in rows}

    @contextmanager
    def _access(self) -> Iterator[None]:
        """Use the collections; whatever goes wrong with them becomes StoreUnavailable, and is remembered."""
        with self._chroma.lock:
            if self._closed:
                raise StoreUnavailable(LEAVING)
            try:
                yield
            except BaseException as error:
                if not _is_failure(error):
                    raise
                found = self._unavailable(error)
                self._chroma.note_failure(str(found))
                if not self.failed:
                    self.failed = str(found)
                    self._on_failure()
                raise found from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Change the collections, unless they failed: after a handful of failed writes, Chroma never answers again."""
        with self._access():
            if self.failed and not self.shared:
                raise StoreUnavailable(self.failed)
            yield

    def _unavailable(self, error: BaseException) -> StoreUnavailable:
        if isinstance(error, StoreUnavailable):
            return error
        cure = self._chroma.cure(error) or (
            f"cannot be read or written ({type(error).__name__}). It is opened again, and built again where it is "
            "damaged, by the running bot or at the next start."
        )
        return StoreUnavailable(f"{capitalised(self.name)} {cure}")

    def _open(self, *, check: bool) -> bool:
        """Open the collections, or empty ones where a folder's are damaged; return whether they were."""
        damaged, self.failed = False, self.failed or f"{capitalised(self.name)} is not open yet."
        try:
            self._open_collections(check=check)
        except BaseException as error:
            cause = error.__cause__ if isinstance(error, StoreUnavailable) and error.__cause__ else error
            if not _is_failure(cause):
                raise
            hindered = isinstance(cause, StoreUnavailable) or self._chroma.cure(cause) is not None
            aside = None if hindered else self._chroma.move_aside()
            if aside is None:
                raise self._unavailable(error) from error
            self._say(f"The vector store was damaged and is built again. What was there is in {aside}.")
            self._open_collections(check=False)
            damaged = True
        self.failed = ""
        self._chroma.note_failure(None)
        return damaged

    def _open_collections(self, *, check: bool) -> None:
        client = self._chroma.open()
        mine: dict[str, str | int] = {"model": self._model, "layout": LAYOUT}
        held = {found.name: found.metadata or {} for found in client.list_collections()}
        if any(held.get(name, mine) != mine for name in COLLECTIONS):
            if self.shared and not self.replacing:
                raise StoreUnavailable(
                    f"{capitalised(self.name)} holds the passages of another EMBEDDING_MODEL or another version of "
                    "Dogear. Bring all that use it to the same, and run “python run_bot.py index”; or give this one a "
                    "database of its own, with ?database=… in CHROMA_URL."
                )
            self._say("The vector store was made by another model or an older version; it is built again.")
            for name in held:
                client.delete_collection(name)
        self._passages, self._books, self._club_texts = (
            client.get_or_create_collection(
                name, metadata=mine, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
            for name in COLLECTIONS
        )
        if check and (found := self.incomplete()):
            raise ValueError("; ".join(found[:3]))
        self.manifests()


def parts(things: Sequence[Thing], size: int = AT_ONCE) -> Iterator[list[Thing]]:
    """Yield so many at once."""
    return (list(things[start : start + size]) for start in range(0, len(things), size))


def _is_failure(error: BaseException) -> bool:
    """Return whether an error says that the store failed; where Chroma's Rust panics, that is not even an Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _shelf(book: Slug, club: str = "") -> str:
    return f"{club}/{book}" if club else book


def _read_needs(text: str) -> dict[str, Needs]:
    """Return what each passage needs, one value for all that need the same: a large library has few of these."""
    known: dict[str, Needs] = {}
    return {
        key: known.setdefault(f"{marks}{explicit}", (Reveals.of(marks), explicit))
        for key, marks, explicit in json.loads(text)
    }


def _metadata(row: StoredPassage) -> dict[str, str | int | float | bool]:
    """Return a passage's metadata, all of it always: Chroma keeps the value of a key that is not written again."""
    p = row.passage
    meta: dict[str, str | int | float | bool] = {
        "book": p.book, "kind": p.kind, "document": p.document, "reveals": json.dumps(dict(p.reveals.marks)),
        "inferred": p.inferred, "order": p.order, "group": p.group, "heading": p.heading, "origin": p.origin,
        "rating": p.rating or 0, "date": p.date.isoformat() if p.date else "", "likes": p.likes, "explicit": p.explicit,
        "club": p.club, "certainty": p.certainty, "sentence_vectors": _packed(row.embedded.sentences),
    }  # fmt: skip
    return meta | {
        CHECKSUM: _checksum(p.id, "\n".join(p.sentences), meta),
        SHELF: _shelf(p.book, p.club if p.by_member else ""),
    }


def _stored(key: str, text: str, meta: Mapping[str, Any], vector: Vector) -> StoredPassage:
    """Return a passage of which the store has given id, text and metadata. Raises ValueError where it was changed."""
    if meta.get(CHECKSUM) != _checksum(key, text, meta):
        raise ValueError("a passage is not as it was written")
    passage = Passage(
        id=key, book=meta["book"], kind=meta["kind"], document=meta["document"], sentences=tuple(text.split("\n")),
        reveals=Reveals.of(json.loads(meta["reveals"])), inferred=meta["inferred"], order=meta["order"],
        group=meta["group"], heading=meta["heading"], origin=meta["origin"], rating=meta["rating"] or None,
        date=dt.date.fromisoformat(meta["date"]) if meta["date"] else None, likes=meta["likes"],
        explicit=meta["explicit"], club=meta["club"], certainty=meta["certainty"],
    )  # fmt: skip
    packed = np.frombuffer(base64.b64decode(meta["sentence_vectors"]), dtype=np.int8)
    sentences = packed.reshape(len(passage.sentences), -1).astype(np.float32)
    sentences /= np.linalg.norm(sentences, axis=1, keepdims=True)
    return StoredPassage(passage, Embedded(vector, sentences))


def _checksum(key: str, text: str, meta: Mapping[str, Any]) -> str:
    """Return a checksum of everything that is kept of a passage, but for the vector, which only ranks."""
    told = [key, text, *(f"{name}={meta[name]}" for name in sorted(meta) if name not in (CHECKSUM, SHELF))]
    return hashlib.blake2b("\0".join(told).encode(), digest_size=12).hexdigest()


def _packed(vectors: Matrix) -> str:
    """Return unit vectors as text: a byte a number, scaled to each vector's largest (cosine to the exact > 0.9999)."""
    scaled = np.round(127 * vectors / np.abs(vectors).max(axis=1, keepdims=True)).astype(np.int8)
    return base64.b64encode(scaled.tobytes()).decode("ascii")
