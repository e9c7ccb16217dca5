"""What a search gives: the passages that answer first, sentences in reading order, and how sure it is."""

from itertools import pairwise
from pathlib import Path

import pytest

from corpus.library import Library
from retrieval.gate import Audience
from retrieval.retriever import TOP, Retriever, open_retriever
from retrieval.types import StoreHeld
from tests.fakes.bookshelf import KITE, LANTERN, opened, write_book, write_kite, write_lantern
from tests.fakes.embedder import HashedEmbedder

FINISHED = Audience({LANTERN: 10, KITE: 4}, adults=True)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Whom does Silas save in the storm?", "two fishermen"),
        ("What does Dorothea carry when she comes to the island?", "letter"),
        ("Who warns Dorothea to leave?", "priest"),
        ("Who drowned his brother?", "Silas"),
    ],
)
def test_the_passage_that_answers_comes_first(island: Retriever, question: str, answer: str) -> None:
    found = island.search(question, FINISHED, LANTERN)
    assert answer in found.passages[0].passage.text
    assert any(answer in s.text for s in sorted(found.sentences, key=lambda s: -s.score)[:2])


@pytest.mark.parametrize("mark", range(11))
def test_passages_and_sentences_of_a_search(shipped: Retriever, mark: int) -> None:
    book = "the-hound-of-the-baskervilles"
    found = shipped.search("What is on the moor?", Audience({book: mark}), book)
    assert found.book == book
    assert len(found.passages) == TOP
    assert len({ranked.passage.id for ranked in found.passages}) == TOP
    assert {ranked.passage.id for ranked in found.passages} <= {s.passage.id for s in found.sentences}
    assert [s.number for s in found.sentences] == list(range(len(found.sentences)))
    assert all(one.passage.order <= next_.passage.order for one, next_ in pairwise(found.sentences))
    assert [s.text for s in found.sentences] == [
        text for p in shipped.passages(book, Audience({book: mark})) for text in p.sentences
    ]
    assert sum(s.score for s in found.sentences) == pytest.approx(1, abs=1e-4)
    assert all(0 <= s.score <= 1 for s in found.sentences)
    assert all(0 <= p.score <= 1 for p in found.passages)
    assert 0 <= found.confidence <= 1


def test_it_is_surer_of_what_is_there_than_of_what_is_not(island: Retriever) -> None:
    there = island.search("Who rows out alone in the storm and saves two fishermen?", FINISHED, LANTERN)
    not_there = island.search("Which purple submarine conquered Bolivia in 1894?", FINISHED, LANTERN)
    assert there.confidence > 0.6 > 0.3 > not_there.confidence


def test_operators_are_told_that_something_hidden_fits_better(island: Retriever) -> None:
    question = "Did Silas drown his brother for the sake of the lamp?"
    assert island.search(question, Audience({LANTERN: 5}), LANTERN).withheld
    assert not island.search(question, FINISHED, LANTERN).withheld
    assert not island.search("Who gives Dorothea a room below the lamp?", Audience({LANTERN: 5}), LANTERN).withheld


def test_with_nothing_to_see_there_is_nothing_but_whether_something_is_hidden(library: Path, data: Path) -> None:
    (write_lantern(library) / "premise.md").unlink()
    write_book(library, KITE, {})
    with opened(library, data) as retriever:
        hidden = retriever.search("Who is Silas?", Audience(), LANTERN)
        empty = retriever.search("Who is Silas?", Audience(), KITE)
    assert (hidden.passages, hidden.sentences, hidden.confidence, hidden.withheld) == ((), (), 0.0, True)
    assert (empty.passages, empty.sentences, empty.confidence, empty.withheld) == ((), (), 0.0, False)


@pytest.mark.parametrize("question", ["", "?", "the of and", "😱", "Wer ist Silas?", "a" * 4_000, "who " * 900, "{x}"])
def test_any_question_is_searched_for(island: Retriever, question: str) -> None:
    found = island.search(question, FINISHED, LANTERN)
    assert found.passages
    assert 0 <= found.confidence <= 1


def test_with_another_model_the_same_words_are_found(library: Path, data: Path) -> None:
    write_lantern(library)
    with opened(library, data, HashedEmbedder()) as retriever:
        found = retriever.search("Who saves the two fishermen from the rocks?", FINISHED, LANTERN)
        assert "two fishermen" in found.passages[0].passage.text


def test_passages_of_a_book_are_in_reading_order_and_of_the_kinds_asked_for(island: Retriever) -> None:
    reader = Audience({LANTERN: 5})
    everything = island.passages(LANTERN, reader)
    assert [p.order for p in everything] == sorted(p.order for p in everything)
    assert {p.kind for p in everything} == {"premise", "people", "summary"}
    assert [p for p in everything if p.kind == "people"] == island.passages(LANTERN, reader, ("people",))
    assert [p for p in everything if p.kind != "people"] == island.passages(LANTERN, reader, ("summary", "premise"))
    assert island.passages(LANTERN, reader, ("quotes",)) == []


def test_a_retriever_is_opened_with_a_model_and_lets_go_of_its_store(
    library: Path, data: Path, tiny_model: Path
) -> None:
    write_lantern(library)
    write_kite(library)
    books = Library.load(library)
    with open_retriever(books, data, str(tiny_model)) as retriever:
        assert sorted(retriever.stale()) == [KITE, LANTERN]
        assert retriever.refresh().books == 2
        assert retriever.stale() == []
        assert retriever.search("Who is Silas?", FINISHED, LANTERN).passages
        with pytest.raises(StoreHeld), open_retriever(books, data, str(tiny_model)):
            pass
    with open_retriever(books, data, str(tiny_model)) as retriever:
        assert retriever.stale() == []
