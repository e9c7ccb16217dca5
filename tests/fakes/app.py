"""The app with a real database and nothing else that is real, for tests of what is built from it."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from bot.app import App
from bot.db.sessions import Sessions
from corpus.books import Book, Slug
from corpus.library import KnownBooks

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


NO_DATABASE: Any = None  # for what asks the database for nothing


def app_on(
    database: Sessions, books: Mapping[Slug, Book] | None = None, now: Callable[[], dt.datetime] = lambda: NOON,
    *, texts: object = None, reveals: object = None, parts: Mapping[Any, object] | None = None, **others: object,
) -> App:  # fmt: skip
    """Return an app on a database.

    `texts` are the club's in the vector store, `reveals` places a text, `parts` is what `get` returns.
    """
    library = SimpleNamespace(books=KnownBooks(books or {}))
    fakes: dict[str, Any] = {
        "discussion": SimpleNamespace(library=library, retriever=texts, reveals=reveals), "workers": None, **others,
    }  # fmt: skip
    return App(database=database, now=now, _parts=dict(parts or {}), **fakes)
