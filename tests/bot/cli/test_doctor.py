"""The doctor as a whole: what is looked at, in which order, and how it is shown."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.doctor import Check, DoctorTools, HasStale, examine, show
from bot.settings import Settings
from corpus.library import Library
from corpus.passages import ClubText
from retrieval.retriever import StoreReport

BOOK = 'title = "The Hound"\nauthor = "A. Writer"\nunit = "chapter"\nmarks = 15\n'
SECRET = "sk-a-key-that-nobody-sees"


class Behind:
    """A store that is behind for every book of its library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def stale(self) -> Sequence[str]:
        return list(self._library.books)

    def check_store(self) -> str:
        return "the vector store"

    def verify_store(self, texts: Sequence[ClubText]) -> StoreReport:
        return StoreReport(0, len(texts), ())


@contextmanager
def behind(settings: Settings, library: Library) -> Iterator[HasStale]:
    yield Behind(library)


@pytest.fixture
def look() -> Iterator[DoctorTools]:
    """DoctorTools that find a sound model, a store that is behind, and a Discord on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield DoctorTools(
            published_model=lambda: Path("model"),
            open_store=behind,
            open_model=lambda _: None,
            sign_in=lambda _: "Dogear#0042",
            club_data=lambda where: f"SQLite, {where}",
            club_texts=lambda _: [],
            discord=listening.getsockname(),
        )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library" / "hound").mkdir(parents=True)
    (tmp_path / "library" / "hound" / "book.toml").write_text(BOOK, encoding="utf-8")
    return tmp_path / "library"


def shown(found: list[Check]) -> tuple[str, bool]:
    console = Console(file=io.StringIO(), width=100, no_color=True)
    well = show(found, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue(), well


def test_everything_is_looked_at_once(look: DoctorTools, library: Path, tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    found = list(examine({"DOGEAR_LIBRARY": str(library), "DOGEAR_DATA": str(tmp_path)}, look))
    assert [check.name for check in found] == [
        "Python", "Settings", "Embedding model", "Data folder", "Club data", "Shards", "Library", "Vector store",
        "Store and reviews", "Chat model", "Discord token", "Discord",
    ]  # fmt: skip
    assert [check.name for check in found if not check.ok] == ["Vector store", "Discord token"]
    assert not any(check.failed for check in found)


def test_the_command_line_wins_over_the_settings(look: DoctorTools, library: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    environment = {"DOGEAR_LIBRARY": str(tmp_path / "other"), "DOGEAR_DATA": str(tmp_path / "other")}
    found = {check.name: check for check in examine(environment, look, library=library, data=tmp_path / "here")}
    assert found["Library"].found == f"1 book in {library}"
    assert found["Data folder"].found.startswith(str(tmp_path / "here"))


def test_without_a_library_there_is_no_store_to_look_at(look: DoctorTools, tmp_path: Path) -> None:
    found = [check.name for check in examine({}, look, library=tmp_path / "gone", data=tmp_path)]
    assert "Vector store" not in found


def test_a_cure_stands_below_what_it_cures_and_the_last_line_counts() -> None:
    text, well = shown(
        [
            Check("Python", True, "3.11.7"),
            Check("Library", False, "[bold] is wrong", "Write [[similar]] instead."),
            Check("Discord", False, "not reached", "Look at the network.", serious=False),
        ]
    )
    assert not well
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines == [
        "✓ Python 3.11.7",
        "✗ Library [bold] is wrong",
        "→ Write [[similar]] instead.",
        "! Discord not reached",
        "→ Look at the network.",
        "1 to mend, 1 that can wait.",
    ]


def test_no_secret_is_shown(look: DoctorTools, library: Path, tmp_path: Path) -> None:
    environment = {"DISCORD_TOKEN": SECRET, "OPENAI_API_KEY": SECRET, "CHAT_MODEL": "openai:some"}
    text, _ = shown(list(examine(environment, look, library=library, data=tmp_path)))
    assert SECRET not in text


def test_a_token_in_the_right_form_is_shown_to_discord_and_never_to_the_reader(
    look: DoctorTools, tmp_path: Path
) -> None:
    token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789ab"
    (tmp_path / "library").mkdir()
    found = list(examine({"DISCORD_TOKEN": token}, look, tmp_path / "library", tmp_path / "data"))
    assert Check("Discord sign-in", True, "the token is Dogear#0042’s") in found
    assert token not in str(found)
