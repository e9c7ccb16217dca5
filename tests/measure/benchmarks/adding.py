"""How long a club waits for a novel of 100,000 words as an e-book, and for answers meanwhile.

`python -m tests.measure.benchmarks.adding` makes one, adds it as `/book add` does, and asks about another book until
all of it is read.
"""

import asyncio
import datetime as dt
import os
import statistics
import tempfile
import time
from pathlib import Path

from bot.features.books.rules import BookForm, draft_from
from bot.features.books.store import ClubBooks
from bot.people import Member
from retrieval.embedding import load_embedder
from retrieval.gate import Audience
from tests.fakes.bookshelf import LANTERN, opened, write_lantern
from tests.fakes.processes import app_over
from tests.measure.faults.loads import CHAPTERS, WORDS, novel

CLUB = 1 << 22


async def measured(folder: Path) -> None:
    """Add the novel, ask meanwhile, and print how long each takes."""
    write_lantern(folder / "library")
    files, form = [("novel.epub", novel(1))], BookForm("Novel 1", "Ada Winterbourne")
    with opened(folder / "library", folder / "data", load_embedder()) as retriever:
        async with app_over(retriever, folder, lambda: dt.datetime.now(dt.UTC)) as app:
            books, slug, begun = app.get(ClubBooks), f"novel-1-{CLUB}", time.monotonic()
            text, _, _ = await asyncio.to_thread(draft_from, slug, form, files, None, {})
            look = await asyncio.to_thread(books.looked_at, text, Audience(club=str(CLUB)))
            read = time.monotonic() - begun
            await books.draft(Member(CLUB, 1), text, "draft")
            await books.add(Member(CLUB, 1), slug, "draft")
            waited = list[float]()
            while books.progress:
                asked = time.monotonic()
                await app.workers.do(
                    lambda: app.discussion.ask("Who keeps the lighthouse?", Audience({LANTERN: 5}, club=str(CLUB)))
                )
                waited.append(time.monotonic() - asked)
                await asyncio.sleep(0.2)
            whole = time.monotonic() - begun
            of = f"{CHAPTERS * WORDS:,} words, {look.book.marks} chapters, {look.passages:,} passages"
            print(f"{of}; load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
            print(f"preview after {read:.0f} s; all of it answers after {whole:.0f} s")
            middle, worst = statistics.median(waited or [0]), max(waited, default=0.0)
            print(f"{len(waited)} answers meanwhile: median {middle:.2f} s, worst {worst:.2f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(measured(Path(home)))
