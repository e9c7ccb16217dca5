"""Drafts of discussion prompts: the library's questions, filled with what their readers know and nothing else."""

import pytest

from bot.answering.drafts import DRAFTS, QUOTED, library_drafts
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage
from prompts import KINDS

EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)


def passage(kind: str, text: str, mark: int, heading: str = "", **other: int) -> Passage:
    reveals = Reveals.of({"emma": mark} | other)
    return Passage(f"{kind}-{text}", "emma", kind, kind, (text,), reveals, False, 0, 0, heading)


SEEN = [
    passage("people", "She is handsome, clever and rich.", 1, "Emma Woodhouse"),
    passage("people", "He is a gentleman farmer’s landlord.", 1, "Mr Knightley"),
    passage("people", "She knows who her father is not.", 3, "Harriet Smith"),
    passage("themes", "Everybody arranges everybody’s life.", 2, "Matchmaking"),
    passage("quotes", "“Silly things do cease to be silly.”", 3),
    passage("summary", "Emma makes a match.", 3),
]


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_drafts_of_every_kind_also_for_who_knows_nothing(kind: str) -> None:
    assert len(library_drafts(kind, EMMA, 3, SEEN)) == DRAFTS
    assert library_drafts(kind, EMMA, 1, [])
    for draft in library_drafts(kind, EMMA, 0, []):
        assert "{" not in draft.text
        assert "the beginning" not in draft.text


def test_the_latest_person_comes_first_and_nobody_is_compared_with_themselves() -> None:
    drafts = library_drafts("comparison", EMMA, 3, SEEN)
    assert any("Harriet Smith" in draft.text for draft in drafts)
    for turn in range(6):
        for draft in library_drafts("comparison", EMMA, 3, SEEN, turn):
            assert all(draft.text.count(name) <= 1 for name in ("Emma Woodhouse", "Mr Knightley", "Harriet Smith"))


def test_a_draft_needs_what_its_words_need() -> None:
    elsewhere = passage("people", "He comes from another book.", 2, "Mr Darcy", pride=9)
    for draft in library_drafts("character", EMMA, 3, [elsewhere]):
        assert draft.needs.marks["emma"] == 3
        assert ("Mr Darcy" in draft.text) == (draft.needs.marks.get("pride") == 9)


def test_a_quote_keeps_one_pair_of_marks_and_a_long_one_is_left_out() -> None:
    quotes = [draft.text for draft in library_drafts("quote", EMMA, 3, SEEN)]
    assert any("“Silly things do cease to be silly.”" in text for text in quotes)
    assert not any("““" in text for text in quotes)
    long = passage("quotes", "x" * (QUOTED + 1), 3)
    assert not any("xxx" in draft.text for draft in library_drafts("quote", EMMA, 3, [long]))
