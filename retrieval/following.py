"""Following what other processes change in a shared store: what they announce is taken over by who knows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from retrieval.store import Store
from retrieval.types import StoreUnavailable
from retrieval.watching import Watch


class Following:
    """Looks at what was announced, and calls who takes it over; where nothing is shared, nothing is done."""

    def __init__(self, store: Store, takes_over: Mapping[str, Callable[[], None]]) -> None:
        self._store, self._takes_over = store, takes_over
        self._known: Mapping[str, str] = {}
        self._watch = Watch(self._look) if store.shared else None

    def glance(self) -> None:
        """See that what is known is a few seconds old at most, as far as the store can be read."""
        if self._watch:
            self._watch.glance()

    def close(self) -> None:
        """Look no more."""
        if self._watch:
            self._watch.close()

    def _look(self) -> None:
        try:
            now = self._store.changes()  # first: what is announced while the rest is read is seen the next time
            for what, take_over in self._takes_over.items():
                if what in now and now[what] != self._known.get(what):  # an emptied server has nothing to take over
                    take_over()
        except StoreUnavailable:  # the log has it, and what is known goes on being used
            return
        self._known = {**self._known, **now}
