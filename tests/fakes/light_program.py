"""The program with an embedding model that takes no time: to load the real one costs nine seconds of a processor."""

import sys
from unittest.mock import patch

from run_bot import start
from tests.fakes.embedder import HashedEmbedder

if __name__ == "__main__":
    with patch("retrieval.embedding.load_embedder", lambda _, **__: HashedEmbedder()):
        sys.exit(start())
