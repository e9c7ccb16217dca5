"""Bringing the store in line with the library: only what changed is embedded, what vanished is removed.

New passages are written beside the old ones, which stay whole and noted until the book is settled: its note is taken
out, its passages are put right, and it is noted anew. So questions about it wait for that moment at most, and an
interrupted run continues where it was.
Unlabelled text is placed last, when all positioned text is there to match it against; a book whose unlabelled text
leans on a book that changed is placed again, without embedding anything again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from corpus.books import Slug
from corpus.library import Library
from corpus.passages import Passage
from retrieval.claims import Check
from retrieval.manifests import Manifest
from retrieval.place.place import Placer, Work
from retrieval.rank.ranker import Reader
from retrieval.rows import StoredPassage
from retrieval.store import Store, parts
from retrieval.types import Embedder

EMBED, WRITE = 256, 64
"""Passages embedded at once, which is what an interruption loses, and of these written at once.

Of many, those of like length share a batch: of 64, a seventh more time went into padding. A question to a book that is
not open waits for one write.
"""

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


def stale(library: Library, manifests: Iterable[Manifest]) -> list[Slug]:
    """Return the books whose files are not those that the store was made from, and the books that are gone."""
    held = {m.book: m.fingerprint for m in manifests}
    changed = [slug for slug in library.books if held.get(slug) != library.fingerprint(slug)]
    return changed + sorted(held.keys() - library.books.keys())


def index(
    library: Library, store: Store, embedder: Embedder, reader: Reader, progress: Progress | None = None,
    ready: Ready = lambda _: None, check: Check = lambda: None,
) -> Indexed:  # fmt: skip
    """Bring the store in line with the library; `check` is called before each step that changes something."""
    held = store.manifests()
    changed = stale(library, held.values())
    if not changed:
        ready(held.values())
        return Indexed(0, 0, sum(len(m.ids) for m in held.values()), 0)
    check()
    removed = sum(_remove(store, slug) for slug in changed if slug not in library.books)
    work = [Work.of(library, slug) for slug in changed if slug in library.books]
    leaning = [
        item for slug, manifest in held.items()
        if manifest.against and slug not in changed and (item := Work.of(library, slug)).against != manifest.against
    ]  # fmt: skip
    touched = {*changed, *(item.book.slug for item in leaning)}
    ready(manifest for slug, manifest in held.items() if slug not in touched)
    written = _write(store, embedder, [p for item in (*work, *leaning) for p in item.passages], progress, check)
    placer = Placer(library, store, reader)
    for item in (*leaning, *work):  # the books that changed stay open work until those that lean on them are done
        settled, gone = _settle(library, store, placer, item, written, check)
        ready([settled])
        removed += gone
    total = sum(len(m.ids) for m in store.manifests().values())
    return Indexed(len(work) + len(leaning), len(written), total - len(written), removed)


def _remove(store: Store, slug: Slug) -> int:
    """Remove a book that the library no longer has; return how many passages it had."""
    store.forget(slug)
    gone = store.ids_of(slug)
    store.remove(gone)
    return len(gone)


def _write(
    store: Store, embedder: Embedder, passages: list[Passage], progress: Progress | None, check: Check
) -> dict[str, Passage]:
    """Embed and write the passages that the store does not hold yet; return them by their ids."""
    have = store.having([p.id for p in passages])
    missing = [p for p in passages if p.id not in have]
    if progress and missing:
        progress(0, len(missing))
    done = 0
    for part in parts(missing, EMBED):
        vectors = embedder.passages([p.sentences for p in part])
        for rows in parts([StoredPassage(p, v) for p, v in zip(part, vectors, strict=True)], WRITE):
            check()
            store.write(rows)
            done += len(rows)
            if progress:
                progress(done, len(missing))
    return {p.id: p for p in missing}


def _settle(
    library: Library, store: Store, placer: Placer, item: Work, written: Mapping[str, Passage], check: Check
) -> tuple[Manifest, int]:
    """Place what is not placed yet, bring what is kept of each passage up to date, and note the book as done.

    `written` are passages as this run wrote them.
    """
    fresh = {p.id: p for p in (*item.settled, *placer.placed(item))}
    held = store.read([key for key, passage in fresh.items() if written.get(key) != passage])
    ids = tuple(sorted(fresh, key=lambda key: fresh[key].order))
    manifest = Manifest(item.book.slug, library.fingerprint(item.book.slug), item.against, ids)
    gone = store.ids_of(item.book.slug) - fresh.keys()
    check()
    store.forget(item.book.slug)
    store.write([replace(row, passage=passage) for row in held if (passage := fresh[row.passage.id]) != row.passage])
    store.remove(gone)
    store.finish(manifest)
    return manifest, len(gone)
