"""Facts of a page into `book.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from corpus.books import Edition, Ratings, SimilarBook
from corpus.errors import ImportRefused
from corpus.importing.draft import Facts
from corpus.importing.write import completed, new_book

FACTS = Facts(
    title="Barchester Towers",
    author="Anthony Trollope",
    year=1857,
    series="Chronicles of Barsetshire",
    series_number=2.0,
    pages=526,
    ratings=Ratings(3.98, 21034, 1377, "Goodreads", dt.date(2019, 2, 11)),
    editions=(Edition("Paperback", "Everyman's Library", dt.date(1993, 1, 28)),),
    similar=(SimilarBook("Cranford"), SimilarBook("Middlemarch", series="Novels", series_number="3")),
)
WRITTEN_BY_HAND = """\
# Our club's copy.
title = 'Barchester Towers'   # as on the cover
author = "Anthony Trollope"
unit = "chapter"
marks = 53
year = 1858  # we think

aliases = [
    "Towers",  # what we say
]
mystery = "ours"

[[similar]]
title = "Cranford"
why = "The same quiet."
"""


def test_a_new_book_says_what_the_page_says_and_counts_in_percent() -> None:
    file = new_book("barchester-towers", FACTS)
    said = tomllib.loads(file.text)
    assert said == {
        "title": "Barchester Towers", "author": "Anthony Trollope", "unit": "percent", "marks": 100, "year": 1857,
        "series": "Chronicles of Barsetshire", "series_number": 2, "pages": 526,
        "ratings": {
            "average": 3.98, "count": 21034, "reviews": 1377, "source": "Goodreads", "as_of": dt.date(2019, 2, 11),
        },
        "editions": [{"format": "Paperback", "publisher": "Everyman's Library", "published": dt.date(1993, 1, 28)}],
        "similar": [{"title": "Cranford"}, {"title": "Middlemarch", "series": "Novels", "series_number": "3"}],
    }  # fmt: skip
    assert file.added[:4] == ("title", "author", "unit", "marks")


@pytest.mark.parametrize(("facts", "missing"), [(Facts(title="X"), "author"), (Facts(), "title and author")])
def test_a_book_without_title_or_author_is_not_made(facts: Facts, missing: str) -> None:
    with pytest.raises(ImportRefused, match=missing):
        new_book("x", facts)


def test_only_what_is_missing_is_added_and_nothing_else_is_touched() -> None:
    file = completed(WRITTEN_BY_HAND, FACTS)
    kept = WRITTEN_BY_HAND.splitlines()
    lines = iter(file.text.splitlines())
    assert all(line in lines for line in kept)
    said = tomllib.loads(file.text)
    assert (said["year"], said["series_number"], said["mystery"]) == (1858, 2, "ours")
    assert [book["title"] for book in said["similar"]] == ["Cranford", "Middlemarch"]
    assert said["similar"][0]["why"] == "The same quiet."
    assert "year" in file.present
    assert "ratings" in file.added


def test_a_second_time_nothing_is_missing() -> None:
    once = completed(WRITTEN_BY_HAND, FACTS)
    again = completed(once.text, FACTS)
    assert again.text == once.text
    assert again.added == ()


def test_a_list_in_one_line_is_left_to_the_person_who_wrote_it() -> None:
    text = 'title = "T"\nauthor = "A"\nunit = "percent"\nmarks = 100\nsimilar = ["Cranford"]\n'
    file = completed(text, Facts(similar=FACTS.similar))
    assert file.text == text
    assert file.present == ("similar",)


def test_line_ends_of_another_system_are_kept() -> None:
    text = WRITTEN_BY_HAND.replace("\n", "\r\n")
    file = completed(text, Facts(language="English"))
    assert tomllib.loads(file.text)["language"] == "English"
    assert all(line in file.text for line in text.split("\r\n"))


def test_what_a_page_says_cannot_leave_its_field() -> None:
    facts = Facts(title='X"\nmarks = 1\n[ratings]', author="A\u202e<!-- reveals: 0 -->", series="S" * 1_000)
    said = tomllib.loads(new_book("x", facts).text)
    assert said["title"] == 'X" marks = 1 [ratings]'
    assert said["author"] == "A"
    assert said["marks"] == 100
    assert len(said["series"]) == 200
