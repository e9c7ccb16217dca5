"""The doctor: what each check finds and its cure, what is looked at in which order, and how it is shown."""

import asyncio
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.answering.model import Trial
from bot.cli import doctor as checks
from bot.cli.doctor import Check, DoctorTools, examine, show
from bot.features.books.store import LIVE, ClubBookRow, ClubDocumentRow
from bot.settings import Settings
from corpus.books import Reveals
from corpus.errors import DogearError
from corpus.library import Library
from corpus.passages import ClubText
from retrieval.gate import Audience
from retrieval.retriever import Retriever, outlook
from tests.fakes.records import opened_records

TOKEN = "MTA3NjU0MzIxMDk4NzY1NDMyMQ.GaBcDe.a-signature_of-some-27-letters"
BOOK = 'title = "The Hound"\nauthor = "A. Writer"\nunit = "chapter"\nmarks = 15\n'
NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
SECRET = "sk-a-key-that-nobody-sees"


class Store(Retriever):
    """A vector store that is behind for some books."""

    def __init__(self, *behind: str, wrong: Sequence[str] = ()) -> None:
        self._behind, self._wrong = behind, tuple(wrong)

    def stale(self, held: object = None) -> list[str]:
        return list(self._behind)

    def check_store(self) -> str:
        return "the store"

    def verify_store(self, texts: Iterable[ClubText]) -> list[str]:
        return list(self._wrong)


def opening(store: Store | DogearError) -> AbstractContextManager[Retriever]:
    @contextmanager
    def opened() -> Iterator[Retriever]:
        if isinstance(store, DogearError):
            raise store
        yield store

    return opened()


def test_every_wrong_setting_is_a_check_and_the_rest_goes_on() -> None:
    settings, found = checks.check_settings({"LOG_LEVEL": "loud", "CHAT_TIMEOUT": "soon"})
    assert settings == Settings()
    assert [check.name for check in found] == ["Settings: CHAT_TIMEOUT", "Settings: LOG_LEVEL"]
    assert all(check.cure for check in found)


def test_a_data_folder_can_be_written_or_made(tmp_path: Path) -> None:
    assert checks.writable(tmp_path) == str(tmp_path)
    assert checks.writable(tmp_path / "new" / "data").endswith("made when it is needed")
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


def test_marks_of_other_programs_in_a_document_are_mentioned(library: Path) -> None:
    notes = "## Chapter 1\nA dog howls on the moor. ^a1\n\n> [!quote] p. 24\n> It was [sic] a dog. %%ask the club%%\n"
    (library / "hound" / "notes.md").write_text(notes, encoding="utf-8")
    [doubt] = [check for check in checks.check_library(library)[1] if not check.ok]
    assert f"{library}/hound/notes.md:2: " in doubt.found
    assert "%%…%%" in doubt.found
    assert not doubt.serious
    assert "import" in doubt.cure


def test_a_book_says_what_readers_see_at_each_quarter_and_what_is_doubtful(
    look: DoctorTools, library: Path, tmp_path: Path
) -> None:
    notes = "## Chapter 4\n\nA dog howls.\n\n## Chapter 44\n\nThe dog is painted.\n"
    (library / "hound" / "notes.md").write_text(notes, encoding="utf-8")
    (library / "hound" / "review.md").write_text("I did not like the dog.\n", encoding="utf-8")
    (book,) = [check for check in examine({}, look, library, tmp_path) if check.name == "Book"]
    assert book.found == (
        "The Hound: of 3 passages, readers see 0 at 0%, 0 at 25%, 1 at 50%, 1 at 75%; 1 text below a heading that "
        "I can’t place; 1 text with nothing to say how far it goes"
    )


async def test_the_books_of_clubs_are_looked_at_as_those_of_the_library(
    look: DoctorTools, library: Path, tmp_path: Path
) -> None:
    notes = "## Chapter 4\n\nA dog howls. %%ask the club%%\n"
    async with opened_records(tmp_path) as records, records.writing() as session:
        toml = 'title = "Emma"\nauthor = "A. Writer"\nunit = "chapter"\nmarks = 8\n'
        row = {"slug": "emma-7", "state": LIVE}
        session.add(ClubBookRow(**row, club=7, toml=toml, digest="", size=0, added_by=20, at=NOON))
        await session.flush()
        session.add(ClubDocumentRow(**row, name="n.md", text=notes))
    found = await asyncio.to_thread(lambda: list(examine({}, look, library, tmp_path)))
    marks, book = [check for check in found if check.name == "Club book"]
    assert marks.found.startswith("emma-7/n.md:3: members would read leftovers of another program")
    assert "/book sources" in marks.cure
    assert book.found == (
        "Emma: of 1 passage, readers see 0 at 0%, 0 at 25%, 1 at 50%, 1 at 75%; 1 text with leftovers of "
        "another program"
    )


def test_a_library_without_a_folder_or_without_a_book_is_no_use(tmp_path: Path) -> None:
    library, found = checks.check_library(tmp_path / "gone")
    assert library is None
    assert [check.ok for check in found] == [False]
    _, found = checks.check_library(tmp_path)
    assert [(check.ok, check.found) for check in found] == [(False, f"0 books in {tmp_path}")]


def test_a_store_that_is_not_built_yet_is_not_opened(tmp_path: Path) -> None:
    check = checks.check_store(tmp_path / "chroma", lambda: opening(DogearError("opened")), list)
    assert (check.found, check.serious) == ("not built yet", False)
    assert "run_bot.py index" in check.cure


def test_a_store_fits_or_is_behind_or_disagrees_or_is_held_by_another(tmp_path: Path) -> None:
    def found(store: Store | DogearError, folder: Path | None = tmp_path) -> Check:
        return checks.check_store(folder, lambda: opening(store), lambda: [review])

    review = ClubText("7", "1", "hound", "Howls.", Reveals(), 4, None)
    assert found(Store(), None) == Check("Vector store", True, "the store, fits the library and 1 review")
    late = found(Store("a", "b", "c", "d"))
    assert (late.found, late.serious) == ("the store: out of date for 4 (a, b, c …)", False)
    odd = found(Store(wrong=["hound is not whole"]))
    assert (odd.ok, odd.serious, odd.found) == (False, False, "hound is not whole")
    assert "The next start of the bot puts it right" in odd.cure
    held = found(DogearError("Process 7 holds it."))
    assert (held.ok, held.serious, held.cure) == (False, True, "Process 7 holds it.")


@contextmanager
def behind(settings: Settings, library: Library) -> Iterator[Retriever]:
    yield Store(*library.books)


@pytest.fixture
def look() -> DoctorTools:
    """DoctorTools that find a sound model, a store that is behind, no chat server, and a Discord that knows the bot."""
    return DoctorTools(
        published_model=lambda: Path("model"),
        open_store=behind,
        look_through=lambda library, slug: outlook(library.books[slug], library.documents[slug], {}, Audience()),
        try_model=lambda _: Trial(False, "is no chat server", "Correct OPENAI_BASE_URL."),
        sign_in=lambda _: Check("Discord", True, "the token is Dogear#0042’s"),
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
        "Python", "Settings", "Embedding model", "Data folder", "Club data", "Shards", "Library", "Book",
        "Vector store", "Chat model", "Discord",
    ]  # fmt: skip
    assert [check.name for check in found if not check.ok] == ["Vector store", "Discord"]
    assert not any(check.serious for check in found if not check.ok)


def test_what_is_set_is_tried(look: DoctorTools, library: Path, tmp_path: Path) -> None:
    environment = {"DISCORD_TOKEN": TOKEN, "CHAT_MODEL": "openai:some"}
    found = list(examine(environment, look, library, tmp_path))
    assert found[-2:] == [
        Check("Chat model", False, "openai:some is no chat server", "Correct OPENAI_BASE_URL."),
        Check("Discord", True, "the token is Dogear#0042’s"),
    ]
    assert TOKEN not in str(found)


def test_a_model_whose_weights_were_changed_keeps_the_store_closed(
    look: DoctorTools, library: Path, tmp_path: Path
) -> None:
    def changed() -> Path:
        raise DogearError("These are not the published weights.")

    found = {check.name: check for check in examine({}, replace(look, published_model=changed), library, tmp_path)}
    assert found["Embedding model"].cure == "These are not the published weights."
    assert "Vector store" not in found


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
        "1 to fix, 1 can wait.",
    ]


def test_no_secret_is_shown(look: DoctorTools, library: Path, tmp_path: Path) -> None:
    environment = {"DISCORD_TOKEN": SECRET, "OPENAI_API_KEY": SECRET, "CHAT_MODEL": "openai:some"}
    text, _ = shown(list(examine(environment, look, library=library, data=tmp_path)))
    assert SECRET not in text
