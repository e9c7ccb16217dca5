"""Telling the reviews of a page from one another."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from corpus.importing.goodreads_reviews import RawReview, split_reviews
from corpus.importing.page import NAME, PageLine

DAY = "Oct 31, 2017 rated it liked it · review of another edition"
SHOWN = "The close was quiet that year and for many years before it, and I liked to read of it. "


def split(*texts: str) -> list[RawReview]:
    return split_reviews([PageLine(text) for text in texts])


def shown(beginning: str) -> str:
    """Return a text of 500 characters that ends in the middle of a word."""
    return (beginning + SHOWN * 10)[:498].rstrip() + "qu"


def test_the_sites_words_are_stars() -> None:
    said = ("it was amazing", "really liked it", "liked it", "it was ok", "did not like it")
    found = split(*(line for words in said for line in (f"Sep 09, 2017 rated it {words}", "A text.")))
    assert [review.stars for review in found] == [5, 4, 3, 2, 1]
    assert {review.date for review in found} == {dt.date(2017, 9, 9)}


def test_a_review_begins_with_a_name_and_a_day_with_one_of_them_or_with_neither() -> None:
    headed = ("Jane Eyre", DAY, "One.", "Two.", DAY, "Three.", "Edmond Dantès", "Four.")
    found = split(*headed, shown("Five. "), shown("Six. "), "Seven.")
    openings = [review.lines[0].split(".")[0] for review in found]
    assert openings == ["One", "Three", "Four", "Five", "Six", "Seven"]
    assert [review.stars for review in found] == [3, 3, None, None, None, None]


def test_a_name_is_taken_off_and_never_part_of_a_review() -> None:
    names = ("Jane Eyre", "Ishmael - (on a long voyage)", "Ishmael", "Emma Bovary (Books & Tea)", "J. Valjean", NAME)
    for name in names:
        found = split("Anna Karenina", DAY, "The first.", name, "The second is longer.", "Its second line.")
        assert [review.lines for review in found] == [["The first."], ["The second is longer.", "Its second line."]]


def test_a_line_that_only_speaks_of_rating_is_no_heading() -> None:
    found = split(DAY, "My sister rated it highly.", "On Oct 31, 2017 I began again.", "He rated it liked it or not.")
    assert len(found) == 1


def test_what_the_site_cut_ends_a_review_wherever_the_next_begins() -> None:
    found = split(DAY, "It begins well and goes on ...more", "", "Another text.", "It has two lines.")
    assert [(review.stars, review.cut) for review in found] == [(3, True), (None, False)]
    assert found[1].lines == ["Another text.", "It has two lines."]


def test_a_review_without_a_heading_is_found_by_its_length() -> None:
    first, second = "A short one that says all it has to say.", shown("A second reader writes. ")
    found = split("Jane Eyre", DAY, first, "", second[:300], "", second[300:])
    assert [review.lines[0][:5] for review in found] == ["A sho", "A sec"]
    assert [(review.stars, review.cut) for review in found] == [(3, False), (None, True)]


LINES = st.sampled_from(["", "Jane Eyre", DAY, "A text.", "half a te", shown("x"), "go on ...more", "photo a.jpg"])


@given(st.lists(LINES))
def test_no_order_of_lines_breaks_the_splitting_and_nothing_is_told_twice(texts: list[str]) -> None:
    kept = [line for review in split(*texts) for line in review.lines if line]
    assert len(kept) <= len([text for text in texts if text])
    assert not any("...more" in line or line == DAY for line in kept)
