"""The doctor: what each check finds and its cure, what is looked at in which order, and how it is shown."""

import io
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.answering.model import Trial
from bot.cli import doctor as checks
from bot.cli.doctor import Check, DoctorTools, examine, show
from bot.settings import Settings
from corpus.books import Reveals
from corpus.errors import DogearError
from corpus.library import Library
from corpus.passages import ClubText
from retrieval.retriever import Retriever, StoreReport

TOKEN = "MTA3NjU0MzIxMDk4NzY1NDMyMQ.GaBcDe.a-signature_of-some-27-letters"
BOOK = 'title = "The Hound"\nauthor = "A. Writer"\nunit = "chapter"\nmarks = 15\n'
SECRET = "sk-a-key-that-nobody-sees"


class Store(Retriever):
    """A vector store that is behind for some books."""

    def __init__(self, *behind: str, wrong: Sequence[str] = ()) -> None:
        self._behind, self._wrong = behind, tuple(wrong)

    def stale(self) -> list[str]:
        return list(self._behind)

    def check_store(self) -> str:
        return "the store"

    def verify_store(self, texts: Iterable[ClubText]) -> StoreReport:
        return StoreReport(3, len(list(texts)), self._wrong)


def opening(store: Store | DogearError) -> AbstractContextManager[Retriever]:
    @contextmanager
    def opened() -> Iterator[Retriever]:
        if isinstance(store, DogearError):
            raise store
        yield store

    return opened()


@pytest.fixture
def server() -> Iterator[int]:
    """A port of this machine that answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port of this machine that does not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_every_wrong_setting_is_a_check_and_the_rest_goes_on() -> None:
    settings, found = checks.check_settings({"LOG_LEVEL": "loud", "CHAT_TIMEOUT": "soon"})
    assert settings == Settings()
    assert [check.name for check in found] == ["Settings: CHAT_TIMEOUT", "Settings: LOG_LEVEL"]
    assert all(check.failed and check.cure for check in found)


def test_the_packaged_model_is_compared(tmp_path: Path) -> None:
    def changed() -> Path:
        raise DogearError("These are not the published weights.")

    assert checks.check_model(None, lambda: tmp_path).ok
    assert checks.check_model(None, changed).cure == "These are not the published weights."
    assert checks.check_model("another", changed).ok


def test_a_data_folder_can_be_written_or_made(tmp_path: Path) -> None:
    assert checks.check_data(tmp_path).ok
    new = checks.check_data(tmp_path / "new" / "data")
    assert new.ok
    assert new.found.endswith("made when it is needed")
    assert list(tmp_path.iterdir()) == []


def test_a_library_is_counted_and_every_problem_has_file_line_and_cure(tmp_path: Path) -> None:
    (tmp_path / "hound").mkdir()
    (tmp_path / "hound" / "book.toml").write_text(BOOK + "pages = -1\n", encoding="utf-8")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "book.toml").write_text("title = \n", encoding="utf-8")
    library, found = checks.check_library(tmp_path)
    assert library is not None
    assert found[0].ok
    assert found[0].found == f"1 book in {tmp_path}"
    by_file = {check.found.partition(": ")[0]: check for check in found[1:]}
    fatal, slight = by_file[f"{tmp_path}/broken/book.toml:1"], by_file[f"{tmp_path}/hound/book.toml:5"]
    assert (fatal.serious, slight.serious) == (True, False)
    assert fatal.cure
    assert slight.cure


def test_marks_of_other_programs_in_a_document_are_mentioned(tmp_path: Path) -> None:
    (tmp_path / "hound").mkdir()
    (tmp_path / "hound" / "book.toml").write_text(BOOK, encoding="utf-8")
    notes = "## Chapter 1\nA dog howls on the moor. ^a1\n\n> [!quote] p. 24\n> It was [sic] a dog. %%ask the club%%\n"
    (tmp_path / "hound" / "notes.md").write_text(notes, encoding="utf-8")
    _, found = checks.check_library(tmp_path)
    doubts = [check for check in found if not check.ok]
    assert len(doubts) == 1
    assert f"{tmp_path}/hound/notes.md:2: " in doubts[0].found
    assert "%%…%%" in doubts[0].found
    assert not doubts[0].serious
    assert "import" in doubts[0].cure


def test_a_library_without_a_folder_or_without_a_book_is_no_use(tmp_path: Path) -> None:
    library, found = checks.check_library(tmp_path / "gone")
    assert library is None
    assert [check.failed for check in found] == [True]
    _, found = checks.check_library(tmp_path)
    assert [(check.failed, check.found) for check in found] == [(True, f"0 books in {tmp_path}")]


def test_a_store_that_is_not_built_yet_is_not_opened(tmp_path: Path) -> None:
    check = checks.check_store(tmp_path / "chroma", lambda: opening(DogearError("opened")))
    assert (check.found, check.serious) == ("not built yet", False)
    assert "run_bot.py index" in check.cure


def test_a_store_fits_or_is_behind_or_is_held_by_another(tmp_path: Path) -> None:
    assert checks.check_store(tmp_path, lambda: opening(Store())).ok
    assert checks.check_store(None, lambda: opening(Store())).found == "the store, fits the library"
    behind = checks.check_store(tmp_path, lambda: opening(Store("a", "b", "c", "d")))
    assert behind.found == "the store: out of date for 4 (a, b, c …)"
    assert not behind.failed
    held = checks.check_store(tmp_path, lambda: opening(DogearError("Process 7 holds it.")))
    assert (held.failed, held.cure) == (True, "Process 7 holds it.")


def test_store_and_reviews_agree_or_what_does_not_is_named_and_can_wait(tmp_path: Path) -> None:
    review = ClubText("7", "1", "hound", "Howls.", Reveals(), 4, None)
    agree = checks.check_agreement(tmp_path, lambda: opening(Store()), lambda: [review])
    assert (agree.ok, agree.found) == (True, "agree: 3 books and 1 review, all whole")
    odd = checks.check_agreement(tmp_path, lambda: opening(Store(wrong=["hound is not whole"])), lambda: [review])
    assert (odd.ok, odd.failed, odd.found) == (False, False, "hound is not whole")
    assert "The next start of the bot puts it right" in odd.cure


def test_what_cannot_be_compared_is_told_and_what_is_not_there_need_not_be(tmp_path: Path) -> None:
    assert checks.check_agreement(tmp_path / "gone", lambda: opening(DogearError("opened")), list).ok
    held = checks.check_agreement(tmp_path, lambda: opening(DogearError("Process 7 holds it.")), list)
    assert (held.failed, held.cure) == (True, "Process 7 holds it.")


def test_a_token_is_looked_at_and_never_shown() -> None:
    assert checks.check_token(SecretStr(TOKEN)).ok
    for wrong in (TOKEN.replace(".", "", 1), "x" * 32, "1076543210987654321", TOKEN.replace("MTA3", "xxxx")):
        check = checks.check_token(SecretStr(wrong))
        assert check.failed
        assert wrong not in repr(check)
    assert TOKEN not in repr(checks.check_token(SecretStr(TOKEN)))


def test_a_chat_model_is_asked_something_small_where_one_is_set() -> None:
    asked: list[Settings] = []

    def try_model(settings: Settings) -> Trial:
        asked.append(settings)
        return Trial(False, "is no chat server", "Correct OPENAI_BASE_URL.")

    assert checks.check_chat_model(Settings(), try_model).found == "none: quote mode, nothing leaves this machine"
    assert asked == []
    check = checks.check_chat_model(Settings(chat_model="openai:some"), try_model)
    assert check == Check("Chat model", False, "openai:some is no chat server", "Correct OPENAI_BASE_URL.")


def test_what_cannot_be_reached_can_wait(server: int, closed: int) -> None:
    assert checks.check_reachable("Discord", "127.0.0.1", server, "Look.").ok
    check = checks.check_reachable("Discord", "127.0.0.1", closed, "Look.")
    assert not check.ok
    assert not check.failed
    assert f"127.0.0.1:{closed}" in check.found


@contextmanager
def behind(settings: Settings, library: Library) -> Iterator[Retriever]:
    yield Store(*library.books)


@pytest.fixture
def look() -> Iterator[DoctorTools]:
    """DoctorTools that find a sound model, a store that is behind, and a Discord on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield DoctorTools(
            published_model=lambda: Path("model"),
            open_store=behind,
            try_model=lambda _: Trial(True, "answered"),
            sign_in=lambda _: "Dogear#0042",
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
        "1 to fix, 1 that can wait.",
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
