"""Clubs' own texts in the store: written, removed, and brought in line with the club's records.

What the store holds of a text is noted before anything of it is changed and once more when all is done, so whatever an
interruption leaves is known and put right. In memory a text is out of sight meanwhile: it is found whole or not at all.

Embedding takes a while and holds nobody up, so a text may be edited or deleted before it is written. Each call has a
turn, by when it came, and gives way to what was asked for the same text, or its club, after it.

On a server, other processes write texts of their own clubs: each change is announced, and what was changed is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from threading import Lock

from corpus.books import Slug
from corpus.passages import ClubText, cut_review
from retrieval.manifests import ClubManifest
from retrieval.rows import StoredPassage
from retrieval.store import Store, parts
from retrieval.types import Embedder

WRITE = 32
"""Texts that are embedded and written together where many are to be brought in line."""

CLUB_TEXTS = "club texts"
"""What is announced where they have changed."""

Key = tuple[str, str]
"""Club and text."""


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """The passages that a club has of its own in one book; `version` differs whenever they did."""

    version: int = 0
    ids: tuple[str, ...] = ()


NONE = OwnTexts()


@dataclass(frozen=True, slots=True)
class Held:
    """The texts that were kept at some moment, which turn that was, and whether other processes keep some there too."""

    keys: frozenset[Key]
    turn: int
    shared: bool = False

    def of(self, ours: Callable[[str], bool]) -> frozenset[Key]:
        """Return what a process that has these clubs alone may take for gone: where others keep theirs, those stay."""
        return frozenset(key for key in self.keys if ours(key[0])) if self.shared else self.keys


class ClubTexts:
    """What the store holds of clubs' own texts; any number of threads may ask for it and change it."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
        self._noted: dict[Key, ClubManifest] = {}
        self._in_sight: dict[tuple[str, Slug], dict[str, ClubManifest]] = {}
        self._own: dict[tuple[str, Slug], OwnTexts] = {}
        self._versions, self._turns = count(1), count(1)
        self._last_turn: dict[tuple[str, str | None], int] = {}
        self._changing, self._reconciling, self._counting = Lock(), Lock(), Lock()
        self._unfinished: set[Key] = set()
        self._untold = False
        self.read()

    def read(self) -> None:
        """Read what the store has noted; but what this process has begun to change, and not finished, it knows better.

        What was changed is known under a new version, and nothing else.
        """
        with self._changing:
            found = {(m.club, m.id): m for m in self._store.club_manifests()}
            mine = {key: known for key in self._unfinished if (known := self._noted.get(key))}
            self._noted = {**{key: m for key, m in found.items() if key not in self._unfinished}, **mine}
            in_sight: dict[tuple[str, Slug], dict[str, ClubManifest]] = {}
            for manifest in self._noted.values():
                if manifest.fingerprint:
                    in_sight.setdefault((manifest.club, manifest.book), {})[manifest.id] = manifest
            before, self._in_sight = self._in_sight, in_sight
            for shelf in before.keys() | in_sight.keys():
                if before.get(shelf) != in_sight.get(shelf):
                    self._see(shelf)

    def differing(self, texts: Iterable[ClubText], books: Collection[Slug]) -> tuple[int, int]:
        """Return how many of these texts are not here as they are, and how many are here that are none of them."""
        wanted = {(text.club, text.id): text for text in texts if text.book in books}
        with self._changing:
            return sum(not self._holds(text) for text in wanted.values()), len(self._noted.keys() - wanted.keys())

    def of(self, club: str, book: Slug) -> OwnTexts:
        """Return which passages a club has of its own in a book."""
        return self._own.get((club, book), NONE) if club else NONE

    def keep(self, text: ClubText) -> None:
        """Write a text, in place of what was kept of it before."""
        self._write([text], self._turn(text.club, text.id))

    def drop(self, club: str, text_id: str) -> None:
        """Remove a text, if it is there."""
        turn = self._turn(club, text_id)
        with self._changing:
            self._remove([(club, text_id)], turn)

    def drop_club(self, club: str) -> None:
        """Remove all texts of a club."""
        turn = self._turn(club)
        with self._changing:
            self._remove([key for key in self._noted if key[0] == club], turn)

    def held(self) -> Held:
        """Return which texts are kept now, as the store has them."""
        if self._store.shared:
            self.read()
        with self._changing, self._counting:
            return Held(frozenset(self._noted), next(self._turns), self._store.shared)

    def reconcile(
        self, texts: Iterable[ClubText], books: Collection[Slug], since: Held | None = None,
        ours: Callable[[str], bool] = lambda _: True,
    ) -> int:  # fmt: skip
        """Bring all texts in line with `texts`, but for those of books that are not there; return how many changed.

        Only what is noted is compared. What is asked for a text after `since`, or else after this call has begun, wins
        over `texts`; and what another process has kept since then, or keeps for clubs that are not `ours`, is not taken
        for gone.
        """
        with self._reconciling:
            held = since or self.held()
            turn = held.turn
            wanted = {(text.club, text.id): text for text in texts}
            with self._changing:
                changed = {key: text for key, text in wanted.items() if not self._holds(text)}
                missing = [text for text in changed.values() if text.book in books]
                lost = [key for key, text in changed.items() if text.book not in books]
                gone = self._remove([*(held.of(ours) - wanted.keys()), *lost], turn)
            written = [self._write(part, turn) for part in parts(missing, WRITE)]
            if self._untold:
                self._tell()
            return gone + sum(written)

    def _turn(self, club: str, text_id: str | None = None) -> int:
        """Take a turn at a text, or at all texts of a club."""
        with self._counting:
            turn = self._last_turn[club, text_id] = next(self._turns)
            return turn

    def _is_last(self, key: Key, turn: int) -> bool:
        """Return whether nothing was asked for a text after a turn."""
        return turn >= max(self._last_turn.get(key, 0), self._last_turn.get((key[0], None), 0))

    def _holds(self, text: ClubText) -> bool:
        noted = self._noted.get((text.club, text.id))
        return noted is not None and noted.fingerprint == text.fingerprint

    def _write(self, texts: Sequence[ClubText], turn: int) -> int:
        """Embed and write texts; return how many were written."""
        cuts = [cut_review(text) for text in texts]
        vectors = iter(self._embedder.passages([p.sentences for p in chain(*cuts)]))
        rows = [[StoredPassage(p, next(vectors)) for p in passages] for passages in cuts]
        with self._changing:
            new = [
                (_manifest(text, written), written)
                for text, written in zip(texts, rows, strict=True)
                if self._is_last((text.club, text.id), turn)
            ]
            done = [manifest for manifest, _ in new]
            old = {key for m in done if (known := self._noted.get((m.club, m.id))) for key in known.ids}
            self._begin([self._begun(m) for m in done])
            self._store.write([row for _, written in new for row in written])
            self._store.remove(old - {key for m in done for key in m.ids})
            self._finish(done)
            return len(done)

    def _begun(self, manifest: ClubManifest) -> ClubManifest:
        """Return what is noted of a text while it is written: all passages that it had, and those that it will have."""
        known = self._noted.get((manifest.club, manifest.id))
        ids = dict.fromkeys((*manifest.ids, *(known.ids if known else ())))
        return replace(manifest, fingerprint="", ids=tuple(ids))

    def _remove(self, keys: Iterable[Key], turn: int) -> int:
        """Remove those texts that are there; return how many."""
        held = [self._noted[key] for key in keys if key in self._noted and self._is_last(key, turn)]
        gone = [replace(manifest, fingerprint="") for manifest in held]
        self._begin(gone)
        self._store.remove([key for m in gone for key in m.ids])
        self._store.forget_club(gone)
        for manifest in gone:
            del self._noted[manifest.club, manifest.id]
            self._unfinished.discard((manifest.club, manifest.id))
        if gone:
            self._tell()
        return len(gone)

    def _begin(self, manifests: Sequence[ClubManifest]) -> None:
        """Put texts out of sight, and note all that may be in the store of them until they are done."""
        for manifest in manifests:
            earlier = self._noted.get((manifest.club, manifest.id))
            if earlier and earlier.fingerprint:
                del self._in_sight[earlier.club, earlier.book][earlier.id]
                self._see((earlier.club, earlier.book))
            self._noted[manifest.club, manifest.id] = manifest
            self._unfinished.add((manifest.club, manifest.id))
        self._store.note_club(manifests)

    def _finish(self, manifests: Sequence[ClubManifest]) -> None:
        """Note that texts are wholly in the store, and let them be seen."""
        self._store.note_club(manifests)
        for manifest in manifests:
            self._noted[manifest.club, manifest.id] = manifest
            self._unfinished.discard((manifest.club, manifest.id))
            self._in_sight.setdefault((manifest.club, manifest.book), {})[manifest.id] = manifest
            self._see((manifest.club, manifest.book))
        if manifests:
            self._tell()

    def _tell(self) -> None:
        """Announce that texts have changed; where that fails it is done by the next change, or when texts are brought
        in line.
        """
        self._untold = True
        self._store.announce(CLUB_TEXTS)
        self._untold = False

    def _see(self, shelf: tuple[str, Slug]) -> None:
        """Make what a club has of its own in a book known under a new version; nothing is kept of what is empty."""
        manifests = self._in_sight.get(shelf, {})
        ids = tuple(chain.from_iterable(m.ids for m in manifests.values()))
        if ids:
            self._own[shelf] = OwnTexts(next(self._versions), ids)
        else:
            self._own.pop(shelf, None)
        if not manifests:
            self._in_sight.pop(shelf, None)


def _manifest(text: ClubText, rows: Sequence[StoredPassage]) -> ClubManifest:
    return ClubManifest(text.club, text.id, text.book, text.fingerprint, tuple(row.passage.id for row in rows))
