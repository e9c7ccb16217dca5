"""What a text is about."""

import pytest

from corpus.books import Book, Unit
from corpus.importing.subject import bare_title, is_about, same_title, words

PEOPLE = Book("smileys-people", "Smiley's People", "John le Carré", Unit.CHAPTER, 27, aliases=("Smileys People",))
SPY = Book("the-spy", "The Spy Who Came in from the Cold", "John le Carré", Unit.CHAPTER, 26)
BOOKS = {book.slug: book for book in (PEOPLE, SPY)}


def test_words_are_compared_without_case_accents_and_apostrophes() -> None:
    assert words("Smiley’s PEOPLE, by le Carré") == ["smileys", "people", "by", "le", "carre"]


@pytest.mark.parametrize(
    "title",
    [
        "Barchester Towers (Chronicles of Barsetshire, #2)", "Barchester Towers (novel)",
        "Barchester Towers by Anthony Trollope", "Barchester Towers - Wikipedia",
        "Barchester Towers Summary and Analysis", "Novel: Barchester Towers",
    ],
)  # fmt: skip
def test_what_a_site_adds_to_a_title_is_taken_off(title: str) -> None:
    assert bare_title(title) == "Barchester Towers"


def test_titles_are_the_same_with_or_without_article_and_subtitle() -> None:
    assert same_title("The Warden", "warden")
    assert same_title("Barchester Towers: A Novel", "Barchester Towers")
    assert not same_title("The Warden", "The Warden's Daughter")
    assert not same_title("Barchester Towers", "Framley Parsonage")
    assert not same_title("", "The Warden")


def test_a_text_is_about_a_book_that_it_names() -> None:
    assert is_about("In Smiley’s People, Karla comes over.", ["Smiley's People"], "John le Carré")
    assert is_about("le Carré and the people around Smiley: a good one", ["Smiley and His People"], "John le Carré")
    assert not is_about("All sorts of people smile at le Carré.", ["Smiley's People"], "John le Carré")
    assert not is_about("A recipe for plum cake.", ["Smiley's People"], "John le Carré")


def test_a_title_that_is_a_mere_word_counts_only_beside_its_author() -> None:
    assert not is_about("Emma came to tea.", ["Emma"], "Jane Austen")
    assert is_about("Emma is by Jane Austen.", ["Emma"], "Jane Austen")
