"""The gate: nobody gets a passage beyond their positions, whatever the library, the question and the place.

A test of the gate is never loosened.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.model import GatedRetriever
from corpus.books import Reveals
from corpus.library import Library
from corpus.passages import ClubText, Passage
from retrieval.gate import Audience, Gate
from retrieval.retriever import Retriever, Search
from retrieval.store import Store
from tests.fakes.bookshelf import KITE, LANTERN, silent
from tests.fakes.embedder import HashedEmbedder
from tests.fakes.made_up import WORDS, Shelf, audiences, questions, shelves, signs, with_other_secrets

Opening = Callable[[Shelf], Retriever]


@pytest.fixture(scope="module")
def opening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opening]:
    """Return what opens a made-up library, in one store for all of them."""
    folder: Path = tmp_path_factory.mktemp("made-up")
    embedder = HashedEmbedder()
    with Store(folder / "data", embedder.name, silent) as store:

        def open_(shelf: Shelf) -> Retriever:
            retriever = Retriever(Library.load(shelf.write(folder / "library")), store, embedder)
            retriever.refresh()
            return retriever

        yield open_


def passage(reveals: dict[str, int], *, explicit: bool = False, club: str = "") -> Passage:
    return Passage(
        "id", LANTERN, "text", "notes.md", ("Words.",), Reveals.of(reveals), False, 0, 0, explicit=explicit, club=club
    )  # fmt: skip


@pytest.mark.parametrize(
    ("positions", "reveals", "passes"),
    [
        ({}, {LANTERN: 0}, True),
        ({}, {LANTERN: 1}, False),
        ({LANTERN: 3}, {LANTERN: 3}, True),
        ({LANTERN: 3}, {LANTERN: 4}, False),
        ({LANTERN: 10}, {LANTERN: 3, KITE: 1}, False),
        ({LANTERN: 10, KITE: 1}, {LANTERN: 3, KITE: 1}, True),
        ({LANTERN: 10}, {"not-in-the-library": 1}, False),
        ({LANTERN: -1}, {LANTERN: 0}, False),
    ],
)
def test_a_passage_passes_where_every_position_reaches_it(
    positions: dict[str, int], reveals: dict[str, int], passes: bool
) -> None:
    assert Gate(Audience(positions)).passes(passage(reveals)) is passes
    assert list(Gate(Audience(positions)).visible([passage(reveals)])) == [passage(reveals)][: int(passes)]


def test_what_is_explicit_passes_for_adults_alone_and_only_where_they_have_read_it() -> None:
    explicit = passage({LANTERN: 3}, explicit=True)
    assert not Gate(Audience({LANTERN: 3})).passes(explicit)
    assert Gate(Audience({LANTERN: 3}, adults=True)).passes(explicit)
    assert not Gate(Audience({LANTERN: 2}, adults=True)).passes(explicit)


@pytest.mark.parametrize(
    ("of", "seen_in", "passes"),
    [
        ("", "", True), ("", "north", True), ("north", "north", True),
        ("north", "", False), ("north", "south", False), ("north", "nort", False), ("north", "North", False),
    ],
)  # fmt: skip
def test_what_belongs_to_a_club_passes_in_that_club_alone(of: str, seen_in: str, passes: bool) -> None:
    assert Gate(Audience({LANTERN: 3}, club=seen_in)).passes(passage({LANTERN: 3}, club=of)) is passes
    assert Gate(Audience({LANTERN: 3}, adults=True, club=seen_in)).passes(passage({LANTERN: 3}, club=of)) is passes
    assert not Gate(Audience({LANTERN: 2}, club=seen_in)).passes(passage({LANTERN: 3}, club=of))
    assert not Gate(Audience({LANTERN: 3}, club=seen_in)).passes(passage({LANTERN: 3}, explicit=True, club=of))


def test_a_book_never_reported_is_at_the_beginning() -> None:
    assert Audience({LANTERN: 3}).at(KITE) == 0


def reached(search: Search) -> set[str]:
    """Return the signs of every passage that has gone into a search, headings included."""
    shown = [f"{ranked.passage.heading} {ranked.passage.text}" for ranked in search.passages]
    shown += [f"{sentence.passage.heading} {sentence.text}" for sentence in search.sentences]
    return signs(" ".join(shown))


@settings(deadline=None, max_examples=16)
@given(st.data())
def test_nothing_beyond_the_audience_is_found(opening: Opening, data: st.DataObject) -> None:
    shelf = data.draw(shelves())
    retriever = opening(shelf)
    everything = [p for slug in shelf.marks for p in retriever.passages(slug, shelf.everybody())]
    places = {sign: p for p in everything for sign in signs(p.text)}
    assert places.keys() == {one.sign for one in shelf.told}
    for one in shelf.told:
        place = places[one.sign]
        assert place.inferred is (one.reveals is None)
        assert one.reveals is None or place.reveals == one.reveals

    for _ in range(4):
        audience = data.draw(audiences(shelf))
        allowed = {sign for sign, p in places.items() if Gate(audience).passes(p)}
        assert {
            one.sign for one in shelf.told if one.reveals and not one.may_be_seen_by(audience)
        } <= places.keys() - allowed
        question = data.draw(questions(shelf))
        for book in (None, *shelf.marks):
            found = retriever.search(question, audience, book)
            assert reached(found) <= allowed
            chain = GatedRetriever(retriever=retriever, audience=audience, book=book)
            assert signs(" ".join(document.page_content for document in chain.invoke(question))) <= allowed
            if book:
                assert signs(" ".join(p.text for p in retriever.passages(book, audience))) == {
                    sign for sign in allowed if places[sign].book == book
                }
                assert found.withheld <= any(places[s].book == book for s in places.keys() - allowed)


def seen(search: Search) -> tuple[object, ...]:
    """Return all of a search that depends on the audience, numbers rounded."""
    return (
        search.book,
        [(ranked.passage.id, ranked.passage.heading, round(ranked.score, 5)) for ranked in search.passages],
        [(one.text, one.number, round(one.score, 5)) for one in search.sentences],
        round(search.confidence, 5),
    )


@settings(deadline=None, max_examples=10)
@given(st.data())
def test_what_is_hidden_changes_nothing_that_is_found(opening: Opening, data: st.DataObject) -> None:
    shelf = data.draw(shelves(always_placed=True))
    audience = data.draw(audiences(shelf))
    other = data.draw(with_other_secrets(shelf, audience))
    asked = data.draw(questions(shelf))
    books = (None, *shelf.marks)
    retriever = opening(shelf)
    found = [seen(retriever.search(asked, audience, book)) for book in books]
    retriever = opening(other)
    assert [seen(retriever.search(asked, audience, book)) for book in books] == found


CLUBS = ("north", "south")


@st.composite
def club_texts(draw: st.DrawFn, shelf: Shelf) -> list[ClubText]:
    """Make up what members of two clubs wrote of a library's books, each with a sign of its own."""
    texts = []
    for number in range(100, 100 + draw(st.integers(1, 6))):
        book = draw(st.sampled_from(sorted(shelf.marks)))
        said = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
        marks = {slug: draw(st.integers(0, most)) for slug, most in shelf.marks.items()}
        text = f"The {' '.join(said)} q{number}x."
        club, explicit = draw(st.sampled_from(CLUBS)), draw(st.booleans())
        texts.append(ClubText(club, str(number), book, text, Reveals.of(marks), explicit=explicit))
    return texts


@settings(deadline=None, max_examples=10)
@given(st.data())
def test_nothing_of_one_club_reaches_another_or_changes_what_it_is_told(opening: Opening, data: st.DataObject) -> None:
    shelf = data.draw(shelves())
    told = data.draw(club_texts(shelf))
    audience = replace(data.draw(audiences(shelf)), club=data.draw(st.sampled_from(("", *CLUBS))))
    asked = data.draw(questions(shelf))
    own = [text for text in told if text.club == audience.club]
    retriever = opening(shelf)

    def all_that_it_is_told() -> list[object]:
        searches = [retriever.search(asked, audience, book) for book in (None, *shelf.marks)]
        return [
            [(seen(search), search.withheld) for search in searches],
            [retriever.passages(book, audience) for book in shelf.marks],
            [retriever.whereabouts(asked, audience, book) for book in shelf.marks],
            [retriever.verdicts(asked, [asked], audience, book) for book in shelf.marks],
            [retriever.place(asked, books) for books in ([], list(shelf.marks))],
        ]

    retriever.reconcile(own)
    alone = all_that_it_is_told()
    retriever.reconcile(told)
    assert all_that_it_is_told() == alone

    allowed = {
        sign for text in own for sign in signs(text.text)
        if text.reveals.within(audience.positions) and (audience.adults or not text.explicit)
    }  # fmt: skip
    of_clubs = {sign for text in told for sign in signs(text.text)}
    shown = {sign for book in shelf.marks for p in retriever.passages(book, audience) for sign in signs(p.text)}
    assert shown & of_clubs == allowed
    for book in (None, *shelf.marks):
        assert reached(retriever.search(asked, audience, book)) & of_clubs <= allowed


@settings(deadline=None, max_examples=6)
@given(st.data())
def test_club_texts_never_place_anything(opening: Opening, data: st.DataObject) -> None:
    shelf = data.draw(shelves())
    asked = data.draw(questions(shelf))
    audience = replace(data.draw(audiences(shelf)), club="north")
    retriever = opening(shelf)
    retriever.reconcile([])

    def placed() -> list[object]:
        return [
            [retriever.place(asked, books) for books in ([], list(shelf.marks))],
            [retriever.whereabouts(asked, audience, book) for book in shelf.marks],
            retriever.search(asked, audience).book,
        ]

    before = placed()
    retriever.reconcile(data.draw(club_texts(shelf)))
    assert placed() == before
