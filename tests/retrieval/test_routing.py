"""Which book is meant: the one that a question names, or the one whose visible text fits it."""

from pathlib import Path

import pytest

from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import KITE, LANTERN, opened, write_book, write_kite, write_lantern

FINISHED = Audience({LANTERN: 10, KITE: 4})


@pytest.mark.parametrize(
    ("question", "book"),
    [
        ("What does Edward find in The Kite?", KITE),
        ("Is there a storm in the kite?", KITE),  # a name counts for more than what fits
        ("Who is Silas in “The Lantern”?", LANTERN),
    ],
)
def test_a_question_that_names_a_book_is_about_it(island: Retriever, question: str, book: str) -> None:
    for audience in (FINISHED, Audience()):
        assert island.search(question, audience).book == book


@pytest.mark.parametrize(
    ("question", "book"),
    [
        ("What does Edward become in the city?", KITE),
        ("Who rowed out in the storm?", LANTERN),
        ("What is caught by the train?", KITE),
    ],
)
def test_a_question_that_names_none_finds_the_book_that_answers(island: Retriever, question: str, book: str) -> None:
    assert island.search(question, FINISHED).book == book


def test_of_two_books_named_the_one_that_answers_is_taken(island: Retriever) -> None:
    between = "Who becomes a clockmaker, in The Lantern or in The Kite?"
    assert island.search(between, FINISHED).book == KITE
    assert island.search("Who saves fishermen, in The Kite or in The Lantern?", FINISHED).book == LANTERN


def test_a_book_is_found_by_its_visible_text_alone(island: Retriever) -> None:
    ending = "Does anybody become a clockmaker?"
    assert island.search(ending, FINISHED).book == KITE
    beginner = island.search(ending, Audience({LANTERN: 10}))
    assert all(p.passage.reveals.within({LANTERN: 10}) for p in beginner.passages)


@pytest.mark.parametrize(
    ("question", "book"),
    [
        ("Why is the moor dangerous at night?", "the-hound-of-the-baskervilles"),
        ("Which of the masters of Carne School is lying?", "a-murder-of-quality"),
        ("Why does Fred Leiser learn to use a radio again?", "the-looking-glass-war"),
        ("What happens to Jerry Westerby in Hong Kong?", "the-honourable-schoolboy"),
    ],
)
def test_in_the_shipped_library_a_question_finds_its_book(shipped: Retriever, question: str, book: str) -> None:
    finished = Audience({slug: b.marks for slug, b in shipped.library.books.items()})
    assert shipped.search(question, finished).book == book


def test_an_alias_is_a_name(library: Path, data: Path) -> None:
    write_kite(library)
    write_book(library, LANTERN, {}, aliases=["Lighthouse Novel"])
    with opened(library, data) as retriever:
        assert retriever.search("Does the lighthouse novel have a train?", FINISHED).book == LANTERN


def test_where_nothing_may_be_read_no_book_is_meant(library: Path, data: Path) -> None:
    for write in (write_lantern, write_kite):
        (write(library) / "premise.md").unlink()
    with opened(library, data) as retriever:
        nothing = retriever.search("Who saves the fishermen?", Audience())
        assert (nothing.book, nothing.passages, nothing.sentences) == (None, (), ())
        both = retriever.search("Who saves the fishermen, in The Kite or in The Lantern?", Audience())
        assert (both.book, both.passages) == (None, ())


def test_a_book_that_is_named_is_meant_even_where_nothing_of_it_may_be_read(library: Path, data: Path) -> None:
    (write_lantern(library) / "premise.md").unlink()
    write_kite(library)
    with opened(library, data) as retriever:
        found = retriever.search("Who is Silas in The Lantern?", Audience({KITE: 4}))
        assert (found.book, found.passages, found.withheld) == (LANTERN, (), True)


def test_a_book_is_found_in_a_library_of_any_size_by_who_has_not_begun_it(library: Path, data: Path) -> None:
    """Everything is hidden from them but one passage, and a thousand hidden ones are nearer to the question."""
    hidden = "".join(f"## Chapter {n}\n\nA paper kite over the railway, number {n}.\n\n" for n in range(1, 400))
    for number in range(3):
        write_book(library, f"hidden-{number}", {"summary.md": hidden}, marks=400)
    write_kite(library)
    with opened(library, data) as retriever:
        asked = "Who flies a paper kite over the railway?"
        assert retriever.search(asked, Audience({"hidden-1": 400})).book == "hidden-1"
        found = retriever.search(asked, Audience())
        assert (found.book, len(found.passages)) == (KITE, 1)


def test_an_empty_library_answers_nothing(library: Path, data: Path) -> None:
    with opened(library, data) as retriever:
        assert retriever.search("Anything?", FINISHED).book is None
        assert retriever.place("Anything at all.").within({})
