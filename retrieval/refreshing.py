"""Bringing the store in line with the library: by this process, or by another one that shares it and was first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock

from corpus.books import Slug
from corpus.library import Library
from corpus.text import capitalised
from retrieval.indexing import Indexed, Progress, index, stale
from retrieval.opener import Opener
from retrieval.rank.ranker import Reader
from retrieval.store import Store
from retrieval.types import Embedder, LibraryDiffers

log = logging.getLogger(__name__)

LIBRARY = "library"
"""What is announced where a book has changed."""


class Refreshing:
    """Lets one thread of one process at a time bring a store in line, and publishes what then can be opened."""

    def __init__(self, library: Library, store: Store, embedder: Embedder, reader: Reader, books: Opener) -> None:
        self._library, self._store, self._embedder, self._reader = library, store, embedder, reader
        self._books, self._one_at_a_time = books, Lock()

    @property
    def under_way(self) -> bool:
        """Whether a run is under way in this process."""
        return self._one_at_a_time.locked()

    def stale(self) -> list[Slug]:
        """Return the books that a run would bring up to date, and those that it would remove."""
        return stale(self._library, self._store.manifests().values())

    def mend(self) -> bool:
        """Open the store anew while no run is under way; return whether an empty one took its place."""
        with self._one_at_a_time:
            return self._store.mend()

    def refresh(self, progress: Progress | None = None) -> Indexed:
        """Bring the store in line. Raises LibraryDiffers where that would take from others what they have."""
        with self._one_at_a_time:
            if self._store.shared:
                self._see_that_it_is_ours()
            with self._store.claimed(self._still_needed) as check:
                if check is None:
                    done = self._index(progress, lambda: None)  # another process has done it
                else:
                    done = self._index(progress, check)
                    if done.books or done.removed:
                        self._store.announce(LIBRARY)
            return done

    def follow(self) -> None:
        """Take over what another process has made of the books, as far as it read the same library as this one."""
        if self._one_at_a_time.locked():
            return
        manifests = self._store.manifests()
        others = set(stale(self._library, manifests.values())) & manifests.keys()
        self._books.publish(m for slug, m in manifests.items() if slug not in others)
        if others := others & self._library.books.keys():
            log.warning(
                "another process has read another library than this one: %s holds another text of %d books, and where "
                "they are not open they cannot be opened; restart this process with the same library",
                self._store.name, len(others),
            )  # fmt: skip

    def _index(self, progress: Progress | None, check: Callable[[], None]) -> Indexed:
        done = index(self._library, self._store, self._embedder, self._reader, progress, self._books.publish, check)
        self._books.publish_all(self._store.manifests())
        return done

    def _still_needed(self) -> bool:
        """Return whether the store is not in line yet; what is, can be asked about while another process is at it."""
        if not self._store.shared:
            return True
        manifests = self._store.manifests()
        behind = set(stale(self._library, manifests.values()))
        self._books.publish(m for slug, m in manifests.items() if slug not in behind)
        return bool(behind)

    def _see_that_it_is_ours(self) -> None:
        held = self._store.manifests()
        others = [slug for slug in stale(self._library, held.values()) if slug in held]
        if others and not self._store.replacing:
            some = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
            raise LibraryDiffers(
                f"{capitalised(self._store.name)} holds another text of {len(others)} (books: {some}) than this "
                "library. “python run_bot.py index” puts this library in its place, and then the bot has to be "
                "restarted; to look at this library alone, leave CHROMA_URL out."
            )
