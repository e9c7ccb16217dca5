"""Clubs' own texts in the store: written, removed, and compared with the club's records.

A text is noted before anything of it is changed, and once more when all is done, so whatever an interruption leaves is
known and put right. Meanwhile it is not visible: it is found whole or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain, count
from threading import Lock, RLock

from corpus.books import Slug
from corpus.passages import ClubText, cut_review
from retrieval.store import ClubManifest, Store, StoredPassage, parts
from retrieval.types import Embedder

WRITE = 32
"""Texts that are embedded and written together when many are missing."""

Key = tuple[str, str]
"""Club and text."""


class ClubPassages:
    """What the store holds of clubs' own texts; any number of threads may read and change it."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
        self._noted: dict[Key, ClubManifest] = {}
        self._visible: dict[tuple[str, Slug], tuple[ClubManifest, ...]] = {}
        self._unfinished: set[Key] = set()
        self._changed: dict[Key, int] = {}
        self._changes = count(1)
        self._changing, self._counting = RLock(), Lock()
        self.load()

    def load(self) -> None:
        """Read what the store has noted; what this process could not finish stays hidden."""
        with self._changing:
            self._noted = {
                (m.club, m.id): replace(m, fingerprint="") if (m.club, m.id) in self._unfinished else m
                for m in self._store.club_manifests()
            }
            visible = defaultdict(list)
            for manifest in self._noted.values():
                if manifest.fingerprint and manifest.ids:
                    visible[manifest.club, manifest.book].append(manifest)
            self._visible = {shelf: tuple(texts) for shelf, texts in visible.items()}

    def of(self, club: str, book: Slug) -> tuple[ClubManifest, ...]:
        """Return the texts that a club has of its own about a book."""
        return self._visible.get((club, book), ()) if club else ()

    def differing(self, texts: Iterable[ClubText], books: Collection[Slug]) -> tuple[int, int]:
        """Return how many of these texts are not here as they are, and how many are here that are none of them."""
        wanted = {(text.club, text.id): text for text in texts if text.book in books}
        with self._changing:
            return sum(not self._holds(text) for text in wanted.values()), len(self._noted.keys() - wanted.keys())

    def keep(self, text: ClubText) -> None:
        """Write a text, in place of what was kept of it before."""
        self._write([text], self._note_change((text.club, text.id)))

    def drop(self, club: str, text_id: str) -> None:
        """Remove a text, if it is there."""
        self._note_change((club, text_id))
        with self._changing:
            self._remove([(club, text_id)])

    def moment(self) -> int:
        """Return a number for now: `reconcile` leaves alone what is changed after it."""
        if self._store.shared:  # other processes may have written texts
            self.load()
        with self._counting:
            return next(self._changes)

    def reconcile(
        self, texts: Iterable[ClubText], books: Collection[Slug], since: int | None = None,
        ours: Callable[[str], bool] = lambda _: True,
    ) -> int:  # fmt: skip
        """Make the store hold these texts and no others, except for books that are not there; return how many changed.

        What was changed after `since`, or else after this call has begun, stays as it is, and so do the texts of clubs
        that are not `ours` on a server, which other processes keep there.
        """
        if not self._store.shared:
            ours = bool
        since = self.moment() if since is None else since
        wanted = {(text.club, text.id): text for text in texts}
        with self._changing:
            changed = {key: text for key, text in wanted.items() if not self._holds(text)}
            gone = [key for key in self._noted if key not in wanted and ours(key[0])]
            gone += [key for key, text in changed.items() if text.book not in books]
            removed = self._remove([key for key in gone if self._may_change(key, since)])
        missing = [text for text in changed.values() if text.book in books]
        return removed + sum(self._write(part, since) for part in parts(missing, WRITE))

    def _note_change(self, key: Key) -> int:
        with self._counting:
            moment = self._changed[key] = next(self._changes)
            return moment

    def _may_change(self, key: Key, since: int) -> bool:
        return self._changed.get(key, 0) <= since

    def _holds(self, text: ClubText) -> bool:
        noted = self._noted.get((text.club, text.id))
        return noted is not None and noted.fingerprint == text.fingerprint

    def _write(self, texts: Sequence[ClubText], since: int) -> int:
        """Embed texts, which nobody waits for, and write those that were not changed meanwhile; return how many."""
        cuts = [cut_review(text) for text in texts]
        vectors = iter(self._embedder.passages([p.sentences for p in chain(*cuts)]))
        rows = [[StoredPassage(p, next(vectors)) for p in passages] for passages in cuts]
        with self._changing:
            new = [
                (_manifest(text, written), written)
                for text, written in zip(texts, rows, strict=True)
                if self._may_change((text.club, text.id), since)
            ]
            self._replace([manifest for manifest, _ in new], [row for _, written in new for row in written])
            return len(new)

    def _replace(self, done: Sequence[ClubManifest], rows: Sequence[StoredPassage]) -> None:
        """Write texts in place of what was kept of them before."""
        old = {key for m in done if (known := self._noted.get((m.club, m.id))) for key in known.ids}
        self._begin([self._with_old_ids(m) for m in done])
        self._store.write(rows)
        self._store.remove(old - {key for m in done for key in m.ids})
        self._store.note_club(done)
        for manifest in done:
            self._noted[manifest.club, manifest.id] = manifest
            self._unfinished.discard((manifest.club, manifest.id))
            if manifest.ids:
                shelf = (manifest.club, manifest.book)
                self._visible[shelf] = (*self._visible.get(shelf, ()), manifest)

    def _with_old_ids(self, manifest: ClubManifest) -> ClubManifest:
        """Return a manifest with all passages that its text had, and those that it will have."""
        known = self._noted.get((manifest.club, manifest.id))
        return replace(manifest, ids=tuple(dict.fromkeys((*manifest.ids, *(known.ids if known else ())))))

    def _remove(self, keys: Iterable[Key]) -> int:
        """Remove those texts that are there; return how many."""
        gone = [self._noted[key] for key in keys if key in self._noted]
        self._begin(gone)
        self._store.remove([key for m in gone for key in m.ids])
        self._store.forget_club(gone)
        for manifest in gone:
            del self._noted[manifest.club, manifest.id]
            self._unfinished.discard((manifest.club, manifest.id))
        return len(gone)

    def _begin(self, manifests: Sequence[ClubManifest]) -> None:
        """Hide texts, and note all that may be in the store of them until they are done."""
        begun = [replace(manifest, fingerprint="") for manifest in manifests]
        for manifest in begun:
            earlier = self._noted.get((manifest.club, manifest.id))
            if earlier and earlier.fingerprint:
                shelf = (earlier.club, earlier.book)
                self._visible[shelf] = tuple(text for text in self._visible.get(shelf, ()) if text.id != earlier.id)
            self._noted[manifest.club, manifest.id] = manifest
            self._unfinished.add((manifest.club, manifest.id))
        self._store.note_club(begun)


def _manifest(text: ClubText, rows: Sequence[StoredPassage]) -> ClubManifest:
    return ClubManifest(text.club, text.id, text.book, text.fingerprint, tuple(row.passage.id for row in rows))
