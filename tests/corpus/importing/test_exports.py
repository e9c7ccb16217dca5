"""What members bring of their own: lists of books by site, and what they highlighted in books that are known."""

from pathlib import Path

import pytest

from corpus.books import Book, Unit
from corpus.errors import ImportRefused
from corpus.importing.exports import MAX_LISTED, ListedBook, highlights, listed_books, site_of
from corpus.importing.files import read_file

GOODREADS = (
    "Book Id,Title,Author,My Rating,Exclusive Shelf,My Review\n"
    '1,"The Lamp at Sorrel Quay (Sorrel Coast, #1)",Ada Winterbourne,4,read,"Slow, then\nwonderful."\n'
    "2,The Glass Orchard,Tomas Marlow,0,to-read,\n3,Dune,Frank Herbert,2,dnf,\n4,Lists,Nobody,5,my-own-shelf,\n"
)
STORYGRAPH = (
    "\ufeffTitle,Authors,ISBN/UID,Format,Read Status,Star Rating\n"
    "Vellichor,Ortensia Vale,,digital,currently-reading,\nTides,A. Vale,,print,did-not-finish,3.75\n"
)
CLIPPINGS = (
    "The Lamp (Winterbourne, Ada)\n- Your Highlight on page 27 | Added on Monday\n\nThe lamp had been trimmed.\n"
    "==========\nThe Lamp (Winterbourne, Ada)\n- Your Note on page 27 | Added on Monday\n\nmine\n==========\n"
    "The Lamp (Winterbourne, Ada)\n- Your Highlight at location 340-341 | Added\n\nNo page is known of this.\n"
    "==========\nThe Glass Orchard (Marlow)\n- Your Highlight on page 3 | Added\n\nGlass.\n==========\n"
)
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


def test_highlights_stand_at_their_page_or_at_the_end_in_books_that_are_known(tmp_path: Path) -> None:
    path = tmp_path / "My Clippings.txt"
    path.write_text(CLIPPINGS, encoding="utf-8")
    found = highlights(read_file(path), {LAMP.slug: LAMP})
    assert found == {LAMP.slug: {"The lamp had been trimmed.": 2, "No page is known of this.": 12}}


@pytest.mark.parametrize("text", [GOODREADS, STORYGRAPH])
def test_a_list_is_no_page_about_a_book_and_its_owner_is_told_what_to_do(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused, match="/shelf import"):
        read_file(path)
