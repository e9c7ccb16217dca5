"""Opened books: in reading order, seen through a gate, kept within a budget, and safe to share between threads."""

from collections.abc import Sequence

import numpy as np

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.book import OpenedBook
from retrieval.gate import Audience, Gate
from retrieval.store import StoredPassage
from retrieval.types import Embedded
from tests.fakes.bookshelf import KITE, LANTERN
from tests.fakes.embedder import hashed


def row(order: int, mark: int, *sentences: str, explicit: bool = False) -> StoredPassage:
    """Return a passage as the store gives it."""
    said = sentences or (f"Chapter {mark} has sentence {order}.",)
    passage = Passage(
        f"{LANTERN}/{order}", LANTERN, "summary", "summary.md", said, Reveals.of({LANTERN: mark}), False, order, order,
        explicit=explicit,
    )  # fmt: skip
    return StoredPassage(passage, Embedded(hashed(passage.text), np.stack([hashed(s) for s in said])))


def lantern(*rows: StoredPassage) -> OpenedBook:
    return OpenedBook(LANTERN, rows or [row(n, n) for n in range(6)])


def at(mark: int, *, adults: bool = False) -> Gate:
    return Gate(Audience({LANTERN: mark}, adults))


def marks(passages: Sequence[Passage]) -> list[int]:
    return [p.reveals.marks[LANTERN] for p in passages]


def test_a_book_is_in_reading_order_however_it_was_stored() -> None:
    rows = [row(n, n) for n in (4, 0, 3, 1, 2)]
    book = lantern(*rows)
    assert [p.order for p in book.passages] == [0, 1, 2, 3, 4]
    assert [p.order for p in book.whole().passages] == [0, 1, 2, 3, 4]


def test_a_view_holds_the_vectors_and_sentences_of_what_is_seen_and_no_others() -> None:
    book = lantern(row(0, 2, "Silas drowned him."), row(1, 0, "It rains.", "It pours."), row(2, 9, "She leaves."))
    view = book.seen_through(at(0))
    assert view.sentences == ("It rains.", "It pours.")
    assert len(view) == 2
    assert np.array_equal(view.sentence_vectors, np.stack([hashed("It rains."), hashed("It pours.")]))
    assert np.array_equal(view.passage_vectors, hashed("It rains. It pours.")[None])
    assert [view.passages[n].order for n in view.passage_of] == [1, 1]


def test_a_view_of_neighbours_alone_copies_no_vectors() -> None:
    book = lantern()
    assert np.shares_memory(book.seen_through(at(3)).sentence_vectors, book.sentence_vectors)
    assert np.array_equal(book.seen_through(at(3)).sentence_vectors, book.sentence_vectors[:4])
    assert book.seen_through(at(-1)).sentence_vectors.shape == (0, book.sentence_vectors.shape[1])


def test_those_who_may_see_the_same_share_a_view_and_others_do_not() -> None:
    book = lantern()
    assert book.seen_through(at(2)) is book.seen_through(Gate(Audience({LANTERN: 2, KITE: 4})))
    assert book.seen_through(at(2)) is not book.seen_through(at(3))


def test_audiences_who_see_as_much_but_not_the_same_share_nothing() -> None:
    book = lantern(row(0, 2), row(1, 0, "He swears.", explicit=True))
    assert [p.order for p in book.seen_through(at(2)).passages] == [0]
    assert [p.order for p in book.seen_through(at(1, adults=True)).passages] == [1]
