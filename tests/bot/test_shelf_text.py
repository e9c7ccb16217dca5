"""What is said of a shelf, and of a book that was moved on it."""

import datetime as dt

import pytest

from bot.features.shelf.picture import change_sentence, shelf_list
from bot.features.shelf.rules import ShelfChange, ShelfName, Shelved
from corpus.books import Book, Unit

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
WANTED = Shelved("emma", "Emma", ShelfName.WANT, NOON, "emma")
READ = Shelved("emma", "Emma", ShelfName.FINISHED, NOON, "emma")
OWN = Shelved("dune", "Dune", ShelfName.WANT, NOON)


def test_a_shelf_is_told_part_by_part_with_authors_that_the_library_knows() -> None:
    assert shelf_list([OWN, READ], {"emma": EMMA}) == ["Want to read (1)\n• Dune", "Finished (1)\n• Emma, Jane Austen"]
    assert shelf_list([READ], {}) == ["Finished (1)\n• Emma"]
    assert shelf_list([], {}) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, WANTED, "“Emma” is on your shelf: want to read."),
        (
            None,
            OWN,
            "“Dune” is on your shelf: want to read. It isn’t in the library, so I used the title as you typed it.",
        ),
        (WANTED, READ, "I moved “Emma” from “want to read” to “finished”."),
        (WANTED, WANTED, "“Emma” is already there: want to read."),
        (WANTED, None, "I took “Emma” off your shelf."),
        (None, None, "Your shelf is as it was before."),
    ],
)
def test_a_change_is_one_sentence(before: Shelved | None, after: Shelved | None, said: str) -> None:
    assert change_sentence(ShelfChange(before, after)) == said
