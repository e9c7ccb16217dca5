"""The bot, with an index being built in the same process: what the rush benchmark starts with `--while-indexing`.

python -m tests.benchmarks.busy_bot FOLDER

The library to index is made here, from a fixed seed. The run begins once FOLDER holds a file named `begin`, and
tells in the file `indexed` how many passages are done, of how many.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from threading import Thread

from corpus.library import SHIPPED, Library
from corpus.passages import cut
from corpus.text import sentences
from retrieval.door import open_retriever
from run_bot import start
from tests.fakes.bookshelf import silent, write_book

PASSAGES = 5_000
BOOK = 20, 70
"""Chapters of a made-up book, and sentences of a chapter."""


def write_library(folder: Path) -> None:
    """Write books of shuffled sentences until there are at least PASSAGES passages."""
    chance = random.Random(9)  # noqa: S311 (the same text each time)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*/summary.md"))]
    lines = [line for text in texts for line in text.splitlines() if line and line[0] not in "#<-"]
    told = [sentence for line in lines for sentence in sentences(line)]
    chapters, length = BOOK
    made = 0
    while made < PASSAGES:
        story = [f"## Chapter {n + 1}\n\n{' '.join(chance.choices(told, k=length))}\n" for n in range(chapters)]
        slug = f"made-up-{len(list(folder.glob('*'))) + 1}"
        write_book(folder, slug, {"summary.md": "\n".join(story)}, marks=chapters)
        library = Library.load(folder)
        made += len(cut(library.books[slug], library.documents[slug])[0])


def build_index(folder: Path) -> None:
    """Wait for the sign to begin, then index the library and tell how far it is."""
    while not (folder / "begin").exists():
        time.sleep(0.05)

    def report(done: int, total: int) -> None:
        (folder / "indexed").write_text(f"{done} of {total}", encoding="utf-8")

    with open_retriever(Library.load(folder / "library"), folder / "index", None, silent) as retriever:
        retriever.refresh(report)


def main() -> int:
    """Run the bot until it is told to stop, with an index run beside it."""
    folder = Path(sys.argv.pop())
    write_library(folder / "library")
    Thread(target=build_index, args=(folder,), daemon=True).start()
    return start()


if __name__ == "__main__":
    sys.exit(main())
