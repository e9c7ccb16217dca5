"""Putting it together: settings, library, store and model become one discussion."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.answers.writing import Writer, open_model
from bot.discussion import Discussion
from bot.meter import Meter
from bot.settings import Settings
from corpus.library import Library
from retrieval.door import open_retriever

log = logging.getLogger(__name__)


@contextmanager
def open_discussion(
    settings: Settings,
    library: Path,
    data: Path,
    progress: Callable[[int, int], None] | None = None,
    meter: Meter | None = None,
) -> Iterator[Discussion]:
    """Open a library, bring its store up to date, and let go of everything at the end."""
    books = Library.load(library)
    for problem in books.problems:
        log.warning("%s", problem)
    with open_retriever(books, data, settings.embedding_model, log.warning) as retriever:
        retriever.refresh(progress)
        model = open_model(settings)
        writer = Writer(model, retriever, settings.chat_timeout, meter) if model else None
        try:
            yield Discussion(books, retriever, writer)
        finally:
            if writer:
                writer.close()
