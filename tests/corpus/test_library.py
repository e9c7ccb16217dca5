"""A library: whatever is wrong with a book is told with file, line and cure, and the other books load."""

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus import documents, library
from corpus.books import BookPart, Edition, Ratings, Requirement, Reveals, SimilarBook
from corpus.errors import LibraryProblem
from corpus.library import NAME, Library, ReadingCache
from tests.corpus.shelf import PEOPLE, TINKER, Shelf

WHOLE = 'title = "Tinker"\nauthor = "John le Carré"\nunit = "chapter"\nmarks = 38\n'


def problem_with(shelf: Shelf) -> LibraryProblem:
    """Return the one thing that is wrong, once it is sure that the other book was read."""
    library = shelf.load()
    assert PEOPLE in library.books
    (problem,) = library.problems
    return problem


def test_a_book_with_all_its_fields(shelf: Shelf) -> None:
    shelf.write(
        TINKER,
        "book.toml",
        """
        title = "Tinker Tailor  Soldier Spy"
        author = "John le Carré"
        year = 1974
        series = "George Smiley"
        series_number = 5.5
        unit = "chapter"
        marks = 3
        aliases = ["Tinker Tailor", " "]
        pages = 384
        mark_ends = [10, 10, 380]
        story_time = 1973
        language = "English"
        isbn = 9780143119784
        first_published = 1974-06-01T12:00:00

        [[parts]]
        title = "Part One"
        last_mark = 2
        [[parts]]
        last_mark = 3

        [[requires]]
        book = "the-spy-who-came-in-from-the-cold"
        need = "first"
        reason = "It shows the Circus at its coldest."
        [[requires]]
        book = "call-for-the-dead"
        reveals = 2

        [[similar]]
        title = "Game, Set and Match"
        author = "Len Deighton"
        series = "Bernard Samson"
        series_number = "1-3"
        [[similar]]
        title = "The Human Factor"

        [ratings]
        average = 3.9
        count = 14248
        reviews = 1608
        source = "Goodreads"
        as_of = 2019-02-11

        [[editions]]
        format = "Audio CD"
        publisher = "Penguin Audiobooks"
        published = 2017-09-26
        """,
    )
    library = shelf.load()
    assert library.problems == ()
    book = library.books[TINKER]
    assert book.title == "Tinker Tailor Soldier Spy"
    assert (book.year, book.series, book.series_number, book.story_time) == (1974, "George Smiley", 5.5, 1973)
    assert (book.pages, book.mark_ends, book.isbn, book.language) == (384, (10, 10, 380), "9780143119784", "English")
    assert book.aliases == ("Tinker Tailor",)
    assert book.first_published == dt.date(1974, 6, 1)
    assert book.parts == (BookPart("Part One", 2), BookPart("Part 2", 3))
    assert book.requires == (
        Requirement(
            "the-spy-who-came-in-from-the-cold", "first", "It shows the Circus at its coldest.", Reveals.of({TINKER: 0})
        ),
        Requirement("call-for-the-dead", "helps", "", Reveals.of({TINKER: 2})),
    )
    assert book.similar == (
        SimilarBook("Game, Set and Match", "Len Deighton", "Bernard Samson", "1-3"),
        SimilarBook("The Human Factor"),
    )
    assert book.ratings == Ratings(3.9, 14248, 1608, "Goodreads", dt.date(2019, 2, 11))
    assert book.editions == (Edition("Audio CD", "Penguin Audiobooks", dt.date(2017, 9, 26)),)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "“title” is missing. Write title = \"Smiley's People\"."),
        ('title = "Tinker"\nunit = "chapter"\nmarks = 38\n', 0, "“author” is missing."),
        (WHOLE.replace('"Tinker"', '"  "'), 1, "“title” is wrong: String should have at least 1 character."),
        (WHOLE.replace('"Tinker"', "7"), 1, "“title” is wrong: it should be a valid string."),
        (WHOLE.replace('"chapter"', '"verse"'), 3, "it should be 'chapter', 'part', 'section', 'percent' or 'page'."),
        (WHOLE.replace('"chapter"', '"Chapter"'), 3, "“unit” is wrong"),
        (WHOLE.replace("38", "0"), 4, "it should be greater than or equal to 1."),
        (WHOLE.replace("38", "-1"), 4, "it should be greater than or equal to 1."),
        (WHOLE.replace("38", "1_000_000"), 4, "it should be less than or equal to 100000."),
        (WHOLE.replace("38", "38.0"), 4, "“marks” is wrong: it should be a valid integer. Write marks = 27."),
        (WHOLE.replace("38", "true"), 4, "“marks” is wrong: it should be a valid integer."),
        (WHOLE.replace("38", '"38"'), 4, "“marks” is wrong: it should be a valid integer."),
        (WHOLE.replace("38", "9" * 5_000), 0, "is not TOML"),
        (WHOLE + "year = \n", 5, "is not TOML"),
        (WHOLE + 'series = "George', 5, "is not TOML"),
        (WHOLE + "pages = 1\npages = 2\n", 6, "is not TOML"),
        (WHOLE + "x = " + "[" * 30_000, 0, "is not TOML"),
        (WHOLE + "x = " + "{a=" * 15_000, 0, "is not TOML"),
        (WHOLE + "a." * 30_000 + "a = 1\n", 5, "holds too many full stops"),
        (WHOLE + 'why = "' + "x" * 70_000 + '"\n', 0, "is larger than 64 kB"),
    ],
)  # fmt: skip
def test_a_book_that_cannot_be_read_is_left_out(shelf: Shelf, text: str, line: int, words: str) -> None:
    shelf.write(TINKER, "book.toml", text)
    start = time.thread_time()
    problem = problem_with(shelf)
    assert time.thread_time() - start < 2
    assert problem.path == shelf.folder / TINKER / "book.toml"
    assert words in str(problem)
    assert problem.fatal
    assert line in (0, problem.line)
    assert shelf.load().books.keys() == {PEOPLE}


@pytest.mark.parametrize("name", ["book.toml", "notes.md"])
def test_a_file_that_is_not_utf_8(shelf: Shelf, name: str) -> None:
    shelf.book(TINKER, 38)
    (shelf.folder / TINKER / name).write_bytes(WHOLE.encode() + "\n# Carré".encode("latin-1"))
    problem = problem_with(shelf)
    assert (problem.path.name, problem.line) == (name, 6)
    assert "Save the file as UTF-8." in str(problem)


@pytest.mark.parametrize("name", ["book.toml", "notes.md"])
def test_a_file_that_is_a_folder(shelf: Shelf, name: str) -> None:
    if name != "book.toml":
        shelf.book(TINKER, 38)
    (shelf.folder / TINKER / name).mkdir(parents=True)
    assert "is not a file" in str(problem_with(shelf))


@pytest.mark.parametrize("name", ["book.toml", "notes.md"])
def test_a_pipe_is_not_waited_for(shelf: Shelf, name: str) -> None:
    if name != "book.toml":
        shelf.book(TINKER, 38)
    (shelf.folder / TINKER).mkdir(exist_ok=True)
    os.mkfifo(shelf.folder / TINKER / name)
    assert "is not a file" in str(problem_with(shelf))


@pytest.mark.parametrize("name", ["book.toml", "notes.md"])
def test_links_out_of_a_folder_are_not_followed(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.write_text(WHOLE, encoding="utf-8")
    if name != "book.toml":
        shelf.book(TINKER, 38)
    (shelf.folder / TINKER).mkdir(exist_ok=True)
    (shelf.folder / TINKER / name).symlink_to(outside)
    assert "is a link out of its folder" in str(problem_with(shelf))


def test_a_book_that_is_a_link_out_of_the_library(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = Shelf(tmp_path_factory.mktemp("outside"))
    (shelf.folder / TINKER).symlink_to(outside.folder / PEOPLE, target_is_directory=True)
    assert "is a link out of the library" in str(problem_with(shelf))


def test_a_huge_document_is_left_out(shelf: Shelf) -> None:
    shelf.write(PEOPLE, "huge.md", "word " * 1_100_000)
    shelf.write(PEOPLE, "notes.md", "One.")
    assert "is larger than 5000 kB" in str(problem_with(shelf))
    assert [document.name for document in shelf.load().documents[PEOPLE]] == ["notes.md"]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ('year = "1974"', "“year” is left out: it should be a valid integer"),
        ("year = 19740", "“year” is left out: it should be less than or equal to 3000"),
        ("series = 5", "“series” is left out: it should be a valid string"),
        ("series_number = nan", "“series_number” is left out"),
        ("series_number = true", "“series_number” is left out: it should be a valid number"),
        ('aliases = "TTSS"', "“aliases” is left out"),
        ("aliases = [1]", "An entry of “aliases” is left out: it should be a valid string"),
        ("pages = 0", "“pages” is left out: it should be greater than or equal to 1"),
        ("mark_ends = [1, 2]", "Write 38 rising page numbers"),
        ("lengths = [900, 800]", "Write 38 numbers, one for each mark"),
        (f"lengths = [{', '.join('0' for _ in range(38))}]", "“lengths” is left out"),
        (f"mark_ends = [{', '.join(str(-n) for n in range(38))}]", "“mark_ends” is left out"),
        ("[[parts]]\nlast_mark = 39", "“parts” is left out"),
        ("[[parts]]\nlast_mark = 9\n[[parts]]\nlast_mark = 9", "“parts” is left out"),
        ('[[parts]]\nlast_mark = "9"', "“parts” is left out"),
        ('[[requires]]\nbook = "smileys-people"\nneed = "maybe"', "An entry of “requires” is left out"),
        ('[[requires]]\nneed = "first"', "An entry of “requires” is left out"),
        (f'[[requires]]\nbook = "{TINKER}"', "An entry of “requires” is left out"),
        ("[[requires]]\nbook = [1]", "An entry of “requires” is left out"),
        ('[[requires]]\nbook = "smileys-people"\nreveals = 99', "hidden until the end"),
        ('[[similar]]\nauthor = "Len Deighton"', "An entry of “similar” is left out"),
        ("[ratings]\naverage = 6", "“ratings” is left out"),
        ("[ratings]\naverage = nan", "“ratings” is left out"),
        ("[ratings]\naverage = 3.9\ncount = -1", "“ratings” is left out"),
        ("[[editions]]\nformat = [1]", "An entry of “editions” is left out"),
        ("colour = 1", "“colour” is not a field that Dogear knows"),
    ],
)
def test_a_wrong_field_is_left_out_and_told(shelf: Shelf, field: str, words: str) -> None:
    shelf.write(TINKER, "book.toml", f"{WHOLE}{field}\n")
    problem = problem_with(shelf)
    assert words in str(problem)
    assert problem.line >= 5
    assert not problem.fatal
    assert shelf.load().books[TINKER].marks == 38


def test_a_wrong_reveals_of_a_reason_hides_it(shelf: Shelf) -> None:
    shelf.write(TINKER, "book.toml", f'{WHOLE}[[requires]]\nbook = "smileys-people"\nreveals = "x"\n')
    assert shelf.load().books[TINKER].requires[0].reveals == Reveals.of({TINKER: 38})


def test_fields_that_are_not_known_are_kept(shelf: Shelf) -> None:
    shelf.write(TINKER, "book.toml", f"{WHOLE}colour = 1\n")
    assert shelf.load().books[TINKER].extra == {"colour": 1}


def test_only_folders_that_are_seen_are_books(shelf: Shelf) -> None:
    shelf.write(".git", "config", "x")
    shelf.folder.joinpath("README.md").write_text("One.", encoding="utf-8")
    shelf.write(PEOPLE, ".notes.md", "One.")
    shelf.write(PEOPLE, "notes.txt", "One.")
    library = shelf.load()
    assert library.problems == ()
    assert library.books.keys() == {PEOPLE}
    assert library.documents[PEOPLE] == ()


def test_a_library_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    for folder in (tmp_path / "nowhere", file):
        with pytest.raises(LibraryProblem, match="cannot be read as a folder"):
            Library.load(folder)
    assert Library.load(tmp_path).books == {}


def test_a_fingerprint_changes_with_what_was_read(shelf: Shelf) -> None:
    shelf.book(TINKER, 38)
    shelf.write(PEOPLE, "notes.md", "One.")
    before = shelf.load()
    again = shelf.load()
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: 7 -->\nOne.")
    after = shelf.load()
    assert before.fingerprint(PEOPLE) == again.fingerprint(PEOPLE) != after.fingerprint(PEOPLE)
    assert before.fingerprint(TINKER) == after.fingerprint(TINKER)
    assert before.fingerprint(TINKER) != before.fingerprint(PEOPLE)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def started(tmp_path: Path, data: Path) -> Callable[[], Library]:
    """What a start does, with the readings of the one before."""

    def start() -> Library:
        kept = ReadingCache(data)
        library = Library.load(tmp_path / "library", kept)
        kept.save()
        return library

    return start


@pytest.fixture
def two_books(tmp_path: Path) -> Shelf:
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
    two_books: Shelf, started: Callable[[], Library], opened: list[str]
) -> None:
    first = started()
    assert opened == [PEOPLE, TINKER]
    again = started()
    assert opened == [PEOPLE, TINKER]
    assert [again.fingerprint(slug) for slug in again.books] == [first.fingerprint(slug) for slug in first.books]
    assert again.documents[PEOPLE] == first.documents[PEOPLE] != ()
    assert opened == [PEOPLE, TINKER, PEOPLE]
    assert two_books.load().fingerprint(PEOPLE) == again.fingerprint(PEOPLE)


@pytest.mark.parametrize("text", ["<!-- reveals: 8 -->\nOne.", "<!-- reveals: 7 -->\nOne, two."])
def test_a_document_that_has_changed_is_read_anew(
    two_books: Shelf, started: Callable[[], Library], opened: list[str], text: str
) -> None:
    before = started()
    two_books.write(PEOPLE, "notes.md", text)
    opened.clear()
    after = started()
    assert opened == [PEOPLE]
    assert after.fingerprint(PEOPLE) != before.fingerprint(PEOPLE)
    assert after.fingerprint(TINKER) == before.fingerprint(TINKER)
    assert started().fingerprint(PEOPLE) == after.fingerprint(PEOPLE)


def test_a_document_more_less_or_by_another_name_is_noticed(
    two_books: Shelf, started: Callable[[], Library], opened: list[str]
) -> None:
    found = {started().fingerprint(PEOPLE)}
    more = two_books.write(PEOPLE, "more.md", "<!-- reveals: 7 -->\nMore.")
    found.add(started().fingerprint(PEOPLE))
    more.rename(more.with_name("review.md"))
    found.add(started().fingerprint(PEOPLE))
    (two_books.folder / PEOPLE / "notes.md").unlink()
    found.add(started().fingerprint(PEOPLE))
    assert len(found) == 4


def test_another_book_may_change_what_a_label_means(
    two_books: Shelf, started: Callable[[], Library], opened: list[str]
) -> None:
    assert not started().problems
    two_books.book(PEOPLE, 2)
    after = started()
    assert [problem.path.parent.name for problem in after.problems] == [PEOPLE, TINKER]
    assert after.fingerprint(TINKER) == two_books.load().fingerprint(TINKER)


def test_mistakes_are_told_at_every_start(two_books: Shelf, started: Callable[[], Library]) -> None:
    two_books.write(PEOPLE, "notes.md", "<!-- reveals: seven -->\nOne.")
    told = [[str(problem) for problem in library.problems] for library in (started(), started(), two_books.load())]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 1


def test_a_file_that_cannot_be_read_is_told_at_every_start(two_books: Shelf, started: Callable[[], Library]) -> None:
    (two_books.folder / PEOPLE / "away.md").symlink_to(two_books.folder / "nowhere")
    told = [[str(problem) for problem in started().problems] for _ in range(3)]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 1


def test_other_code_reads_anew(
    two_books: Shelf, started: Callable[[], Library], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started()
    opened.clear()
    monkeypatch.setattr(library, "_reader", lambda: b"another one")
    started()
    assert opened == [PEOPLE, TINKER]


def test_what_changes_between_a_start_and_its_reading_counts_as_it_is_read(
    two_books: Shelf, started: Callable[[], Library]
) -> None:
    before = started().fingerprint(PEOPLE)
    library = started()
    two_books.write(PEOPLE, "notes.md", "<!-- reveals: 9 -->\nOne.")
    assert library.fingerprint(PEOPLE) == before
    assert library.documents[PEOPLE][0].blocks[0].reveals == two_books.load().documents[PEOPLE][0].blocks[0].reveals
    assert library.fingerprint(PEOPLE) == two_books.load().fingerprint(PEOPLE) != before


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    two_books: Shelf, started: Callable[[], Library], opened: list[str], monkeypatch: pytest.MonkeyPatch
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
    assert after.fingerprint(PEOPLE) == two_books.load().fingerprint(PEOPLE)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"a": 7}', "[" * 100_000, "\x00", '{"a": "b"}'])
def test_a_file_that_is_damaged_is_made_anew(
    two_books: Shelf, data: Path, started: Callable[[], Library], opened: list[str], text: str
) -> None:
    started()
    (data / NAME).write_text(text, encoding="utf-8")
    opened.clear()
    started()
    assert opened == [PEOPLE, TINKER]
    assert len(json.loads((data / NAME).read_text(encoding="utf-8"))) == 2


def test_where_nothing_can_be_written_the_next_start_reads_anew(
    two_books: Shelf, data: Path, started: Callable[[], Library], opened: list[str]
) -> None:
    data.write_text("no folder", encoding="utf-8")
    started()
    started()
    assert opened == [PEOPLE, TINKER] * 2
    assert data.read_text(encoding="utf-8") == "no folder"


def test_books_that_are_gone_are_not_kept(two_books: Shelf, data: Path, started: Callable[[], Library]) -> None:
    started()
    (two_books.folder / TINKER / "notes.md").unlink()
    (two_books.folder / TINKER / "book.toml").unlink()
    started()
    assert len(json.loads((data / NAME).read_text(encoding="utf-8"))) == 1
    assert [path.name for path in data.iterdir()] == [NAME]
