"""What is slow to make and shared by all tests: the embedding model, a shipped library's store, database servers."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from bot.logs import CHATTY
from corpus.library import SHIPPED
from retrieval.embedding import SentenceEmbedder, load_embedder
from retrieval.location import Location
from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.bookshelf import opened, write_kite, write_lantern
from tests.fakes.chroma_server import RunningChroma, running_chroma
from tests.fakes.embedder import RememberingEmbedder
from tests.fakes.postgres import Databases, opened_databases
from tests.fakes.tiny_model import write_tiny_model

# A busy machine is no mistake in the code. Whoever runs the tests tries new examples each time; continuous integration
# tries the same ones, so that what it finds was made by the change that it looks at.
SLOW = (HealthCheck.too_slow,)
settings.register_profile(
    "dogear", deadline=None, suppress_health_check=SLOW, max_examples=30, derandomize="CI" in os.environ
)
settings.register_profile("thorough", deadline=None, suppress_health_check=SLOW, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dogear"))


@pytest.fixture(scope="session")
def packaged_model() -> SentenceEmbedder:
    """The packaged model, loaded once."""
    return load_embedder()


@pytest.fixture(scope="session")
def embedder(packaged_model: SentenceEmbedder) -> Embedder:
    """The packaged model, which reads each text once."""
    return RememberingEmbedder(packaged_model)


@pytest.fixture(scope="session")
def shipped_store(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the store of the shipped library, to be copied: it is built once for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    built = run / "shipped-store"
    with FileLock(f"{built}.lock"):
        if not built.exists():
            with opened(SHIPPED, built.with_suffix(".building"), embedder):
                pass
            built.with_suffix(".building").rename(built)
    return built


@pytest.fixture(scope="session")
def shipped(embedder: Embedder, shipped_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The shipped library, as the packaged model reads it."""
    data = shutil.copytree(shipped_store, tmp_path_factory.mktemp("shipped") / "data")
    with opened(SHIPPED, data, embedder) as retriever:
        yield retriever


@pytest.fixture(scope="session")
def island(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The Lantern and The Kite, as the packaged model reads them."""
    library = tmp_path_factory.mktemp("island-library")
    write_lantern(library)
    write_kite(library)
    with opened(library, tmp_path_factory.mktemp("island"), embedder) as retriever:
        yield retriever


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedding model that loads in no time and understands nothing."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A PostgreSQL server, started once, or the one that TEST_DATABASE_URL names."""
    with opened_databases() as databases:
        yield databases


@pytest.fixture(scope="session")
def chroma() -> Iterator[RunningChroma]:
    """A Chroma server, started once."""
    with running_chroma() as server:
        yield server


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | Path]:
    """Where an empty database of the club's data is, once for each kind: a folder, and an address of a server."""
    if request.param == "SQLite":
        yield tmp_path
        return
    with request.getfixturevalue("postgres").latest() as address:
        yield address


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Restores the logs, which a command sets up for the whole process."""
    root, chatty = logging.getLogger(), [logging.getLogger(name) for name in CHATTY]
    before = (root.level, list(root.handlers), [logger.level for logger in chatty])
    yield
    logging.captureWarnings(capture=False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for logger, level in zip(chatty, before[2], strict=True):
        logger.setLevel(level)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty folder for books."""
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for a vector store, not yet made."""
    return tmp_path / "data"


@pytest.fixture(params=["embedded", "server"])
def place(request: pytest.FixtureRequest, data: Path) -> Location:
    """Where a vector store is that was not made yet, once for each kind: a folder, and a database of a server."""
    if request.param == "embedded":
        return data
    server: RunningChroma = request.getfixturevalue("chroma")
    return server.database()
