"""A reader: where they are, and how that is said and kept."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.reader import NAME, PositionsFile, Reader, told_place
from corpus.books import Book, Unit
from corpus.errors import DogearError, PositionError
from corpus.names import UnknownBook
from tests.corpus.shelf import PEOPLE, TINKER, novel

BOOK, OTHER = novel(PEOPLE, 27), novel(TINKER, 38)
BOOKS = {PEOPLE: BOOK, TINKER: OTHER}


def positions(reader: Reader, *books: Book) -> dict[str, int]:
    return reader.positions({book.slug: book for book in books or (BOOK, OTHER)})


def test_a_report_is_a_position_and_a_later_one_replaces_it() -> None:
    reader = Reader().moved(BOOK, 9).moved(OTHER, 38).moved(BOOK, 4)
    assert positions(reader) == {PEOPLE: 4, TINKER: 38}


def test_who_reports_the_middle_of_a_book_turns_to_it() -> None:
    reader = Reader().moved(BOOK, 9)
    assert reader.book == PEOPLE
    assert reader.moved(OTHER, 3).book == TINKER


def test_reporting_another_book_as_finished_or_not_started_turns_nowhere() -> None:
    reader = Reader().moved(BOOK, 9)
    assert reader.moved(OTHER, 38).book == PEOPLE
    assert reader.moved(OTHER, 0).book == PEOPLE


def test_a_finished_book_is_turned_to_where_none_is_at_hand() -> None:
    assert Reader().moved(OTHER, 38).book == TINKER


def test_a_place_in_another_book_turns_to_it_also_from_a_chosen_one() -> None:
    reader = Reader().turned(BOOK).moved(OTHER, 3)
    assert reader.book == TINKER
    assert reader.turned(None).book is None


def test_a_book_that_the_library_does_not_have_is_not_at_hand_and_is_kept() -> None:
    reader = Reader().moved(BOOK, 9)
    assert reader.at_hand({TINKER: OTHER}) is None
    assert positions(reader, OTHER) == {}
    assert positions(reader, BOOK) == {PEOPLE: 9}


def test_a_position_outlives_a_corrected_number_of_chapters_but_no_other_way_of_counting() -> None:
    reader = Reader().moved(BOOK, 9)
    assert positions(reader, replace(BOOK, marks=30)) == {PEOPLE: 9}
    assert positions(reader, replace(BOOK, marks=18)) == {PEOPLE: 6}
    assert positions(reader, replace(BOOK, unit=Unit.PART)) == {PEOPLE: 0}
    assert positions(reader.moved(BOOK, 27), replace(BOOK, marks=100, unit=Unit.PERCENT)) == {PEOPLE: 100}


def test_one_book_or_all_are_cleared() -> None:
    reader = Reader().moved(BOOK, 9).moved(OTHER, 3)
    assert positions(reader.cleared(OTHER)) == {PEOPLE: 9}
    assert positions(reader.cleared()) == {}


KEPT = Reader().moved(novel(), 9).moved(novel(TINKER, 38), 38).turned(novel())


def broken(data: Path, content: str | bytes) -> tuple[Reader, str]:
    path = data / NAME
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return PositionsFile(data).read()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    PositionsFile(tmp_path / "new").write(KEPT)
    assert PositionsFile(tmp_path / "new").read() == (KEPT, "")


def test_the_file_is_for_its_owner_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    PositionsFile(tmp_path).write(KEPT)
    PositionsFile(tmp_path).write(Reader())
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


RELEASED = """
{"version": 1, "book": "smileys-people", "chosen": false, "before": [{}], "places": {
 "smileys-people": {"marks": 9, "of": 27, "unit": "chapter"}}}
"""


def test_the_file_of_a_released_version_is_read(tmp_path: Path) -> None:
    assert broken(tmp_path, RELEASED) == (Reader().moved(BOOK, 9), "")


@pytest.mark.parametrize("content", ["", "[]", b"\xff\xfe\x00", "[" * 100_000, RELEASED.replace("9", '"nine"')])
def test_a_file_that_cannot_be_understood_is_set_aside_and_told_of(tmp_path: Path, content: str | bytes) -> None:
    reader, trouble = broken(tmp_path, content)
    aside = tmp_path / f"{NAME}.broken"
    assert reader == Reader()
    assert str(aside) in trouble
    assert aside.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert PositionsFile(tmp_path).read() == (Reader(), "")


def test_where_nothing_can_be_written_it_says_so_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder", encoding="utf-8")
    assert "for this conversation only" in PositionsFile(tmp_path / "data").write(KEPT)
    assert (tmp_path / "data").read_text(encoding="utf-8") == "a file, not a folder"


def test_a_file_that_may_not_be_read_is_left_where_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    reader, trouble = PositionsFile(tmp_path).read()
    assert reader == Reader()
    assert "cannot be read" in trouble
    assert (tmp_path / NAME).is_dir()


NUMBER = replace(novel("1984", 24), title="1984", aliases=("1984 Part One",))
SHELF = {
    PEOPLE: replace(novel(PEOPLE), title="Smiley's People"),
    TINKER: replace(novel(TINKER, 38), title="Tinker Tailor Soldier Spy", aliases=("Tinker",)),
    "1984": NUMBER,
}


def told(typed: str, here: Book | None = None) -> tuple[str, int | None]:
    book, marks = told_place(typed, SHELF, here)
    return book.slug, marks


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("smileys-people ch 9", (PEOPLE, 9)),
        ("Smiley's People ch 9", (PEOPLE, 9)),
        ("Smiley’s People, chapter 9", (PEOPLE, 9)),
        ("“Smiley's People” 9", (PEOPLE, 9)),
        ("smileys-people: 9", (PEOPLE, 9)),
        ("smileys-people = 9", (PEOPLE, 9)),
        ("SMILEYS-PEOPLE finished", (PEOPLE, 27)),
        ("smileys-people  not  started", (PEOPLE, 0)),
        ("Tinker 50%", (TINKER, 19)),
        ("Tinker Tailor Soldier Spy 50%", (TINKER, 19)),
        ("1984 ch 3", ("1984", 3)),
        ("1984 3", ("1984", 3)),
        ("1984", ("1984", None)),
        ("1984 Part One 3", ("1984", 3)),
        ("smileys people", (PEOPLE, None)),
    ],
)
def test_a_book_and_a_place_are_told_apart(typed: str, place: tuple[str, int | None]) -> None:
    assert told(typed) == place


@pytest.mark.parametrize(("typed", "marks"), [("ch 9", 9), ("finished", 27), ("45%", 12), ("9", 9)])
def test_a_place_alone_is_in_the_book_at_hand(typed: str, marks: int) -> None:
    assert told(typed, SHELF[PEOPLE]) == (PEOPLE, marks)


def test_a_place_that_the_book_does_not_have_is_refused_with_what_is_understood() -> None:
    with pytest.raises(PositionError, match="27 chapters"):
        told("smileys-people ch 90")
    with pytest.raises(PositionError, match="Write for example"):
        told("wibble", SHELF[PEOPLE])


@pytest.mark.parametrize("here", [None, SHELF[PEOPLE]])
def test_a_slip_in_a_name_gets_did_you_mean(here: Book | None) -> None:
    with pytest.raises(
        UnknownBook, match=r"I don’t know “smileys-peeple ch 9”\. Did you mean Smiley's People"
    ) as caught:
        told("smileys-peeple ch 9", here)
    assert caught.value.nearest


def test_a_place_that_the_book_at_hand_has_not_is_no_title() -> None:
    with pytest.raises(PositionError, match="has 384 pages, so this is past the end"):
        told("page 900", SHELF[PEOPLE])


def test_without_a_book_at_hand_words_that_name_none_are_an_unknown_book() -> None:
    with pytest.raises(UnknownBook, match="wibble"):
        told("wibble ch 9")
    with pytest.raises(UnknownBook):
        told("")


def test_an_empty_library_knows_no_book() -> None:
    with pytest.raises(UnknownBook, match="no books yet"):
        told_place("smileys-people 9", {}, None)


@given(st.text(), st.sampled_from([None, SHELF[PEOPLE]]))
def test_whatever_is_typed_is_a_place_or_an_error_that_says_what_to_do(typed: str, here: Book | None) -> None:
    with contextlib.suppress(DogearError):
        book, marks = told_place(typed, SHELF, here)
        assert marks is None or 0 <= marks <= book.marks
