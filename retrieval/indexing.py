"""Bringing the store in line with the library: only what changed is embedded, what vanished is removed.

New passages are written beside the old ones, which stay whole and noted until the book is settled: its note is taken
out, its passages are put right, and it is noted anew. So questions about it wait for that moment at most, and an
interrupted run continues where it was.
Unlabelled text is placed last, when all positioned text is there to match it against; a book whose unlabelled text
leans on a book that changed is placed again, without embedding anything again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from corpus.books import Book
from corpus.library import Library
from corpus.passages import Passage, Unplaced, cut, placed
from corpus.reveals import Slug
from retrieval.embedding import Embedder
from retrieval.features import Question
from retrieval.manifests import Manifest
from retrieval.opened import OpenedBook, VisibleBook
from retrieval.placing import related, reveals_of, spread
from retrieval.ranking import Reader
from retrieval.rows import StoredPassage
from retrieval.store import Store

WRITE = 64
"""Passages embedded and written at once: what an interruption loses."""

STORY_KINDS = ("summary",)
"""Documents that tell the story in order, and are spread over their book where nothing places them."""

Progress = Callable[[int, int], None]
"""Called with passages embedded so far and passages to embed."""


Ready = Callable[[Iterable[Manifest]], None]
"""Called with books as soon as they are in the store as they now are."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index run did: books brought up to date; passages embedded, kept and removed."""

    books: int
    embedded: int
    kept: int
    removed: int


@dataclass(frozen=True, slots=True)
class _Work:
    """One book to bring up to date: `settled` is placed by its library, `loose` has to be matched."""

    book: Book
    settled: list[Passage]
    loose: list[Unplaced]
    against: dict[Slug, str]

    @property
    def passages(self) -> list[Passage]:
        """All passages; loose ones reveal the whole book until they are placed."""
        return [*self.settled, *(u.passage for u in self.loose)]


def stale(library: Library, manifests: Iterable[Manifest]) -> list[Slug]:
    """Return the books whose files are not those that the store was made from, and the books that are gone."""
    held = {m.book: m.fingerprint for m in manifests}
    changed = [slug for slug in library.books if held.get(slug) != library.fingerprint(slug)]
    return changed + sorted(held.keys() - library.books.keys())


def index(
    library: Library, store: Store, embedder: Embedder, reader: Reader, progress: Progress | None = None,
    ready: Ready = lambda _: None,
) -> Indexed:  # fmt: skip
    """Bring the store in line with the library."""
    held = store.manifests()
    changed = stale(library, held.values())
    if not changed:
        ready(held.values())
        return Indexed(0, 0, sum(len(m.ids) for m in held.values()), 0)
    removed = sum(_remove(store, slug) for slug in changed if slug not in library.books)
    work = [_read(library, slug) for slug in changed if slug in library.books]
    leaning = [
        item for slug, manifest in held.items()
        if manifest.against and slug not in changed and (item := _read(library, slug)).against != manifest.against
    ]  # fmt: skip
    touched = {*changed, *(item.book.slug for item in leaning)}
    ready(manifest for slug, manifest in held.items() if slug not in touched)
    embedded = _write(store, embedder, [p for item in (*work, *leaning) for p in item.passages], progress)
    for item in (*leaning, *work):  # the books that changed stay open work until those that lean on them are done
        settled, gone = _settle(library, store, reader, item)
        ready([settled])
        removed += gone
    total = sum(len(m.ids) for m in store.manifests().values())
    return Indexed(len(work) + len(leaning), embedded, total - embedded, removed)


def _remove(store: Store, slug: Slug) -> int:
    """Remove a book that the library no longer has; return how many passages it had."""
    store.forget(slug)
    gone = store.ids_of(slug)
    store.remove(gone)
    return len(gone)


def _read(library: Library, slug: Slug) -> _Work:
    book = library.books[slug]
    settled, unplaced = cut(book, library.documents[slug])
    told = [u for u in unplaced if u.passage.kind in STORY_KINDS]
    loose = [u for u in unplaced if u.passage.kind not in STORY_KINDS]
    names = related(book, (u.passage.text for u in loose), library) if loose else []
    return _Work(book, settled + spread(told, book), loose, {name: library.fingerprint(name) for name in names})


def _write(store: Store, embedder: Embedder, passages: list[Passage], progress: Progress | None) -> int:
    """Embed and write the passages that the store does not hold yet; return how many."""
    have = store.having([p.id for p in passages])
    missing = [p for p in passages if p.id not in have]
    if progress and missing:
        progress(0, len(missing))
    for start in range(0, len(missing), WRITE):
        part = missing[start : start + WRITE]
        vectors = embedder.passages([p.sentences for p in part])
        store.write([StoredPassage(p, v) for p, v in zip(part, vectors, strict=True)])
        if progress:
            progress(start + len(part), len(missing))
    return len(missing)


def _settle(library: Library, store: Store, reader: Reader, item: _Work) -> tuple[Manifest, int]:
    """Place what is loose, bring what is kept of each passage up to date, and note the book as done."""
    fresh = {p.id: p for p in item.settled}
    rows = {row.passage.id: row for row in store.read([p.id for p in item.passages])}
    if item.loose:
        landmarks = {slug: _positioned(library, store, slug, item) for slug in item.against}
        for unplaced in item.loose:
            passage = unplaced.passage
            statements = [
                Question.stated(text, vector)
                for text, vector in zip(passage.sentences, rows[passage.id].embedded.sentences, strict=True)
            ]
            found = reveals_of(statements, item.book, landmarks, reader)
            fresh[passage.id] = placed(passage, found)
    ids = tuple(sorted(fresh, key=lambda key: fresh[key].order))
    manifest = Manifest(item.book.slug, library.fingerprint(item.book.slug), item.against, ids)
    gone = store.ids_of(item.book.slug) - fresh.keys()
    store.forget(item.book.slug)
    store.write([replace(row, passage=fresh[key]) for key, row in rows.items() if row.passage != fresh[key]])
    store.remove(gone)
    store.finish(manifest)
    return manifest, len(gone)


def _positioned(library: Library, store: Store, slug: Slug, item: _Work) -> VisibleBook:
    """Return the text of a book that its library places, to match loose text against."""
    settled = item.settled if slug == item.book.slug else _read(library, slug).settled
    by_id = {p.id: p for p in settled}
    rows = [replace(row, passage=by_id[row.passage.id]) for row in store.read(list(by_id))]
    return OpenedBook(slug, rows).whole()
