"""Indexing a library: only what changed is embedded, and what vanished is removed."""

import contextlib
import ctypes
import gc
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from threading import Lock

from corpus.books import Slug
from corpus.library import Library
from corpus.passages import Passage
from corpus.text import capitalised
from retrieval.books import Books
from retrieval.place import Placer, Work
from retrieval.ranking import Ranker
from retrieval.store import BookManifest, Store, StoredPassage, parts
from retrieval.types import Embedder, LibraryDiffers

EMBED, WRITE = 256, 64  # passages embedded at once, which an interruption loses; and written, which questions wait for
Progress = Callable[[int, int], None]  # called with passages embedded so far and passages to embed


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index run did: books brought up to date; passages embedded, kept and removed."""

    books: int
    embedded: int
    kept: int
    removed: int


class Indexer:
    """Brings the store up to date with a library, one thread of one process at a time.

    New passages are written beside the old ones, so questions wait only while a book is settled, and an interrupted run
    continues. Unlabelled text is placed last, and placed again where a book that it was matched against has changed.
    `alone` returns what keeps other processes from indexing the same store meanwhile.
    """

    def __init__(
        self, library: Library, store: Store, embedder: Embedder, ranker: Ranker, books: Books,
        alone: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext,
    ) -> None:  # fmt: skip
        self._library, self._store, self._embedder, self._ranker = library, store, embedder, ranker
        self._books, self._alone, self._one_at_a_time = books, alone, Lock()

    @property
    def running(self) -> bool:
        """Whether a run is under way in this process."""
        return self._one_at_a_time.locked()

    def stale(self, held: Mapping[Slug, BookManifest] | None = None) -> list[Slug]:
        """Return the books that a run would update or remove; clubs' own are removed by `keep_of_clubs` alone."""
        held, known = self._store.manifests() if held is None else held, self._library.books
        changed = [s for s in known if s not in held or held[s].fingerprint != self._library.fingerprint(s)]
        return changed + sorted(slug for slug, manifest in held.items() if slug not in known and not manifest.club)

    def reopen(self) -> bool:
        """Open the store again while no run is under way; return whether it was damaged and is empty now."""
        with self._one_at_a_time:
            return self._store.reopen()

    def keep_of_clubs(self, wanted: Collection[Slug]) -> int:
        """Remove from the store all books of clubs but these; return how many passages went."""
        with self._one_at_a_time:
            gone = [slug for slug, m in self._store.manifests().items() if m.club and slug not in wanted]
            with self._alone() if gone else contextlib.nullcontext():
                return sum(map(self._remove, gone))

    def run(self, progress: Progress | None = None) -> Indexed:
        """Bring the store up to date. Raises LibraryDiffers where another library may not be replaced."""
        with self._one_at_a_time:
            held = self._store.manifests()
            changed = self.stale(held)
            self._books.set_ready(m for slug, m in held.items() if slug not in changed)
            done = Indexed(0, 0, sum(len(m.passages) for m in held.values()), 0)
            if changed:
                with self._alone():
                    done = self._run(progress)
                gc.collect()  # indexing needs a few hundred megabytes more: return them to the system, where C can
                with contextlib.suppress(AttributeError, OSError):
                    ctypes.CDLL(None).malloc_trim(0)
            held, known = self._store.manifests(), self._library.books
            self._books.set_ready((m for slug, m in held.items() if slug in known), all_others=False)
            return done

    def _run(self, progress: Progress | None) -> Indexed:
        held = self._store.manifests()
        changed = self.stale(held)  # another process may have done it while this one waited
        others = [slug for slug in changed if slug in held]
        if others and self._store.shared and not self._store.replacing:
            some = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
            raise LibraryDiffers(
                f"{capitalised(self._store.name)} holds another text of {len(others)} (books: {some}) than this "
                "library. “python run_bot.py index” puts this library in its place, and then the bot has to be "
                "restarted; to look at this library alone, leave CHROMA_URL out."
            )
        known = self._library.books
        removed = sum(self._remove(slug) for slug in changed if slug not in known)
        work = [Work.of(self._library, slug) for slug in changed if slug in known]
        leaning = [
            item for slug, manifest in held.items()
            if manifest.against and slug not in changed and slug in known
            and (item := Work.of(self._library, slug)).against != manifest.against
        ]  # fmt: skip
        touched = {*changed, *(item.book.slug for item in leaning)}
        self._books.set_ready(manifest for slug, manifest in held.items() if slug not in touched)
        written = self._write([p for item in (*work, *leaning) for p in item.passages], progress)
        placer = Placer(self._library, self._store, self._ranker)
        for item in (*leaning, *work):  # the books that changed stay open work until those that lean on them are done
            removed += self._settle(placer, item, written)
        total = sum(len(m.passages) for m in self._store.manifests().values())
        return Indexed(len(work) + len(leaning), len(written), total - len(written), removed)

    def _remove(self, slug: Slug) -> int:
        self._store.forget(slug)
        gone = self._store.ids_of(slug)
        self._store.remove(gone)
        return len(gone)

    def _write(self, passages: list[Passage], progress: Progress | None) -> dict[str, Passage]:
        """Embed and write the passages that the store does not hold yet; return them by their ids."""
        have = self._store.having([p.id for p in passages])
        missing = [p for p in passages if p.id not in have]
        done, report = 0, progress or (lambda *_: None)
        if missing:
            report(0, len(missing))
        for part in parts(missing, EMBED):
            vectors = self._embedder.passages([p.sentences for p in part])
            for rows in parts([StoredPassage(p, v) for p, v in zip(part, vectors, strict=True)], WRITE):
                self._store.write(rows)
                done += len(rows)
                report(done, len(missing))
        return {p.id: p for p in missing}

    def _settle(self, placer: Placer, item: Work, written: Mapping[str, Passage]) -> int:
        """Place what is open, update what was kept but for what was just `written`; return how many passages went."""
        slug = item.book.slug
        fresh = {p.id: p for p in (*item.settled, *placer.placed(item))}
        held = self._store.read([key for key, passage in fresh.items() if written.get(key) != passage])
        gone = self._store.ids_of(slug) - fresh.keys()
        changed = [replace(row, passage=fresh[row.passage.id]) for row in held if fresh[row.passage.id] != row.passage]
        in_order = sorted(fresh.values(), key=lambda passage: passage.order)
        manifest = BookManifest.of(slug, item.fingerprint, item.against, in_order, item.book.club)
        self._store.forget(slug)
        self._store.write(changed)
        self._store.remove(gone)
        self._store.finish(manifest)
        self._books.set_ready([manifest])
        self._library.documents.release(slug)
        return len(gone)
