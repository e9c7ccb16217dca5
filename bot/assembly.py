"""Putting it together: settings, library, store and model become one discussion."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.answers.writing import Writer, open_model
from bot.discussion import Discussion
from bot.meter import Meter
from bot.settings import Settings
from corpus.library import Library, Readings
from retrieval.retriever import open_retriever
from retrieval.types import StoreUnavailable

log = logging.getLogger(__name__)

AT_START = 120.0
"""Seconds that a starting bot waits for a Chroma server: both may start at once, and a server is restarted sooner."""


@contextmanager
def open_discussion(
    settings: Settings,
    library: Path,
    data: Path,
    progress: Callable[[int, int], None] | None = None,
    meter: Meter | None = None,
    *,
    owner: bool = False,
) -> Iterator[Discussion]:
    """Open a library, bring its store up to date, and let go of everything at the end.

    The `owner` of the library may replace what a Chroma server holds, and waits a while for a server that is away.
    """
    readings = Readings(data)
    books = Library.load(library, readings)
    for problem in books.problems:
        log.warning("%s", problem)
    with ExitStack() as stack:
        for attempt in Retrying(
            retry=retry_if_exception_type(StoreUnavailable),
            stop=stop_after_delay(AT_START if owner and settings.chroma else 0),
            wait=wait_exponential(1, 10),
            before_sleep=_log_failure,
            reraise=True,
        ):
            with attempt, ExitStack() as opening:
                where = settings.embedding_model, log.warning, settings.chroma
                retriever = opening.enter_context(open_retriever(books, data, *where, replacing=owner))
                retriever.refresh(progress)
                readings.save()
                stack.push(opening.pop_all())
        model = open_model(settings)
        writer = Writer(model, retriever, settings.chat_timeout, meter) if model else None
        try:
            yield Discussion(books, retriever, writer)
        finally:
            if writer:
                writer.close()


def _log_failure(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("%s It is tried again in %.0f s.", error, state.next_action.sleep if state.next_action else 0)
