"""The trial as tests run it: its club over a retriever that is open already."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

from bot.answering.engine import Discussion
from bot.app import App
from bot.demo.club import Trial, opened_trial
from bot.workers import Workers
from retrieval.retriever import Retriever
from tests.fakes.records import opened_records


@contextlib.asynccontextmanager
async def trial_over(retriever: Retriever, folder: Path, port: int = 0) -> AsyncIterator[Trial]:
    """Run the trial; its database is in `folder`."""
    workers = Workers(2)
    try:
        async with opened_records(folder) as records:
            discussion = Discussion(retriever.library, retriever, None)
            app = App(discussion, records, workers, lambda: dt.datetime.now(dt.UTC))
            async with opened_trial(app, port) as trial:
                yield trial
    finally:
        workers.close()
