"""Sentences that tell the story of another book."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from corpus.books import Book, Unit
from corpus.importing.draft import END, Ledger, Setting
from corpus.importing.wikipedia import author_in, definition, told_elsewhere
from corpus.text import sentences_as_written


def novel(slug: str, title: str, marks: int, number: int) -> Book:
    return Book(slug, title, "Anthony Trollope", Unit.CHAPTER, marks, series="Barsetshire", series_number=number)


WARDEN = novel("the-warden", "The Warden", 21, 1)
TOWERS = novel("barchester-towers", "Barchester Towers", 53, 2)
THORNE = novel("doctor-thorne", "Doctor Thorne", 47, 3)
TITLES = ["Barchester Towers"]


def told(text: str, *others: Book) -> list[tuple[str, Mapping[str, int] | None]]:
    setting = Setting(TOWERS.slug, TOWERS, {book.slug: book for book in others}, Ledger("page"))
    runs = told_elsewhere(sentences_as_written(text), TITLES, setting)
    return [(" ".join(run.sentences), run.reveals) for run in runs]


IN_WARDEN = {"the-warden": END, "barchester-towers": 0}


def test_that_book_is_the_one_named_before() -> None:
    text = "The novel follows The Warden. In that book, Harding resigns. Bold marries Eleanor."
    assert told(text, WARDEN, THORNE) == [
        ("The novel follows The Warden.", None),
        ("In that book, Harding resigns. Bold marries Eleanor.", IN_WARDEN),
    ]


def test_a_sentence_set_in_the_other_book_tells_its_story() -> None:
    assert told("In The Warden, Harding resigns.", WARDEN) == [("In The Warden, Harding resigns.", IN_WARDEN)]


def test_the_story_ends_where_this_book_is_spoken_of_again() -> None:
    for again in ("Barchester Towers begins later.", "The sequel is longer.", "Years later, the bishop dies."):
        text = f"At the end of The Warden, Harding resigns. The post is left empty. {again}"
        assert [reveals for _, reveals in told(text, WARDEN)] == [IN_WARDEN, None]


def test_a_book_that_is_only_named_is_not_told() -> None:
    for text in ("Trollope preferred it to The Warden.", "It shares its people with The Warden and Doctor Thorne."):
        assert told(text, WARDEN, THORNE) == [(text, None)]


def test_the_book_before_in_the_series_is_the_previous_novel() -> None:
    text = "In the previous novel, Harding resigns."
    assert told(text, WARDEN, THORNE) == [(text, IN_WARDEN)]


def test_a_book_that_the_library_does_not_have_hides_its_story_until_the_end_of_this_one() -> None:
    text = "It is a sequel to The Warden. In that book, Harding resigns."
    assert told(text, THORNE)[1] == ("In that book, Harding resigns.", {"barchester-towers": END})


def test_both_books_are_needed_where_a_story_goes_over_into_another() -> None:
    text = "In The Warden, Harding resigns. The same happens in Doctor Thorne."
    assert told(text, WARDEN, THORNE)[0][1] == IN_WARDEN
    assert told(text, WARDEN, THORNE)[-1][1] == {"the-warden": END, "doctor-thorne": END, "barchester-towers": 0}


def test_nothing_is_lost_on_the_way() -> None:
    text = "It follows The Warden. In that book, he resigns. Later on he plays. This novel is longer. So is its title."
    assert " ".join(run for run, _ in told(text, WARDEN)) == text


@pytest.mark.parametrize(
    ("sentence", "author"),
    [
        ("Barchester Towers is an 1857 novel by English author Anthony Trollope.", "Anthony Trollope"),
        ("Barchester Towers is a novel by Anthony Trollope, published in 1857.", "Anthony Trollope"),
        ("Barchester Towers (1857) is a comic novel by the British writer Anthony Trollope.", "Anthony Trollope"),
        ("Barchester Towers is a novel.", ""),
        ("Barchester Towers is both a prequel and sequel to Anthony Trollope's The Warden.", ""),
    ],
)
def test_a_sentence_that_only_says_what_the_book_is_gives_nothing_away(sentence: str, author: str) -> None:
    found = definition(sentence, TITLES, {"the-warden": WARDEN})
    assert found is not None
    assert author_in(found) == author


@pytest.mark.parametrize(
    "sentence",
    [
        "Barchester Towers is a novel by Anthony Trollope in which the bishop dies.",
        "Barchester Towers is a novel by Anthony Trollope, who lets the chaplain go.",
        "Barchester Towers is the sequel to An Unknown Novel.",
        "Barchester Towers is a sequel to The Warden in which Harding resigns.",
        "Barchester Towers is the Eleanor marries Arabin novel.",
        "Barchester Towers is a sequel to the quarrel that ended when Harding resigned his post for good.",
        "Barchester Towers is a long way from here.",
        "Doctor Thorne is a novel by Anthony Trollope.",
        "It is a novel by Anthony Trollope.",
        "Barchester Towers is a novel by Anthony Trollope. The bishop dies.",
    ],
)
def test_any_other_sentence_may_give_something_away(sentence: str) -> None:
    assert definition(sentence, TITLES, {"the-warden": WARDEN}) is None
