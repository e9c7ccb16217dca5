"""Members' reviews in retrieval: found at once by their own club, by no other, as far as its readers are."""

import datetime as dt
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.books import Reveals
from corpus.library import Library
from corpus.passages import ClubText, Passage, cut_review
from retrieval.gate import Audience
from retrieval.location import Location
from retrieval.retriever import Retriever
from retrieval.store import ClubManifest, Store, StoredPassage
from tests.fakes.bookshelf import KITE, LANTERN, opened, silent
from tests.fakes.embedder import EmbedderStopped, HashedEmbedder, PausingEmbedder

NORTH = Audience({LANTERN: 10, KITE: 4}, club="north")
SOUTH = replace(NORTH, club="south")
NOWHERE = replace(NORTH, club="")
MOOD = "What about marmalade and melancholy?"


def review(text: str = "The marmalade mood is pure melancholy.", **changed: object) -> ClubText:
    """Return a review of The Lantern by a member of the club “north”."""
    fields: dict[str, object] = {
        "club": "north", "id": "1", "book": LANTERN, "text": text, "reveals": Reveals.of({LANTERN: 5}), "rating": 4,
        "date": dt.date(2024, 5, 1),
    }  # fmt: skip
    return ClubText(**(fields | changed))  # type: ignore[arg-type]


def reviews(retriever: Retriever, audience: Audience, book: str = LANTERN) -> list[str]:
    """Return the members' reviews that an audience may read."""
    return [p.text for p in retriever.passages(book, audience) if p.club]


def found(retriever: Retriever, audience: Audience, text: str = MOOD, book: str | None = LANTERN) -> list[str]:
    """Return the members' sentences that a search has gone through, and check that its passages are of these."""
    search = retriever.search(text, audience, book)
    said = [s.text for s in search.sentences if s.passage.club]
    assert {text for p in search.passages if p.passage.club for text in p.passage.sentences} <= set(said)
    return said


@pytest.fixture
def retriever(shelf: Path, data: Path) -> Iterator[Retriever]:
    with opened(shelf, data) as one:
        yield one


@pytest.fixture
def either(shelf: Path, place: Location) -> Iterator[Retriever]:
    """A retriever whose store is embedded, and one whose store is on a server."""
    with opened(shelf, place) as one:
        yield one


@contextmanager
def held(place: Location, model: str = "hashed") -> Iterator[Store]:
    with Store(place, model, silent) as store:
        yield store


def of_clubs(place: Location) -> tuple[set[str], set[str]]:
    """Return the texts that the store has noted, and the ids of the passages that it holds of any club."""
    with held(place) as store:
        found = store._passages.get(include=["metadatas"])
        passages = {key for key, meta in zip(found["ids"], found["metadatas"] or (), strict=True) if meta["club"]}
        return {f"{m.club}/{m.id}" for m in store.club_manifests()}, passages


def test_a_text_is_found_by_the_next_search_of_its_club(either: Retriever) -> None:
    assert found(either, NORTH) == []
    either.keep(review())
    assert found(either, NORTH) == ["The marmalade mood is pure melancholy."]
    best = either.search(MOOD, NORTH, LANTERN).passages[0].passage
    assert (best.club, best.kind, best.document, best.rating) == ("north", "review", "review-1", 4)
    assert either.passages(LANTERN, NORTH)[-1] == best


def test_what_is_meant_by_a_question_without_a_book_is_the_librarys_to_say(retriever: Retriever) -> None:
    text = "Silas rows out alone in the storm by the harbour wall and saves two fishermen from the rocks."
    retriever.keep(review(text, book=KITE, reveals=Reveals.of({KITE: 0})))
    assert retriever.search(text, NORTH).book == LANTERN


def test_what_is_hidden_of_the_clubs_own_is_withheld_and_guarded_like_the_rest(retriever: Retriever) -> None:
    audience, said = Audience({LANTERN: 4}, club="north"), ["The marmalade mood is pure melancholy."]
    before = retriever.search(MOOD, audience, LANTERN)
    (unknown,) = retriever.verdicts(MOOD, said, audience, LANTERN)
    retriever.keep(review())
    after = retriever.search(MOOD, audience, LANTERN)
    (secret,) = retriever.verdicts(MOOD, said, audience, LANTERN)
    (known,) = retriever.verdicts(MOOD, said, NORTH, LANTERN)
    assert (after.passages, after.sentences, after.confidence) == (before.passages, before.sentences, before.confidence)
    assert after.withheld
    assert known.risk < unknown.risk < secret.risk


def test_an_edit_takes_the_place_of_what_it_changes(either: Retriever) -> None:
    either.keep(review("Too much marmalade. A cold room. A wet coat. A long night. Nobody came."))
    assert len(found(either, NORTH)) == 5
    either.keep(review("Just enough marmalade. A cold room.", rating=None, reveals=Reveals.of({LANTERN: 1})))
    assert found(either, NORTH) == ["Just enough marmalade.", "A cold room."]
    (passage,) = [p for p in either.passages(LANTERN, Audience({LANTERN: 1}, club="north")) if p.club]
    assert passage.rating is None


def test_an_edit_leaves_nothing_of_what_it_changes_in_the_store(shelf: Path, place: Location) -> None:
    with opened(shelf, place) as retriever:
        retriever.keep(review("One. Two. Three. Four. Five."))
        retriever.keep(review("One. Two. Three. Changed."))
    assert of_clubs(place)[1] == {p.id for p in cut_review(review("One. Two. Three. Changed."))}


def test_a_text_whose_words_stay_moves_to_its_new_place(retriever: Retriever) -> None:
    retriever.keep(review(reveals=Reveals.of({LANTERN: 1})))
    at_one = Audience({LANTERN: 1}, club="north")
    assert reviews(retriever, at_one)
    retriever.keep(review(reveals=Reveals.of({LANTERN: 9})))
    assert reviews(retriever, at_one) == []
    retriever.keep(review(reveals=Reveals.of({LANTERN: 1})))
    assert reviews(retriever, at_one)


def test_a_dropped_text_is_gone_at_once_and_dropping_nothing_is_no_error(shelf: Path, data: Path) -> None:
    with opened(shelf, data) as retriever:
        retriever.keep(review())
        retriever.keep(review(id="2"))
        assert len(reviews(retriever, NORTH)) == 2
        retriever.drop("north", "1")
        retriever.drop("north", "1")
        retriever.drop("south", "2")
        retriever.drop("", "")
        assert len(reviews(retriever, NORTH)) == 1
        retriever.drop("north", "2")
        assert reviews(retriever, NORTH) == []
    assert of_clubs(data) == (set(), set())


@pytest.mark.parametrize(
    "text", ["", "  \n", "😱", "👩‍🚀" * 300, "a" * 4_000, "No. " * 1_000, "\ud800 x", "a\x00b", "{x} \\n"]
)
def test_text_of_any_sort_can_be_kept_searched_and_dropped(island: Retriever, text: str) -> None:
    finished = Audience({LANTERN: 10, KITE: 4}, club="any sort")
    island.keep(review("It rains.", club="any sort"))
    island.keep(review(text, club="any sort"))
    kept = reviews(island, finished)
    assert kept == [p.text for p in cut_review(review(text, club="any sort"))]
    assert island.search("Who is Silas?", finished, LANTERN).passages
    island.drop("any sort", "1")
    assert reviews(island, finished) == []


def left(shelf: Path, place: Location, *texts: ClubText) -> None:
    """Leave a store in which these texts were kept by an earlier run."""
    with opened(shelf, place) as retriever:
        retriever.reconcile(texts)


def test_where_nothing_changed_nothing_is_done(shelf: Path, data: Path) -> None:
    texts = [review(id=str(n), club=club) for n in range(3) for club in ("north", "south")]
    with opened(shelf, data) as retriever:
        assert retriever.reconcile(texts) == 6
        assert retriever.reconcile(texts) == 0
    again = HashedEmbedder()
    with opened(shelf, data, again) as retriever:
        assert retriever.reconcile(iter(texts)) == 0
        assert again.embedded == []
        assert len(reviews(retriever, SOUTH)) == 3


def test_texts_are_brought_in_line_with_a_clubs_records(shelf: Path, place: Location) -> None:
    same, edited, gone, moved = (review(f"Number {n}.", id=str(n)) for n in range(4))
    left(shelf, place, same, edited, gone, moved)
    embedder = HashedEmbedder()
    with opened(shelf, place, embedder) as retriever:
        told = [
            same, replace(edited, text="Edited."), replace(moved, book=KITE), review("New.", id="9", club="south"),
        ]  # fmt: skip
        assert retriever.reconcile(told) == 4
        assert sorted(embedder.embedded) == ["Edited.", "New.", "Number 3."]
        assert sorted(reviews(retriever, NORTH)) == ["Edited.", "Number 0."]
        assert reviews(retriever, NORTH, KITE) == ["Number 3."]
        assert reviews(retriever, SOUTH) == ["New."]
        assert retriever.reconcile(told) == 0
    assert of_clubs(place)[0] == {"north/0", "north/1", "north/3", "south/9"}


def rows_of(text: ClubText) -> list[StoredPassage]:
    cut = cut_review(text)
    vectors = HashedEmbedder().passages([p.sentences for p in cut])
    return [StoredPassage(passage, vector) for passage, vector in zip(cut, vectors, strict=True)]


def interrupted(place: Location, text: ClubText, before: ClubText | None = None) -> None:
    """Leave the store as a run does that is stopped after a text's passages are written and before it is noted."""
    rows = [*rows_of(text), *(rows_of(before) if before else ())]
    ids = tuple(dict.fromkeys(row.passage.id for row in rows))
    with held(place) as store:
        store.note_club(ClubManifest(text.club, text.id, text.book, "", ids))
        store.write(rows_of(text))


@pytest.mark.parametrize("records", ["the edit", "what was there before", "nothing"])
def test_an_edit_that_was_interrupted_ends_as_the_records_have_it(shelf: Path, data: Path, records: str) -> None:
    before, edit = review("One. Two. Three. Four. Five."), review("One. Two. Three. Changed.")
    left(shelf, data, before)
    interrupted(data, edit, before)
    told = {"the edit": [edit], "what was there before": [before], "nothing": []}[records]
    with opened(shelf, data) as retriever:
        assert reviews(retriever, NORTH) == []
        assert retriever.reconcile(told) == 1
        assert reviews(retriever, NORTH) == [p.text for text in told for p in cut_review(text)]
    assert of_clubs(data)[1] == {p.id for text in told for p in cut_review(text)}


class StoppedStore(Store):
    """A store of a run that ends when old passages are to be removed."""

    def remove(self, ids: Iterable[str]) -> None:
        """End the run."""
        raise EmbedderStopped


@pytest.mark.parametrize("records", [[], [review("One. Two. Three. Changed.")]], ids=["deleted", "kept"])
def test_what_a_run_leaves_that_ends_half_way_is_known_to_the_next(
    shelf: Path, place: Location, records: list[ClubText]
) -> None:
    left(shelf, place, review("One. Two. Three. Four. Five."))
    with StoppedStore(place, "hashed", silent) as store:
        retriever = Retriever(Library.load(shelf), store, HashedEmbedder())
        retriever.refresh()
        with pytest.raises(EmbedderStopped):
            retriever.keep(review("One. Two. Three. Changed."))
        assert reviews(retriever, NORTH) == []  # neither the old text nor the new one is whole
    left(shelf, place, *records)
    assert of_clubs(place)[1] == {p.id for text in records for p in cut_review(text)}


def test_a_text_that_could_not_be_embedded_leaves_what_was_there(shelf: Path, data: Path) -> None:
    left(shelf, data, review())
    with opened(shelf, data, HashedEmbedder(stops_after=0)) as retriever:
        with pytest.raises(EmbedderStopped):
            retriever.keep(review("Another."))
        assert reviews(retriever, NORTH) == ["The marmalade mood is pure melancholy."]


@contextmanager
def pausing(shelf: Path, place: Location, word: str) -> Iterator[tuple[Retriever, PausingEmbedder, ThreadPoolExecutor]]:
    """Open a retriever that stops where it would embed `word`, and a thread to stop in."""
    embedder = PausingEmbedder(word)
    with opened(shelf, place, embedder) as retriever, ThreadPoolExecutor(1) as thread:
        try:
            yield retriever, embedder, thread
        finally:
            embedder.may_go_on.set()


def test_what_is_deleted_while_it_is_being_written_stays_deleted(shelf: Path, data: Path) -> None:
    with pausing(shelf, data, "marmalade") as (retriever, embedder, thread):
        kept = thread.submit(retriever.keep, review())
        assert embedder.reached.wait(60)
        retriever.drop("north", "1")
        embedder.may_go_on.set()
        kept.result(60)
        assert reviews(retriever, NORTH) == []
        retriever.keep(review())
        assert len(reviews(retriever, NORTH)) == 1


def test_of_two_edits_at_once_the_later_one_stays(shelf: Path, place: Location) -> None:
    with pausing(shelf, place, "marmalade") as (retriever, embedder, thread):
        first = thread.submit(retriever.keep, review())
        assert embedder.reached.wait(60)
        retriever.keep(review("The second thought."))
        embedder.may_go_on.set()
        first.result(60)
        assert reviews(retriever, NORTH) == ["The second thought."]


def test_what_members_do_while_texts_are_brought_in_line_stands(shelf: Path, place: Location) -> None:
    with pausing(shelf, place, "marmalade") as (retriever, embedder, thread):
        retriever.keep(review("An old one.", id="3"))
        told = [review(), review("Two of the records.", id="2"), review("An old one.", id="3")]
        done = thread.submit(retriever.reconcile, told)
        assert embedder.reached.wait(60)
        retriever.drop("north", "1")
        retriever.keep(review("Two as edited.", id="2"))
        retriever.keep(review("Brand new.", id="4"))
        embedder.may_go_on.set()
        done.result(60)
        assert sorted(reviews(retriever, NORTH)) == ["An old one.", "Brand new.", "Two as edited."]


def test_what_is_written_while_the_records_are_read_is_not_taken_for_gone(either: Retriever) -> None:
    either.keep(review("An old one.", id="3"))

    def records() -> Iterator[ClubText]:
        either.keep(review("Brand new.", id="4"))
        yield from ()

    assert either.reconcile(records()) == 1
    assert reviews(either, NORTH) == ["Brand new."]


def passages_of(retriever: Retriever, club: str) -> list[Passage]:
    return [p for p in retriever.passages(LANTERN, replace(NORTH, club=club)) if p.club]


def test_members_of_many_clubs_write_edit_delete_and_ask_at_once(retriever: Retriever) -> None:
    clubs = [f"club-{n}" for n in range(8)]

    def busy(club: str) -> list[set[str]]:
        seen = []
        for number in range(6):
            retriever.keep(review(f"Draft {number} of {club}.", id=str(number), club=club))
            retriever.keep(review(f"Review {number} of {club}.", id=str(number), club=club))
            if number % 2:
                retriever.drop(club, str(number))
            seen.append({p.text for p in passages_of(retriever, club)})
            assert set(found(retriever, replace(NORTH, club=club))) == seen[-1]
        return seen

    with ThreadPoolExecutor(len(clubs)) as threads:
        for club, seen in zip(clubs, threads.map(busy, clubs), strict=True):
            assert seen == [{f"Review {n} of {club}." for n in range(0, number + 1, 2)} for number in range(6)]
    assert found(retriever, NORTH) == found(retriever, NOWHERE) == []
