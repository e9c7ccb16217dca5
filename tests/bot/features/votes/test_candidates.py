from dataclasses import replace
from pathlib import Path

import pytest

from bot.features.shelf.rules import NoTitle
from bot.features.votes.rules import Candidate, candidate, title_key, typed_candidates
from corpus.library import Library
from tests.fakes.bookshelf import write_lantern


@pytest.mark.parametrize(
    "typed",
    [
        "Pride & Prejudice",
        "pride and prejudice",
        "PRIDE AND PREJUDICE!",
        " The  Pride, and—Prejudice ",
        "Pridé and Prejudice",
    ],
)
def test_ways_of_writing_one_title_have_one_key(typed: str) -> None:
    assert title_key(typed) == "pride-and-prejudice"


def test_long_titles_that_begin_alike_have_the_keys_of_old_rows() -> None:
    begun = "The Strange Case of Dr Jekyll and Mr Hyde, with Other Fables and"
    assert title_key(f"{begun} Tales") == "strange-case-of-dr-jekyll-and-mr-hyde-with-othe-1feec917e4e5"
    assert title_key(f"{begun} Plays") != title_key(f"{begun} Tales")


def test_a_book_of_the_library_is_known_by_its_names_and_others_keep_their_title(tmp_path: Path) -> None:
    write_lantern(tmp_path)
    books = Library.load(tmp_path).books
    assert candidate("lantern", books) == Candidate("the-lantern", "The Lantern", "the-lantern")
    assert candidate("  Moby-Dick ", books) == Candidate("moby-dick", "Moby-Dick")
    for typed in ("", " !? ", "x" * 101):
        with pytest.raises(NoTitle):
            candidate(typed, books)


def test_commas_part_books_too_but_not_within_a_title_and_a_beginning_will_do(tmp_path: Path) -> None:
    write_lantern(tmp_path)
    lantern = replace(Library.load(tmp_path).books["the-lantern"], title="The Lantern, and What It Saw")
    books = {"the-lantern": lantern}
    typed = "the lantern, and what it saw, Emma,Kim"
    assert [each.title for each in typed_candidates(typed, books)] == [lantern.title, "Emma", "Kim"]
    assert [each.title for each in typed_candidates("Emma, lant", books)] == ["Emma", lantern.title]
    assert [each.title for each in typed_candidates("The Lion, the Witch; Emma", {})] == ["The Lion, the Witch", "Emma"]


def test_one_book_in_two_spellings_is_one() -> None:
    named = typed_candidates("Middlemarch, Middle March, middelmarch, Henry IV Part 1, Henry IV Part 2", {})
    assert [each.title for each in named] == ["Middlemarch", "Henry IV Part 1", "Henry IV Part 2"]


def test_books_are_typed_with_semicolons_and_each_counts_once() -> None:
    named = typed_candidates("Emma; Kim ;; emma!;\nUlysses", {})
    assert [each.title for each in named] == ["Emma", "Kim", "Ulysses"]
    assert typed_candidates(" ; ", {}) == []
