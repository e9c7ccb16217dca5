"""A library: whatever is wrong with a book is told with file, line and cure, and the other books load."""

import datetime as dt
import time
from pathlib import Path

import pytest

from corpus import documents, library
from corpus.books import BookPart, Edition, Ratings, Requirement, Reveals, SimilarBook
from corpus.errors import LibraryProblem
from corpus.library import Library
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


def test_a_book_file_that_is_a_link_out_of_its_folder_is_not_followed(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.write_text(WHOLE, encoding="utf-8")
    (shelf.folder / TINKER).mkdir()
    (shelf.folder / TINKER / "book.toml").symlink_to(outside)
    assert "is a link out of its folder" in str(problem_with(shelf))


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
    assert shelf.load().books[TINKER].extra == ({"colour": 1} if field == "colour = 1" else {})


def test_a_wrong_reveals_of_a_reason_hides_it(shelf: Shelf) -> None:
    shelf.write(TINKER, "book.toml", f'{WHOLE}[[requires]]\nbook = "smileys-people"\nreveals = "x"\n')
    assert shelf.load().books[TINKER].requires[0].reveals == Reveals.of({TINKER: 38})


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
    known = before.documents[PEOPLE]
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: 7 -->\nOne.")
    after = shelf.load()
    assert before.fingerprint(PEOPLE) != after.fingerprint(PEOPLE), "it is that of what was read"
    assert known != after.documents[PEOPLE]
    assert before.fingerprint(TINKER) == after.fingerprint(TINKER) != before.fingerprint(PEOPLE)


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


def test_documents_are_read_when_they_are_asked_for_and_once(shelf: Shelf, opened: list[str]) -> None:
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: seven -->\nOne.")
    library = shelf.load()
    assert library.fingerprint(PEOPLE)
    assert (opened, library.found) == ([], [])
    assert library.documents[PEOPLE] is library.documents[PEOPLE]
    assert len(library.problems) == len(library.problems) == 1
    assert opened == [PEOPLE]


def test_a_document_more_less_or_by_another_name_and_other_code_make_another_fingerprint(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fingerprint() -> str:
        return shelf.load().fingerprint(PEOPLE)

    shelf.write(PEOPLE, "notes.md", "One.")
    found = {fingerprint()}
    more = shelf.write(PEOPLE, "more.md", "More.")
    found.add(fingerprint())
    more.rename(more.with_name("review.md"))
    found.add(fingerprint())
    (shelf.folder / PEOPLE / "notes.md").unlink()
    found.add(fingerprint())
    (shelf.folder / PEOPLE / "notes.md").symlink_to(shelf.folder / "nowhere")
    found.add(fingerprint())
    monkeypatch.setattr(library, "_reader", lambda: b"another one")
    found.add(fingerprint())
    assert len(found) == 6
