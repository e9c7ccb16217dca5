"""Where a text really comes from, whatever the bot says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.library import SHIPPED, Library
from tests.fakes.bookshelf import KITE, LANTERN, write_kite, write_lantern
from tests.measure.evaluation.stories import Piece, Story, labelled, sectioned, write_library

ROW = {
    "book_id": "the-well",
    "title": "The Well",
    "sections": [
        {"n": 1, "text": "A miller digs a well behind his house. He finds no water in it."},
        {"n": 2, "text": "At night a voice in the well asks for bread and salt."},
        {"n": 3, "text": "The miller climbs down into the well and finds his lost brother there."},
    ],
}


@pytest.fixture
def well() -> Story:
    return sectioned(ROW)


def test_a_section_is_seen_from_its_number_on(well: Story) -> None:
    assert [len(well.seen({"the-well": at})) for at in range(4)] == [0, 1, 2, 3]
    assert [len(well.hidden({"the-well": at})) for at in range(4)] == [3, 2, 1, 0]
    assert well.seen({"another-book": 3}) == []


def test_a_text_comes_from_where_most_of_its_runs_stand(well: Story) -> None:
    assert well.place("He finds no water in it. At night a voice in the well asks for bread.") == 1
    assert well.place("Nothing of this is told anywhere in that story.") is None
    assert well.place("bread and salt") is None, "too short to tell"


def test_a_passage_is_beyond_where_its_place_is(well: Story) -> None:
    told = "At night a voice in the well asks for bread and salt."
    assert well.beyond(told, {"the-well": 1})
    assert not well.beyond(told, {"the-well": 2})
    assert not well.beyond("Nothing of this is told anywhere in that story.", {})


def test_what_is_told_twice_is_not_beyond_once_it_was_told() -> None:
    once = Piece("A bell rings three times in the night.", {"bells": 1})
    again = Piece("A bell rings three times in the night. Then the bell rings a fourth time.", {"bells": 5})
    story = Story("bells", "Bells", 5, [again, once])
    assert not story.beyond(once.text, {"bells": 1})
    assert story.beyond(once.text, {})
    assert story.beyond(again.text, {"bells": 1})


def test_a_piece_may_need_two_books() -> None:
    piece = Piece("The stranger is the miller.", {"the-well": 1, "the-mill": 4})
    assert not piece.seen({"the-well": 1})
    assert not piece.seen({"the-well": 1, "the-mill": 3})
    assert piece.seen({"the-well": 1, "the-mill": 4})


def test_stories_become_a_library_that_says_the_same(well: Story, tmp_path: Path) -> None:
    write_library([well], tmp_path)
    library = Library.load(tmp_path)
    assert not library.problems
    assert library.books["the-well"].marks == 3
    [again] = labelled(library).values()
    assert [(piece.text, dict(piece.needs)) for piece in again.pieces] == [
        (piece.text, dict(piece.needs)) for piece in well.pieces
    ]


def test_only_labels_are_believed(library: Path) -> None:
    write_lantern(library, review_md="---\nkind: review\n---\nSilas drowned his brother for the sake of the lamp.\n")
    write_kite(library)
    stories = labelled(Library.load(library))
    assert set(stories) == {LANTERN, KITE}
    told = [piece.text for piece in stories[LANTERN].pieces]
    assert told
    assert not any(text.startswith("Silas drowned") for text in told), "nobody labelled the review"


def test_every_passage_of_the_shipped_library_is_found_where_it_is() -> None:
    for story in labelled(Library.load(SHIPPED)).values():
        for place, piece in enumerate(story.pieces):
            found = story.place(piece.text)
            assert found is None or found == place or story.pieces[found].text == piece.text
