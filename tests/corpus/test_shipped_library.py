"""The library that comes with Dogear: complete, placed, and without a mistake that the loader can see."""

from itertools import chain

import pytest

from corpus.books import Book
from corpus.documents import Block, Document
from corpus.library import SHIPPED, Library
from corpus.names import find_book, names_in
from corpus.passages import Passage, cut
from corpus.positions import parse_position
from retrieval.retriever import text_stems

LIBRARY = Library.load(SHIPPED)

NOVELS = {
    "call-for-the-dead": 1961,
    "a-murder-of-quality": 1962,
    "the-spy-who-came-in-from-the-cold": 1963,
    "the-looking-glass-war": 1965,
    "tinker-tailor-soldier-spy": 1974,
    "the-honourable-schoolboy": 1977,
    "smileys-people": 1979,
    "the-secret-pilgrim": 1990,
    "a-legacy-of-spies": 2017,
}
HOUND = "the-hound-of-the-baskervilles"

every_book = pytest.mark.parametrize("slug", [*NOVELS, HOUND])


def documents(slug: str, kind: str) -> list[Document]:
    return [document for document in LIBRARY.documents[slug] if document.kind == kind]


def blocks(slug: str, kind: str) -> list[Block]:
    return list(chain.from_iterable(document.blocks for document in documents(slug, kind)))


def passages(slug: str) -> list[Passage]:
    """Return the passages of a book, once it is sure that all of them were placed by hand."""
    placed, unplaced = cut(LIBRARY.books[slug], LIBRARY.documents[slug])
    assert unplaced == []
    return placed


def needed(block: Block, slug: str) -> int:
    assert block.reveals is not None, block.text
    return block.reveals.marks.get(slug, 0)


def test_nothing_is_wrong_with_it() -> None:
    assert [str(problem) for problem in LIBRARY.problems] == []
    assert LIBRARY.books.keys() == {*NOVELS, HOUND}


@every_book
def test_every_text_is_placed(slug: str) -> None:
    for passage in passages(slug):
        assert not passage.inferred
        assert passage.reveals.marks.keys() <= LIBRARY.books.keys()
        assert all(mark <= LIBRARY.books[book].marks for book, mark in passage.reveals.marks.items())


@every_book
def test_a_summary_is_told_through_the_whole_book(slug: str) -> None:
    book = LIBRARY.books[slug]
    told = [needed(block, slug) for block in blocks(slug, "summary")]
    assert 0 < told[0] <= 0.2 * book.marks
    assert told[-1] >= 0.85 * book.marks
    assert told == sorted(told)
    assert len(set(told)) >= 9


@every_book
def test_people_are_placed_where_they_are_met(slug: str) -> None:
    people = blocks(slug, "people")
    names = {block.heading for block in people}
    assert len(names) >= 8
    assert "" not in names
    first: dict[str, Block] = {}
    for block in people:
        met = first.setdefault(block.heading, block)
        assert block.reveals is not None
        assert met.reveals is not None
        assert block.reveals.covers(met.reveals), f"{block.heading} is told of before being met"
    assert len(people) > len(names)


@every_book
def test_every_name_is_shown_from_where_its_person_is_met(slug: str) -> None:
    for passage in passages(slug):
        if passage.kind == "people":
            assert passage.heading


@every_book
def test_there_is_enough_to_discuss(slug: str) -> None:
    book = LIBRARY.books[slug]
    questions = [block for block in blocks(slug, "discussion") if block.is_item]
    assert len(questions) >= 5
    placed = [needed(question, slug) for question in questions]
    assert min(placed) < 0.5 * book.marks
    assert max(placed) > 0.5 * book.marks
    assert all("?" in question.text for question in questions)
    assert len({block.heading for block in blocks(slug, "themes")}) >= 3


@every_book
def test_words_and_places_are_explained_in_the_first_sentence(slug: str) -> None:
    entries = [passage for passage in passages(slug) if passage.kind == "glossary"]
    assert 8 <= len({passage.heading for passage in entries}) <= 25
    for entry in entries:
        assert text_stems(entry.heading) & text_stems(entry.sentences[0]), entry.heading
        assert len(entry.text.split()) <= 45, entry.heading


@every_book
def test_similar_books_and_books_to_read_before(slug: str) -> None:
    book = LIBRARY.books[slug]
    assert len(book.similar) >= 3
    assert all(similar.title and similar.author for similar in book.similar)
    for requirement in book.requires:
        assert requirement.book in LIBRARY.books
        assert requirement.reason
        assert requirement.reveals.within({})


@every_book
def test_every_name_of_a_book_finds_it(slug: str) -> None:
    book: Book = LIBRARY.books[slug]
    for name in book.names:
        assert find_book(name, LIBRARY.books) is book
        assert names_in(f"What happens at the end of {name}?", LIBRARY.books) == [slug]
    assert parse_position("finished", book) == book.marks


def test_a_legacy_of_spies_has_its_page() -> None:
    book = LIBRARY.books["a-legacy-of-spies"]
    assert book.ratings is not None
    assert (book.ratings.source, book.ratings.count > book.ratings.reviews > 0) == ("Goodreads", True)
    assert book.editions
    assert documents(book.slug, "advice")
    assert documents(book.slug, "answers")


def test_a_legacy_of_spies_has_reviews_with_stars() -> None:
    slug = "a-legacy-of-spies"
    reviews = [passage for passage in passages(slug) if passage.kind == "review"]
    assert len({passage.group for passage in reviews}) >= 20
    assert sum(passage.rating is not None for passage in reviews) >= 20
    assert len({passage.rating for passage in reviews if passage.rating}) >= 3
    assert all(len(passage.sentences) <= 3 for passage in reviews)
