"""A reader: where they are, which book is at hand, and what can be undone."""

from __future__ import annotations

from dataclasses import replace

from bot.cli.asking import UNDOABLE, Reader
from corpus.books import Book, Unit
from tests.corpus.shelf import PEOPLE, TINKER, novel

BOOK, OTHER = novel(PEOPLE, 27), novel(TINKER, 38)
BOOKS = {PEOPLE: BOOK, TINKER: OTHER}


def positions(reader: Reader, *books: Book) -> dict[str, int]:
    return reader.positions({book.slug: book for book in books or (BOOK, OTHER)})


def test_a_new_reader_is_nowhere() -> None:
    assert Reader().at_hand(BOOKS) is None
    assert positions(Reader()) == {}


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


def test_a_book_that_was_chosen_stays_at_hand() -> None:
    reader = Reader().turned(BOOK).moved(OTHER, 3)
    assert reader.book == PEOPLE
    assert reader.turned(None).book is None


def test_a_book_that_the_library_does_not_have_is_not_at_hand_and_is_kept() -> None:
    reader = Reader().moved(BOOK, 9)
    assert reader.at_hand({TINKER: OTHER}) is None
    assert positions(reader, OTHER) == {}
    assert positions(reader, BOOK) == {PEOPLE: 9}


def test_a_position_does_not_outlive_another_way_of_counting() -> None:
    reader = Reader().moved(BOOK, 9)
    assert positions(reader, replace(BOOK, marks=30)) == {PEOPLE: 0}
    assert positions(reader, replace(BOOK, unit=Unit.PART)) == {PEOPLE: 0}


def test_a_finished_book_stays_finished_however_it_is_counted() -> None:
    reader = Reader().moved(BOOK, 27)
    assert positions(reader, replace(BOOK, marks=100, unit=Unit.PERCENT)) == {PEOPLE: 100}


def test_undo_takes_back_one_change_after_the_other() -> None:
    reader = Reader().moved(BOOK, 9).moved(OTHER, 3).cleared()
    assert positions(reader) == {}
    back = reader.undone()
    assert back is not None
    assert positions(back) == {PEOPLE: 9, TINKER: 3}
    again = back.undone()
    assert again is not None
    assert positions(again) == {PEOPLE: 9}
    assert again.undone() is not None
    assert Reader().undone() is None


def test_what_changes_nothing_is_nothing_to_undo() -> None:
    reader = Reader().moved(BOOK, 9)
    assert reader.moved(BOOK, 9).before == reader.before
    assert Reader().cleared().before == ()


def test_only_the_last_changes_can_be_undone() -> None:
    reader = Reader()
    for marks in range(1, 27):
        reader = reader.moved(BOOK, marks)
    assert len(reader.before) == UNDOABLE


def test_one_book_or_all_are_cleared() -> None:
    reader = Reader().moved(BOOK, 9).moved(OTHER, 3)
    assert positions(reader.cleared(OTHER)) == {PEOPLE: 9}
    assert positions(reader.cleared()) == {}
