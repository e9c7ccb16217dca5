"""What members bring of their own: lists of books by site, and what they highlighted in books that are known."""

from pathlib import Path

import pytest

from corpus.books import Book, Unit
from corpus.errors import ImportRefused
from corpus.importing.exports import MAX_LISTED, ListedBook, highlights, listed_books, site_of
from corpus.importing.files import read_file

PAGES = Path(__file__).parent / "pages"
GOODREADS, STORYGRAPH = ((PAGES / f"list-{site}.csv").read_text("utf-8") for site in ("goodreads", "storygraph"))
LAMP = Book("the-lamp", "The Lamp", "Ada Winterbourne", Unit.CHAPTER, 12, pages=288)


def test_a_list_says_shelves_and_stars_and_which_site_it_is_from() -> None:
    assert (site_of(GOODREADS), site_of(STORYGRAPH)) == ("Goodreads", "The StoryGraph")
    assert site_of("title, a story\nOnce upon a time, there was a comma.") == ""
    assert listed_books(GOODREADS) == [
        ListedBook("The Lamp at Sorrel Quay", "finished", 4), ListedBook("The Glass Orchard", "want to read"),
        ListedBook("Dune", "set aside", 2),
    ]  # fmt: skip
    assert listed_books(STORYGRAPH) == [ListedBook("Vellichor", "reading"), ListedBook("Tides", "set aside", 4)]


def test_a_list_of_any_length_is_read_up_to_a_bound() -> None:
    rows = "".join(f"{n},Book {n},A.,0,read,\n" for n in range(MAX_LISTED + 10))
    assert len(listed_books(GOODREADS.partition("\n")[0] + "\n" + rows)) == MAX_LISTED


def test_a_table_is_read_as_far_as_it_is_one() -> None:
    assert listed_books(GOODREADS.replace("\n", "\r")) == listed_books(GOODREADS)
    assert listed_books(f"{GOODREADS}5,{'x' * 200_000},Nobody,1,read,\n") == listed_books(GOODREADS)


def test_highlights_stand_at_their_page_or_at_the_end_in_books_that_are_known() -> None:
    found = highlights(read_file(PAGES / "clippings.txt"), {LAMP.slug: LAMP})
    assert found == {LAMP.slug: {"The lamp had been trimmed.": 2, "No page is known of this.": 12}}


@pytest.mark.parametrize("site", ["goodreads", "storygraph"])
def test_a_list_is_no_page_about_a_book_and_its_owner_is_told_what_to_do(site: str) -> None:
    with pytest.raises(ImportRefused, match="/shelf import"):
        read_file(PAGES / f"list-{site}.csv")
