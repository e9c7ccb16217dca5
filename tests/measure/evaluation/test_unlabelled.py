"""Measuring where unlabelled text lands: texts of known truth, and what counts as too early."""

from dataclasses import replace
from pathlib import Path

from corpus.books import Reveals
from corpus.library import Library
from corpus.passages import Passage, cut
from retrieval.types import Embedder
from tests.fakes.bookshelf import LANTERN, LANTERN_SUMMARY
from tests.measure.evaluation.unlabelled import CASES, TEXT, Said, Tale, measured, placings

TOLD = [Said(f"Sentence {n} of a hundred.", n) for n in range(1, 101)]
TALE = Tale("the-tale", 100, TOLD, [Said(f"What is {n}? It is {n}.", n) for n in range(1, 8)])


def passage(order: int, mark: int, *sentences: str) -> Passage:
    return Passage(f"x/{order}", "x", "summary", TEXT, sentences, Reveals.of({"x": mark}), True, order, 1)


def test_a_sentence_counts_from_where_any_of_it_can_be_seen() -> None:
    told = [Said("It rains.", 3), Said("Oh!", None), Said("He said: “No.” And left.", 4)]
    found = [passage(1, 9, "And left."), passage(0, 2, "It rains.", "Oh!", "He said: “No.”")]
    assert list(placings(told, found)) == [(2, 3), (2, 4)]


def test_a_case_goes_through_the_library_and_the_store(embedder: Embedder) -> None:
    told = [Said(text, mark) for mark, text in LANTERN_SUMMARY.items()]
    tale = Tale(LANTERN, 10, told, [Said("Who drowned his brother? Silas drowned him.", 10)])
    (case,) = (case for case in CASES if case.name == "reviews: alone in their books")
    figures = measured([case.of(tale)], embedder)
    assert figures == {"sentences": 1, "too early": 0, "excess": 0, "at the end": 1}


def test_a_case_without_labels_has_none(tmp_path: Path) -> None:
    for case in CASES:
        case.of(replace(TALE, slug=f"tale-{CASES.index(case)}")).write(tmp_path)
    library = Library.load(tmp_path)
    assert library.problems == ()
    for slug, book in library.books.items():
        settled, unplaced = cut(book, library.documents[slug])
        assert {u.passage.document for u in unplaced} == {TEXT}
        assert TEXT not in {p.document for p in settled}
