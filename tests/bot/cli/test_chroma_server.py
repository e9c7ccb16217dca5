"""Commands whose vector store lies in a Chroma server: what they do there, what they leave alone, and what they say."""

from pathlib import Path

import pytest

from bot.cli.main import main
from tests.fakes.bookshelf import LANTERN, write_book, write_lantern
from tests.fakes.chroma_server import RunningChroma

TOKEN = "a-token-that-nobody-reads"


class Run:
    """Runs commands with a library, a data folder and a database of a Chroma server."""

    def __init__(self, home: Path, model: Path, server: RunningChroma, capsys: pytest.CaptureFixture[str]) -> None:
        self._home, self._capsys = home, capsys
        address = server.database()
        self._environment = {
            "DOGEAR_LIBRARY": str(home / "library"), "DOGEAR_DATA": str(home / "data"), "EMBEDDING_MODEL": str(model),
            "CHROMA_URL": f"{address.url}?database={address.database}", "CHROMA_TOKEN": TOKEN,
        }  # fmt: skip

    def __call__(self, *words: str, **changed: str) -> tuple[int, str]:
        """Run a command; return its exit status and all that was said, in which no token ever is."""
        status = main(words, self._environment | changed)
        seen = self._capsys.readouterr()
        said = f"{seen.out}\n{seen.err}"
        assert TOKEN not in said
        return status, " ".join(said.split())


@pytest.fixture
def run(tmp_path: Path, tiny_model: Path, chroma: RunningChroma, capsys: pytest.CaptureFixture[str]) -> Run:
    write_lantern(tmp_path / "library")
    return Run(tmp_path, tiny_model, chroma, capsys)


def test_a_library_moves_there_by_one_index_run_and_is_asked_from_any_folder(run: Run, tmp_path: Path) -> None:
    status, said = run("index")
    assert status == 0
    assert "passages in the Chroma server at http://127.0.0.1:" in said
    assert not (tmp_path / "data" / "chroma").exists()
    status, said = run("recap", "--book", LANTERN, "--at", "ch 5", DOGEAR_DATA=str(tmp_path / "elsewhere"))
    assert status == 0
    assert "Silas" in said
    assert "brother" not in said.replace("his brother", "")
    assert run("index")[1].count("0 brought up to date") == 1


def test_a_look_at_another_library_leaves_the_one_that_is_there_alone(run: Run, tmp_path: Path) -> None:
    assert run("index")[0] == 0
    (tmp_path / "mine").mkdir()
    write_book(tmp_path / "mine", "the-lamp", {"summary.md": "## Chapter 1\n\nIt is lit.\n"})
    status, said = run("recap", "--book", "the-lamp", "--at", "ch 1", "--library", str(tmp_path / "mine"))
    assert status == 1
    assert "holds another text of 1 (books: the-lantern)" in said
    assert run("recap", "--book", LANTERN, "--at", "ch 1")[0] == 0
    at_home = run("recap", "--book", "the-lamp", "--at", "ch 1", "--library", str(tmp_path / "mine"), CHROMA_URL="")
    assert at_home[0] == 0


def test_the_doctor_says_which_server_and_whether_it_fits(run: Run) -> None:
    assert "interface 1.0.0: out of date for 1 (the-lantern)" in run("doctor")[1]
    run("index")
    assert "interface 1.0.0, fits the library" in run("doctor")[1]
    assert "lets nobody" not in run("doctor")[1]


def test_a_server_that_is_away_is_said_in_a_line_with_what_to_do(run: Run, chroma: RunningChroma) -> None:
    chroma.stop()
    try:
        for words in (["index"], ["recap", "--book", LANTERN, "--at", "ch 1"], ["doctor"]):
            status, said = run(*words)
            assert status == 1
            assert "cannot be reached (ConnectError). Start it, or correct CHROMA_URL." in said
    finally:
        chroma.start()
