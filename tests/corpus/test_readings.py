"""What was read of books at an earlier start: trusted while nothing has changed that a reading depends on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus import documents, library
from corpus.library import NAME, Library, Readings
from tests.corpus.shelf import PEOPLE, TINKER, Shelf


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def started(tmp_path: Path, data: Path) -> Callable[[], Library]:
    """What a start does, with the readings of the one before."""

    def start() -> Library:
        kept = Readings(data)
        library = Library.load(tmp_path / "library", kept)
        kept.save()
        return library

    return start


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Two books with one document each."""
    made = Shelf(tmp_path / "library")
    made.book(TINKER, 38)
    made.write(PEOPLE, "notes.md", "<!-- reveals: 7 -->\nOne.")
    made.write(TINKER, "notes.md", "<!-- reveals: 7, smileys-people=3 -->\nTwo.")
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The books of which documents are read, in turn."""
    found: list[str] = []
    before = documents.read_document

    def noted(path: Path, *rest: object) -> object:
        found.append(path.parent.name)
        return before(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "read_document", noted)
    return found


def test_documents_that_are_as_they_were_are_read_when_they_are_asked_for(
    shelf: Shelf, started: Callable[[], Library], opened: list[str]
) -> None:
    first = started()
    assert opened == [PEOPLE, TINKER]
    again = started()
    assert opened == [PEOPLE, TINKER]
    assert [again.fingerprint(slug) for slug in again.books] == [first.fingerprint(slug) for slug in first.books]
    assert again.documents[PEOPLE] == first.documents[PEOPLE] != ()
    assert opened == [PEOPLE, TINKER, PEOPLE]
    assert again.documents == first.documents
    assert shelf.load().fingerprint(PEOPLE) == again.fingerprint(PEOPLE)


@pytest.mark.parametrize("text", ["<!-- reveals: 8 -->\nOne.", "<!-- reveals: 7 -->\nOne, two."])
def test_a_document_that_has_changed_is_read_anew(
    shelf: Shelf, started: Callable[[], Library], opened: list[str], text: str
) -> None:
    before = started()
    shelf.write(PEOPLE, "notes.md", text)
    opened.clear()
    after = started()
    assert opened == [PEOPLE]
    assert after.fingerprint(PEOPLE) != before.fingerprint(PEOPLE)
    assert after.fingerprint(TINKER) == before.fingerprint(TINKER)
    assert started().fingerprint(PEOPLE) == after.fingerprint(PEOPLE)


def test_a_document_more_less_or_by_another_name_is_noticed(
    shelf: Shelf, started: Callable[[], Library], opened: list[str]
) -> None:
    found = {started().fingerprint(PEOPLE)}
    more = shelf.write(PEOPLE, "more.md", "<!-- reveals: 7 -->\nMore.")
    found.add(started().fingerprint(PEOPLE))
    more.rename(more.with_name("review.md"))
    found.add(started().fingerprint(PEOPLE))
    (shelf.folder / PEOPLE / "notes.md").unlink()
    found.add(started().fingerprint(PEOPLE))
    assert len(found) == 4


def test_another_book_may_change_what_a_label_means(
    shelf: Shelf, started: Callable[[], Library], opened: list[str]
) -> None:
    assert not started().problems
    shelf.book(PEOPLE, 2)
    after = started()
    assert [problem.path.parent.name for problem in after.problems] == [PEOPLE, TINKER]
    assert after.fingerprint(TINKER) == shelf.load().fingerprint(TINKER)


def test_mistakes_are_told_at_every_start(shelf: Shelf, started: Callable[[], Library]) -> None:
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: seven -->\nOne.")
    told = [[str(problem) for problem in library.problems] for library in (started(), started(), shelf.load())]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 1


def test_a_file_that_cannot_be_read_is_told_at_every_start(shelf: Shelf, started: Callable[[], Library]) -> None:
    (shelf.folder / PEOPLE / "away.md").symlink_to(shelf.folder / "nowhere")
    told = [[str(problem) for problem in started().problems] for _ in range(3)]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 1


def test_other_code_reads_anew(
    shelf: Shelf, started: Callable[[], Library], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started()
    opened.clear()
    monkeypatch.setattr(library, "_reader", lambda: b"another one")
    started()
    assert opened == [PEOPLE, TINKER]


def test_what_changes_between_a_start_and_its_reading_counts_as_it_is_read(
    shelf: Shelf, started: Callable[[], Library]
) -> None:
    before = started().fingerprint(PEOPLE)
    library = started()
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: 9 -->\nOne.")
    assert library.fingerprint(PEOPLE) == before
    assert library.documents[PEOPLE][0].blocks[0].reveals == shelf.load().documents[PEOPLE][0].blocks[0].reveals
    assert library.fingerprint(PEOPLE) == shelf.load().fingerprint(PEOPLE) != before


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    shelf: Shelf, started: Callable[[], Library], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = documents.read_document

    def edited(path: Path, *rest: object) -> object:
        found = before(path, *rest)  # type: ignore[arg-type]
        path.write_text("<!-- reveals: 20 -->\nOne.", encoding="utf-8")
        return found

    with monkeypatch.context() as context:
        context.setattr(library, "read_document", edited)
        started()
    after = started()
    assert after.fingerprint(PEOPLE) == shelf.load().fingerprint(PEOPLE)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"a": 7}', "[" * 100_000, "\x00", '{"a": "b"}'])
def test_a_file_that_is_damaged_is_made_anew(
    shelf: Shelf, data: Path, started: Callable[[], Library], opened: list[str], text: str
) -> None:
    started()
    (data / NAME).write_text(text, encoding="utf-8")
    opened.clear()
    started()
    assert opened == [PEOPLE, TINKER]
    assert len(json.loads((data / NAME).read_text(encoding="utf-8"))) == 2


def test_a_file_that_is_far_too_large_is_not_read(shelf: Shelf, data: Path, started: Callable[[], Library]) -> None:
    started()
    (data / NAME).write_bytes(b" " * (library.MAX_BYTES + 1))
    assert len(started().books) == 2
    assert (data / NAME).stat().st_size < 1_000


def test_where_nothing_can_be_written_the_next_start_reads_anew(
    shelf: Shelf, data: Path, started: Callable[[], Library], opened: list[str]
) -> None:
    data.write_text("no folder", encoding="utf-8")
    started()
    started()
    assert opened == [PEOPLE, TINKER] * 2
    assert data.read_text(encoding="utf-8") == "no folder"


def test_books_that_are_gone_are_not_kept(shelf: Shelf, data: Path, started: Callable[[], Library]) -> None:
    started()
    (shelf.folder / TINKER / "notes.md").unlink()
    (shelf.folder / TINKER / "book.toml").unlink()
    started()
    assert len(json.loads((data / NAME).read_text(encoding="utf-8"))) == 1
    assert [path.name for path in data.iterdir()] == [NAME]
