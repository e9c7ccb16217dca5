"""Opening books as the store now holds them, also while an index run changes some, with a club's own texts or without.

A book that was published stays answerable as it was: from memory where it is open, else from the store, in which its
old passages lie untouched until the run settles it. Only what is asked during that moment, and of books that were
never ready, is refused with BookInWork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from corpus.books import Slug
from corpus.library import Library
from corpus.names import UnknownBook
from retrieval.book import OpenedBook, OpenedBooks, Use
from retrieval.club_texts import ClubTexts
from retrieval.manifests import Manifest
from retrieval.store import Store
from retrieval.types import BookInWork

OPENED_BYTES = 256_000_000
"""Memory for opened books; a book of 200 passages takes about 3 MB."""


class Opener:
    """Opens books for any number of threads at once."""

    def __init__(
        self, library: Library, store: Store, clubs: ClubTexts, glance: Callable[[], None] = lambda: None
    ) -> None:
        """Give what opens books; `glance` is called before one is, and notices what other processes have changed."""
        self._library, self._store, self._clubs, self._glance = library, store, clubs, glance
        self._opened = OpenedBooks(OPENED_BYTES)
        self._manifests: Mapping[Slug, Manifest] = {}
        self._publishing, self._opening = Lock(), Lock()

    def publish(self, manifests: Iterable[Manifest]) -> None:
        """Let books be opened as these manifests say."""
        with self._publishing:
            self._manifests = {**self._manifests, **{manifest.book: manifest for manifest in manifests}}

    def publish_all(self, manifests: Mapping[Slug, Manifest]) -> None:
        """Let these books be opened, and no others."""
        with self._publishing:
            self._manifests = manifests

    @property
    def ready(self) -> int:
        """How many books can be opened."""
        return len(self._manifests)

    def use(self) -> Use:
        """Return how the memory for opened books is used."""
        return self._opened.use()

    def open(self, book: Slug, club: str = "") -> OpenedBook:
        """Return a book, with the texts that a club has of its own, if any. Raises BookInWork or UnknownBook.

        Without a club it is the library's text alone. Clubs without texts of their own share that one.
        """
        if book not in self._library.books:
            raise UnknownBook(book, (), empty=not self._library.books)
        self._glance()
        while manifest := self._manifests.get(book):
            if opened := self._open(manifest, club):
                return opened
            if self._manifests.get(book) is manifest:
                break
        raise BookInWork(self._library.books[book].title)

    def _open(self, manifest: Manifest, club: str) -> OpenedBook | None:
        """Return a book as a manifest has it; None where it is open no longer and the store has it otherwise by now."""
        own = self._clubs.of(club, manifest.book)
        key, state = (manifest.book, club if own.ids else ""), (manifest, own.version)
        if found := self._opened.get(key, state):
            return found
        with self._opening:  # one at a time: what the next thread waits for may be the same book
            if found := self._opened.get(key, state):
                return found
            rows = self._store.read_book(manifest.book) + (self._store.read(own.ids) if own.ids else [])
            if self._store.manifest(manifest.book) != manifest:  # what was read may be half old, half new
                return None
            opened = OpenedBook(manifest.book, rows)
            self._opened.put(key, state, opened)
            return opened
