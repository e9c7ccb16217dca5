"""Make an attack in quote mode and one with a chat model that tells everything, and print the tables.

    python -m tests.measure.adversaries [--tries 1000]

docs/adversaries.md says what is tried. The tries are the same ones each time.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from retrieval.embedding import load_embedder
from tests.fakes.bookshelf import opened
from tests.fakes.chat_server import chat_server
from tests.fakes.embedder import RememberingEmbedder
from tests.measure.adversaries.attack import (
    ACCOUNTS,
    Field,
    attacked,
    changed_by_hidden_text,
    tables,
    without_hidden,
    write_attacked_library,
)


def main() -> None:
    """Attack; the exit status is 1 where quotes give anything away, or the model more than three in a thousand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=1_000, help="how many, in each of the two modes")
    tries = parser.parse_args().tries
    logging.basicConfig(level=logging.ERROR)
    embedder = RememberingEmbedder(load_embedder())
    with tempfile.TemporaryDirectory(prefix="dogear-attack-") as name:
        folder = Path(name)
        (library := folder / "library").mkdir()
        write_attacked_library(library)
        with opened(library, folder / "data", embedder) as retriever:
            quotes = asyncio.run(attacked(Field(retriever), folder / "quotes", tries))
            for who in ACCOUNTS:
                at = Field(retriever).at(who)
                with without_hidden(library, folder / f"data of {who}", embedder, at) as twin:
                    changed = changed_by_hidden_text(Field(retriever), twin, folder / who, quotes, who)
                    quotes.choices += asyncio.run(changed)
            print(f"Quotes alone\n\n{tables(quotes)}\n", *quotes.faults, sep="\n", flush=True)
            with chat_server() as server, server.writer(retriever) as writer:
                model = asyncio.run(attacked(Field(retriever), folder / "model", tries, server, writer))
            print(f"With a chat model that tells everything\n\n{tables(model)}\n", *model.faults, sep="\n")
    sys.exit(bool(quotes.faults) or len(model.faults) > 3 * tries / 1_000)


if __name__ == "__main__":
    main()
