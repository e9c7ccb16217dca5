"""Placing: text that nobody placed is shown too late rather than too early, in whichever book it tells of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Book, Unit
from corpus.documents import read_document
from corpus.library import Library
from corpus.passages import Passage, cut
from retrieval.gate import Audience
from retrieval.place import related, spread
from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.bookshelf import (
    KITE,
    KITE_DOCUMENTS,
    LANTERN,
    LANTERN_DOCUMENTS,
    LANTERN_SUMMARY,
    opened,
    write_book,
    write_kite,
    write_lantern,
)

REVIEWS = {
    "storm": "I held my breath when the storm broke the harbour wall and Silas rowed out to save the fishermen.",
    "ending": "At last the letter is opened, and it says that Silas drowned his brother for the sake of the lamp.",
    "stamps": "The postage stamps of Bolivia were printed again in a smaller format.",
    "other": "Edward follows the train to the city and becomes a clockmaker there.",
    "both": "Dorothea comes to the island on a boat. Silas drowned his brother for the sake of the lamp.",
}
"""What readers might write under The Lantern."""


STORY = f"---\nkind: summary\n---\n\n{LANTERN_DOCUMENTS['summary.md']}"


@pytest.fixture(scope="module")
def reviewed(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The Lantern with reviews that nobody placed, and The Kite by the same author."""
    folder = tmp_path_factory.mktemp("reviewed")
    written = "".join(f"## {name}\n\n{text}\n\n" for name, text in REVIEWS.items())
    reviews = f"---\nkind: review\n---\n\n{written}"
    write_book(folder / "library", LANTERN, LANTERN_DOCUMENTS | {"reviews.md": reviews})
    write_book(folder / "library", KITE, KITE_DOCUMENTS, marks=4)
    with opened(folder / "library", folder / "data", embedder) as retriever:
        yield retriever


def review(retriever: Retriever, name: str) -> Passage:
    everybody = Audience({LANTERN: 10, KITE: 4})
    (found,) = [p for p in retriever.passages(LANTERN, everybody, ("review",)) if p.text == REVIEWS[name]]
    return found


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("storm", {LANTERN: 5}),
        ("ending", {LANTERN: 10}),
        ("stamps", {LANTERN: 10}),  # what cannot be placed reveals the whole book
        ("other", {KITE: 4}),  # another book's ending, under this one
        ("both", {LANTERN: 10}),  # the furthest sentence counts
    ],
)
def test_a_review_waits_for_all_that_it_tells(reviewed: Retriever, name: str, least: dict[str, int]) -> None:
    found = review(reviewed, name)
    assert found.inferred
    assert {slug: found.reveals.marks.get(slug, 0) >= mark for slug, mark in least.items()} == dict.fromkeys(
        least, True
    )


def test_what_tells_of_another_book_alone_needs_no_position_in_this_one(reviewed: Retriever) -> None:
    assert review(reviewed, "other").reveals.within({KITE: 4})
    assert not review(reviewed, "other").reveals.within({LANTERN: 10})


def test_a_review_is_not_later_than_what_it_tells(reviewed: Retriever) -> None:
    assert review(reviewed, "storm").reveals.marks[LANTERN] < 10


def test_what_the_library_places_is_not_inferred(reviewed: Retriever) -> None:
    everybody = Audience({LANTERN: 10, KITE: 4})
    told = [p for p in reviewed.passages(LANTERN, everybody) if p.kind != "review"]
    assert told
    assert not any(p.inferred for p in told)


@pytest.mark.parametrize("mark", LANTERN_SUMMARY)
def test_a_message_that_repeats_a_chapter_is_for_those_who_have_read_it(reviewed: Retriever, mark: int) -> None:
    found = reviewed.place(LANTERN_SUMMARY[mark], [LANTERN])
    assert found.marks[LANTERN] >= mark


def test_a_message_is_placed_by_the_furthest_thing_that_it_tells(reviewed: Retriever) -> None:
    message = (
        "Dorothea comes to the island on the evening boat. What a beginning! I had tea while reading it, and it rained "
        "outside all day long. We should meet again soon. Silas drowned his brother for the sake of the lamp."
    )
    assert reviewed.place(message, [LANTERN]).marks[LANTERN] == 10


def test_a_message_that_is_about_no_book_is_no_spoiler(reviewed: Retriever) -> None:
    for message in ("See you on Thursday at eight!", "😱", "…"):
        assert reviewed.place(message).within({})
        assert reviewed.place(message, [LANTERN]).within({})


@pytest.mark.parametrize("above", ["## Chapter 0", "---\nreveals: 0\n---\n## Chapter 0", "My notes\n\n1)"])
def test_a_heading_or_a_list_does_not_water_down_what_it_stands_by(reviewed: Retriever, above: str) -> None:
    told = f"{above}\nSilas drowned his brother"
    assert reviewed.place(told, [LANTERN]).marks[LANTERN] == 10


def test_a_message_is_placed_in_the_book_that_it_names(reviewed: Retriever) -> None:
    told = "In The Kite, Edward follows the train to the city and becomes a clockmaker there."
    assert reviewed.place(told).marks[KITE] == 4
    assert reviewed.place(told, [LANTERN]).marks[KITE] == 4  # whatever the thread is about


def test_a_message_that_gives_away_another_book_of_the_author_is_placed_there_too(reviewed: Retriever) -> None:
    told = "Edward becomes a clockmaker in the city."
    assert reviewed.place(told, [LANTERN]).marks[KITE] == 4
    assert not reviewed.place(told, [LANTERN]).within({LANTERN: 10})


@pytest.mark.parametrize("mark", LANTERN_SUMMARY)
def test_a_message_that_fits_the_book_at_hand_best_is_about_no_other(reviewed: Retriever, mark: int) -> None:
    assert KITE not in reviewed.place(LANTERN_SUMMARY[mark], [LANTERN]).marks


def test_a_message_that_names_no_book_is_placed_where_it_fits(reviewed: Retriever) -> None:
    assert reviewed.place("Edward becomes a clockmaker in the city.").marks[KITE] == 4
    assert reviewed.place("Silas drowned his brother.").marks[LANTERN] == 10


def test_only_the_place_of_a_question_is_told_and_not_what_stands_there(reviewed: Retriever) -> None:
    question = "Whom does Silas save from the rocks in the storm?"
    assert {reviewed.whereabouts(question, Audience({LANTERN: at}), LANTERN) for at in (0, 5, 10)} == {5}


def test_a_place_in_a_book_of_which_nothing_is_known_is_not_told(
    reviewed: Retriever, library: Path, data: Path
) -> None:
    write_book(library, KITE, {})
    with opened(library, data) as retriever:
        assert retriever.whereabouts("Who?", Audience(), KITE) is None


def novel(marks: int) -> Book:
    return Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, marks)


def told_in_order(folder: Path, marks: int, paragraphs: list[str]) -> list[int]:
    """Return the marks at which a summary without labels is placed."""
    path = folder / "summary.md"
    path.write_text("\n\n".join(paragraphs), encoding="utf-8")
    settled, unplaced = cut(novel(marks), [read_document(path, novel(marks), {}, [])])
    assert settled == []
    placed = spread(unplaced, novel(marks))
    assert all(p.inferred for p in placed)
    return [p.reveals.marks[LANTERN] for p in placed]


@given(marks=st.integers(1, 120), lengths=st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_a_summary_is_spread_over_its_book_in_order_and_never_early(
    tmp_path_factory: pytest.TempPathFactory, marks: int, lengths: list[int]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    found = told_in_order(folder, marks, [f"It {'really ' * length}rained." for length in lengths])
    assert found == sorted(found)
    assert found[0] >= 1
    assert found[-1] == marks
    assert len(set(found)) <= len(found) <= len(lengths)


def test_the_end_of_a_passage_says_where_it_is(tmp_path: Path) -> None:
    paragraph = "It rained. It snowed. It thawed."
    assert told_in_order(tmp_path, 3, [paragraph] * 4) == [1, 2, 3, 3]  # rounded up
    assert told_in_order(tmp_path, 100, [paragraph] * 4) == [32, 58, 82, 100]  # and a little later than its share


def told_without_labels(folder: Path, embedder: Embedder, told: list[str], **labelled: str) -> list[Passage]:
    """Return the passages of a summary without labels beside the labelled documents of The Lantern."""
    write_book(folder / "library", LANTERN, {**labelled, "told.md": f"---\nkind: summary\n---\n\n{' '.join(told)}"})
    with opened(folder / "library", folder / "data", embedder) as retriever:
        return [p for p in retriever.placed_for_the_owner(LANTERN) if p.document == "told.md"]


UNEVEN = [
    "By the evening boat Dorothea arrives on the island.",
    "A letter lies unopened in her bag.",
    "The harbour is dark.",
    "No one waits for Dorothea there.",
    "She gets a room under the lamp from Silas, who keeps the lighthouse.",
    "About his brother Silas says nothing.",
    "The letter, opened at last, says that Silas drowned his brother for the lamp.",
    "Dorothea puts the light out.",
    "She goes away from the island for ever.",
]
"""A summary that spends six of nine sentences on the first two chapters of ten."""


def test_a_summary_is_aligned_with_what_the_library_places(tmp_path: Path, embedder: Embedder) -> None:
    found = told_without_labels(tmp_path, embedder, UNEVEN, **{"story.md": STORY})
    marks = [p.reveals.marks[LANTERN] for p in found]
    assert all(p.inferred for p in found)
    assert marks[0] in (1, 2, 3)  # by its share of the text it would be at 5
    assert marks[-1] == 10
    assert marks == sorted(marks)


def test_a_sentence_out_of_order_waits_for_what_it_tells(tmp_path: Path, embedder: Embedder) -> None:
    early = ["Dorothea opens the letter at last. It says that Silas drowned his brother for the sake of the lamp."]
    found = told_without_labels(tmp_path, embedder, [*early, *UNEVEN[:6], *UNEVEN[7:]], **{"story.md": STORY})
    assert found[0].reveals.marks[LANTERN] == 10


def test_a_summary_beside_too_little_text_is_spread(tmp_path: Path, embedder: Embedder) -> None:
    little = "## Chapter 5\n\nA storm breaks the harbour wall in the night.\n"
    found = told_without_labels(tmp_path, embedder, UNEVEN, **{"story.md": f"---\nkind: summary\n---\n\n{little}"})
    assert [p.reveals.marks[LANTERN] for p in found] == [4, 8, 10]
    assert {p.certainty for p in found} == {0.0}


def test_how_sure_a_place_is_is_kept_with_it(reviewed: Retriever) -> None:
    assert review(reviewed, "storm").certainty > review(reviewed, "stamps").certainty
    assert {p.certainty for p in reviewed.placed_for_the_owner(LANTERN) if not p.inferred} == {1.0}


def test_the_end_of_a_paragraph_ends_a_passage_that_has_to_be_matched(tmp_path: Path, embedder: Embedder) -> None:
    told = "---\nkind: review\n---\n\nDorothea comes to the island on the evening boat.\n\nI loved every page.\n"
    write_book(tmp_path / "library", LANTERN, LANTERN_DOCUMENTS | {"review.md": told})
    with opened(tmp_path / "library", tmp_path / "data", embedder) as retriever:
        first, second = (p for p in retriever.placed_for_the_owner(LANTERN) if p.document == "review.md")
    assert first.reveals.marks[LANTERN] < second.reveals.marks[LANTERN] == 10


def test_a_text_may_be_about_books_of_its_author_its_series_and_those_that_it_names(library: Path) -> None:
    write_lantern(library)
    write_kite(library)
    write_book(library, "same-author", {})
    write_book(library, "same-series", {}, author="Traditional", series="Lights")
    write_book(library, "stranger", {}, author="Unknown")
    write_book(library, LANTERN, {}, series="Lights")
    books = Library.load(library)
    lantern = books.books[LANTERN]
    assert set(related(lantern, [], books)) == {LANTERN, "same-author", "same-series"}
    assert set(related(lantern, ["Not like The Kite!"], books)) == {LANTERN, "same-author", "same-series", KITE}
    assert related(books.books["stranger"], [], books) == ["stranger"]  # to be in no series is nothing in common
