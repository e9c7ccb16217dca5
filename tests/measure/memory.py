"""Print what the process holds after each step of a start, in MB, and how much of it are pages of files.

python -m tests.measure.memory [DATA]; with the data folder of an earlier run, the store is opened and not built.
"""

import importlib
import sys
import tempfile
from pathlib import Path

from run_bot import give_memory_back


def show(step: str) -> None:
    """Print what is held now."""
    rows = (line.split() for line in Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:])
    held = {name: int(size) // 1024 for name, size, *_ in rows}
    print(f"{step:34}{held['Rss:']:6}{held['Rss:'] - held['Anonymous:']:6}", flush=True)


def main(data: Path) -> None:
    """Take the steps of a start, and ask each book a hundred questions."""
    give_memory_back()
    for module in ("bot.run", "torch", "transformers.modeling_utils", "sentence_transformers"):
        importlib.import_module(module)
        show(f"import {module}")
    from corpus.library import SHIPPED, Library
    from retrieval.gate import Audience
    from retrieval.retriever import open_retriever

    library = Library.load(SHIPPED)
    with open_retriever(library, data) as retriever:
        retriever.vectors(["a text"])
        show("the store and the model")
        retriever.refresh()
        show("every book read")
        for n in range(100):
            for slug, book in library.books.items():
                retriever.search(f"Who finds out, and what happens in chapter {n}?", Audience({slug: book.marks}), slug)
            if n in (0, 99):
                show(f"{n + 1} questions a book")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="dogear-memory-") as folder:
        main(Path(sys.argv[1]) if sys.argv[1:] else Path(folder))
