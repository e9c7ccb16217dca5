"""The books of a library as the store holds them, with clubs' own texts: written, opened, and found for a question."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, count, zip_longest
from threading import Lock, RLock

import numpy as np
from cachetools import LRUCache

from corpus.books import Slug
from corpus.library import Library
from corpus.names import UnknownBook
from corpus.passages import ClubText, cut_review
from retrieval.book import OpenedBook, VisibleBook
from retrieval.gate import Gate
from retrieval.ranking import Question
from retrieval.store import BookManifest, ClubManifest, Store, StoredPassage
from retrieval.types import BookInWork, Embedder

Key = tuple[str, str]  # club and text


class ClubPassages:
    """What the store holds of clubs' own texts; a text is found whole or not at all. For any number of threads."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
        self._noted: dict[Key, ClubManifest] = {}
        self._visible: dict[tuple[str, Slug], tuple[ClubManifest, ...]] = {}
        self._changed: dict[Key, int] = {}
        self._changes, self._changing = count(1), RLock()
        self.load()

    def load(self) -> None:
        """Read what the store has noted; what this process could not finish stays hidden."""
        with self._changing:
            noted = {(text.club, text.id): text for text in self._store.club_manifests()}
            for key, text in self._noted.items():
                if key in noted and not text.fingerprint:
                    noted[key] = replace(noted[key], fingerprint="")
            visible = defaultdict(list)
            for text in noted.values():
                if text.fingerprint and text.ids:
                    visible[text.club, text.book].append(text)
            self._noted, self._visible = noted, {shelf: tuple(texts) for shelf, texts in visible.items()}

    def of(self, club: str, book: Slug) -> tuple[ClubManifest, ...]:
        """Return the texts that a club has of its own about a book."""
        return self._visible.get((club, book), ()) if club else ()

    def differing(self, texts: Iterable[ClubText], books: Collection[Slug]) -> tuple[int, int]:
        """Return how many of these texts are not here as they are, and how many are here that are none of them."""
        wanted = {(text.club, text.id): text for text in texts}
        with self._changing:
            missing = sum(text.book in books and not self._holds(text) for text in wanted.values())
            return missing, len(self._noted.keys() - wanted.keys())

    def keep(self, text: ClubText) -> None:
        """Write a text, in place of what was kept of it before; the next search finds it."""
        with self._changing:
            moment = self._changed[text.club, text.id] = next(self._changes)
        self._write(text, moment)

    def drop(self, club: str, id: str) -> None:  # noqa: A002 (the name of the field)
        """Remove a text, if it is there; no later search finds it."""
        with self._changing:
            self._changed[club, id] = next(self._changes)
            self._remove((club, id))

    def moment(self) -> int:
        """Return a number for now: ask before the records are read, and give it to `reconcile`."""
        if self._store.shared:  # other processes may have written texts
            self.load()
        return next(self._changes)

    def reconcile(
        self, texts: Iterable[ClubText], since: int | None = None, ours: Callable[[str], bool] = lambda _: True
    ) -> int:
        """Make the store hold these texts of clubs, their records, and no others; return how many were changed.

        What is kept or dropped after `since`, or else after this call has begun, stays as it is. On a server, so do the
        texts of clubs that are not `ours`: other processes keep them.
        """
        since = self.moment() if since is None else since
        wanted = {(text.club, text.id): text for text in texts}
        with self._changing:
            gone = [key for key in self._noted if key not in wanted and (ours(key[0]) or not self._store.shared)]
            changed = sum(self._remove(key) for key in gone if self._changed.get(key, 0) <= since)
        return changed + sum(self._write(text, since) for text in wanted.values() if not self._holds(text))

    def _holds(self, text: ClubText) -> bool:
        noted = self._noted.get((text.club, text.id))
        return noted is not None and noted.fingerprint == text.fingerprint

    def _write(self, text: ClubText, since: int) -> bool:
        """Embed a text, which nobody waits for, and write it unless it was changed meanwhile; return whether it was."""
        passages, key = cut_review(text), (text.club, text.id)
        vectors = self._embedder.passages([p.sentences for p in passages])
        with self._changing:
            if self._changed.get(key, 0) > since:
                return False
            new = ClubManifest(text.club, text.id, text.book, text.fingerprint, tuple(p.id for p in passages))
            old = self._noted[key].ids if key in self._noted else ()
            self._note(replace(new, fingerprint="", ids=tuple(dict.fromkeys((*new.ids, *old)))))
            self._store.write([StoredPassage(*row) for row in zip(passages, vectors, strict=True)])
            self._store.remove({*old} - {*new.ids})
            self._note(new)
            return True

    def _remove(self, key: Key) -> bool:
        if text := self._noted.get(key):
            self._note(replace(text, fingerprint=""))
            self._store.remove(text.ids)
            self._store.forget_club(text)
            del self._noted[key]
        return text is not None

    def _note(self, text: ClubManifest) -> None:
        """Note what the store holds of a text: it is hidden at once, and seen again when it is noted as whole."""
        key = text.club, text.id
        if known := self._noted.get(key):
            shelf = known.club, known.book
            self._visible[shelf] = tuple(each for each in self._visible.get(shelf, ()) if each.id != known.id)
        self._noted[key] = replace(text, fingerprint="")
        self._store.note_club(text)
        self._noted[key] = text
        if text.fingerprint and text.ids:
            shelf = text.club, text.book
            self._visible[shelf] = (*self._visible.get(shelf, ()), text)


OPENED_BYTES = 256_000_000  # memory for opened books; a book of 200 passages takes about 3 MB
CANDIDATES = 30  # books that are opened and compared for a question that names none
ENOUGH = 150  # visible passages, the nearest to a question, that decide which books are candidates
AT_FIRST, MORE = 400, 8  # passages that are looked at first, and how many times as many if the gate leaves too few


class Books:
    """Opens books for any number of threads at once."""

    def __init__(self, library: Library, store: Store, clubs: ClubPassages, budget: int = OPENED_BYTES) -> None:
        self._library, self._store, self._clubs = library, store, clubs
        self._opened: LRUCache[tuple[Slug, str], tuple[object, OpenedBook]] = LRUCache(
            budget, getsizeof=lambda kept: kept[1].bytes
        )
        self._ready: Mapping[Slug, BookManifest] = {}
        self._changing, self._opening = Lock(), Lock()

    def set_ready(self, manifests: Iterable[BookManifest], *, all_others: bool = True) -> None:
        """Let books be opened as these manifests say; without `all_others`, only they."""
        with self._changing:
            others = self._ready if all_others else {}
            self._ready = {**others, **{manifest.book: manifest for manifest in manifests}}

    def ready(self) -> int:
        """Return how many books can be opened."""
        return len(self._ready)

    def open(self, book: Slug, club: str = "", *, texts: bool = True) -> OpenedBook:
        """Return a book, with a club's own `texts` if it has any. Raises BookInWork or UnknownBook."""
        books = self._library.books.of(club)
        if book not in books:
            raise UnknownBook(book, (), empty=not books)
        while manifest := self._ready.get(book):
            if opened := self._open(manifest, club if texts else ""):
                return opened
            if self._ready.get(book) is manifest:
                break
        raise BookInWork(books[book].title)

    def fitting(
        self, question: Question, club: str, gate: Gate | None = None, among: Sequence[Slug] = ()
    ) -> list[Slug]:
        """Return the books of a club, or of `among`, whose text fits a question, the best first. Raises BookInWork.

        What a gate hides takes no part in it. Without a gate all text counts: for placing alone.
        """
        views: list[VisibleBook] = []
        refused: BookInWork | None = None
        for slug in among or self._candidates(question, gate, club):
            try:
                opened = self.open(slug, club, texts=False)
                views.append(opened.seen_through(gate) if gate else opened.whole())
            except BookInWork as error:
                refused = error
        if refused and not views:
            raise refused
        return likeliest(question, views)

    def _open(self, manifest: BookManifest, club: str) -> OpenedBook | None:
        """Return a book as a manifest has it; None where the store has it otherwise by now."""
        own = self._clubs.of(club, manifest.book)
        key, state = (manifest.book, club if own else ""), (manifest, own)
        if found := self._in_memory(key, state):
            return found
        with self._opening:  # one at a time: what the next thread waits for may be the same book
            if found := self._in_memory(key, state):
                return found
            rows = self._store.read_book(manifest)
            texts = self._store.read_club(club, manifest.book, list(chain.from_iterable(text.ids for text in own)))
            now = self._store.manifests(manifest.book).get(manifest.book)
            if rows is None or now != manifest:  # it may be half old, half new
                return None
            opened = OpenedBook(manifest.book, [*rows, *texts])
            with self._changing, suppress(ValueError):  # a book larger than the whole budget is not kept
                self._opened[key] = (state, opened)
            return opened

    def _in_memory(self, key: tuple[Slug, str], state: object) -> OpenedBook | None:
        with self._changing:
            found = self._opened.get(key)
            return found[1] if found and found[0] == state else None

    def _candidates(self, question: Question, gate: Gate | None, club: str) -> list[Slug]:
        """Return the books nearest to a question that may be seen, from more passages if the gate leaves few."""
        books, ready = self._library.books.of(club), self._ready
        if books and not any(slug in ready for slug in books):
            raise BookInWork(next(iter(books.values())).title)
        vectors, count = np.stack([question.vectors.plain, question.vectors.adapted]), AT_FIRST
        while True:
            found = self._store.nearest(vectors, count)
            known = [[book for key in keys if (book := _book_of(key, ready, gate))] for keys in found]
            visible = [[book for book in each if book in books] for each in known]
            if min(map(len, visible)) >= ENOUGH or max(map(len, found)) < count:
                nearest = zip_longest(*(books[:ENOUGH] for books in visible))
                return list(dict.fromkeys(book for pair in nearest for book in pair if book))[:CANDIDATES]
            if gate and count == AT_FIRST:
                held = {slug: ready[slug].passages.values() for slug in books if slug in ready}
                seen = [slug for slug, needs in held.items() if any(gate.allows(*each) for each in needs)]
                if len(seen) <= CANDIDATES:
                    return seen
            count *= MORE


def _book_of(key: str, ready: Mapping[Slug, BookManifest], gate: Gate | None) -> Slug | None:
    """Return the book of a passage of the library by its id, if it is in the book as it is now and may be seen."""
    slug = key.rpartition("/")[0]
    needs = manifest.passages.get(key) if (manifest := ready.get(slug)) else None
    return slug if needs and (gate is None or gate.allows(*needs)) else None


def likeliest(question: Question, views: Iterable[VisibleBook]) -> list[Slug]:
    """Return the books whose visible text fits a question, best first.

    A book's score is its best sentence's similarity, plus the share of the question's words, weighed by how few books
    hold them, that stand in its text at all and together in one passage.
    """
    seen = [view for view in views if len(view)]
    if not seen:
        return []
    held = np.array([[len(view.found(word)[0]) > 0 for word in question.words] for view in seen], np.float32)
    held = held.reshape(len(seen), len(question.words))
    weight = np.log1p((len(seen) - held.sum(axis=0) + 0.5) / (held.sum(axis=0) + 0.5))
    weight = weight / (weight.sum() + 1e-6)
    scores = [_score(view, question, weight, row) for view, row in zip(seen, held, strict=True)]
    return [seen[n].book for n in np.argsort(scores)[::-1]]


def _score(view: VisibleBook, question: Question, weight: np.ndarray, held: np.ndarray) -> float:
    adapted, plain = question.vectors.adapted, question.vectors.plain
    similar = float((view.sentence_vectors @ adapted).max() + (view.passage_vectors @ plain).max()) / 2
    together = np.zeros(len(view.passages), np.float32)
    for word, share in zip(question.words, weight, strict=True):
        together[np.unique(view.passage_of[view.found(word)[0]])] += share
    return similar + float(weight @ held) + float(together.max(initial=0.0))
