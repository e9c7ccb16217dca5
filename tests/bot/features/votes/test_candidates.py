from __future__ import annotations

from pathlib import Path

import pytest

from bot.features.votes.rules import MAX_KEY, Prepared, VoteProblem, candidate, title_key, typed_candidates
from bot.features.votes.store import Candidate
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


def test_titles_that_differ_have_different_keys_however_long_they_are() -> None:
    long = ["A" + " very" * 18 + f" long title {n}" for n in range(9)]
    keys = {title_key(title) for title in long}
    assert len(keys) == 9
    assert max(map(len, keys)) == MAX_KEY
    assert title_key("Ｗａｒ") == "war"
    assert title_key("戦争と平和") != title_key("罪と罰")
    assert title_key("The") == "the"


def test_a_book_of_the_library_is_known_by_its_names_and_others_keep_their_title(tmp_path: Path) -> None:
    write_lantern(tmp_path)
    books = Library.load(tmp_path).books
    assert candidate("lantern", books) == Candidate("the-lantern", "The Lantern", "the-lantern")
    assert candidate("  Moby-Dick ", books) == Candidate("moby-dick", "Moby-Dick")
    for typed in ("", " !? ", "x" * 101):
        with pytest.raises(VoteProblem):
            candidate(typed, books)


def test_books_are_typed_with_semicolons_and_each_counts_once() -> None:
    named = typed_candidates("Emma; Kim ;; emma!;\nUlysses", {})
    assert [each.title for each in named] == ["Emma", "Kim", "Ulysses"]
    assert typed_candidates(" ; ", {}) == []


def test_a_draft_that_is_written_down_reads_as_it_was(draft: Prepared) -> None:
    assert Prepared.read(draft.written(), draft.draft.place) == draft
    assert [each.key for each in draft.picking(["b3", "b1", "b99"]).draft.candidates] == ["b1", "b3"]
    assert len(draft.offered) == 25
    assert len(draft.draft.candidates) == 10
