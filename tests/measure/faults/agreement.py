"""Whether a store and a database agree, looked at in this process: what the doctor does, without a start of its own."""

import asyncio
from functools import cache
from pathlib import Path

from bot.db.copy import reviews_in
from corpus.library import SHIPPED, Library
from retrieval.embedding import load_embedder
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedder, StoreUnavailable
from tests.fakes.bookshelf import silent
from tests.measure.faults.bots import Bot


@cache
def packaged() -> Embedder:
    """Return the packaged model, loaded once."""
    return load_embedder()


def disagreements(bot: Bot) -> list[str]:
    """Return what is not whole in the data of a bot that is stopped, and where store and reviews differ."""
    library = Library.load(Path(bot.shelf.settings["DOGEAR_LIBRARY"] or SHIPPED))
    texts = [review.in_store() for review in reviews_in(bot.data) if review.text]
    with Store(bot.data, packaged().name, silent) as store:
        retriever = Retriever(library, store, packaged())
        behind = [f"{slug} is behind" for slug in retriever.stale()]
        try:
            return [*behind, *retriever.verify_store(texts)]
        except StoreUnavailable:
            return [*behind, "a passage that nobody had asked for is damaged"]


async def agreed(bot: Bot) -> list[str]:
    """Stop a bot, and return what does not agree."""
    status = await bot.stop()
    found = await asyncio.to_thread(disagreements, bot)
    return found + ([f"leaving ended with {status}"] if status else [])
