"""The guard: what a chat model says is shown where visible text supports it, and stopped where hidden text does."""

from pathlib import Path

import pytest

from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import KITE, LANTERN, opened, write_kite, write_lantern

QUESTION = "What did Silas do?"
SUPPORTED = "Silas rowed out in the storm and saved two fishermen."
HIDDEN = "Silas drowned his brother for the sake of the lamp."


def shown(retriever: Retriever, said: list[str], at: int, question: str = QUESTION) -> list[bool]:
    return [verdict.shown for verdict in retriever.verdicts(question, said, Audience({LANTERN: at}), LANTERN)]


def test_a_sentence_that_the_visible_text_supports_is_shown(island: Retriever) -> None:
    assert shown(island, [SUPPORTED], 5) == [True]


def test_a_sentence_that_only_hidden_text_supports_is_stopped(island: Retriever) -> None:
    assert shown(island, [HIDDEN], 5) == [False]
    assert shown(island, [SUPPORTED], 2) == [False]


def test_each_sentence_is_judged_alone(island: Retriever) -> None:
    assert shown(island, [SUPPORTED, HIDDEN, "A storm breaks the harbour wall in the night."], 5) == [True, False, True]


def test_who_has_finished_may_read_whatever_is_said(island: Retriever) -> None:
    said = [SUPPORTED, HIDDEN, "Purple submarines conquered Bolivia.", "", "[1]"]
    verdicts = island.verdicts(QUESTION, said, Audience({LANTERN: 10}), LANTERN)
    assert [verdict.shown for verdict in verdicts] == [True] * len(said)
    assert [verdict.risk for verdict in verdicts] == [0.0] * len(said)


@pytest.mark.parametrize(
    "sentence",
    [
        "Сайлас утопил своего брата.", "Сайлас.", "Да.", "サイラスは弟を溺れさせた。", "سيلاس أغرق أخاه.",
        "Ο Σίλας έπνιξε τον αδελφό του.", "Silas rowed out in the storm and saved two fishermen, и утопил брата.",
        "Silas rоwed out.",
    ],
)  # fmt: skip
def test_letters_that_nothing_can_be_held_against_are_stopped(island: Retriever, sentence: str) -> None:
    assert shown(island, [sentence], 5) == [False]
    assert shown(island, [sentence], 10) == [True]


def test_a_word_in_other_letters_that_the_visible_text_holds_may_be_said(library: Path, data: Path) -> None:
    write_lantern(library, background_md="<!-- reveals: 1 -->\nOn the boat stands Søren’s word for a lamp, фонарь.\n")
    with opened(library, data) as retriever:
        assert shown(retriever, ["On the boat stands Søren’s word for a lamp, фонарь."], 5) == [True]
        assert shown(retriever, ["On the boat stands Søren’s word for a lamp, лампа."], 5) == [False]


def test_a_name_of_another_book_is_judged_by_that_one_too(shipped: Retriever) -> None:
    asked, before = "tinker-tailor-soldier-spy", "the-hound-of-the-baskervilles"
    for said, book in (("Not yet, but remember Zürich.", "call-for-the-dead"), ("It is Stapleton.", before)):
        for marks, expected in ((0, False), (shipped.library.books[book].marks, True)):
            audience = Audience({asked: 38, book: marks})
            assert [v.shown for v in shipped.verdicts("Go on.", [said], audience, asked, [before])] == [expected]


def test_a_name_that_may_be_of_a_book_which_is_still_read_is_stopped(library: Path, data: Path, tmp_path: Path) -> None:
    write_lantern(library)
    write_kite(tmp_path / "own")
    said, audience = [SUPPORTED, "In The Kite, Zebedee falls."], Audience({LANTERN: 10}, club="a club")
    with opened(library, data) as retriever:
        retriever.library.change({tmp_path / "own" / KITE: "a club"})
        assert [v.shown for v in retriever.verdicts(QUESTION, said, audience, LANTERN)] == [True, False]
        retriever.refresh()
        assert [v.shown for v in retriever.verdicts(QUESTION, said[:1], audience, LANTERN)] == [True]


def test_the_position_in_this_book_is_what_counts(island: Retriever) -> None:
    elsewhere = Audience({"the-kite": 4, "no-such-book": 10})
    assert [verdict.shown for verdict in island.verdicts(QUESTION, [HIDDEN], elsewhere, LANTERN)] == [False]


@pytest.mark.parametrize(
    ("book", "at", "question", "said"),
    [
        ("smileys-people", 5, "What becomes of Karla?", "Karla crosses the bridge to the West and gives himself up."),
        ("the-hound-of-the-baskervilles", 4, "Who is behind it all?", "Stapleton is a Baskerville and owns the hound."),
        ("tinker-tailor-soldier-spy", 5, "Who is the mole?", "The mole is Bill Haydon."),
    ],
)
def test_a_famous_ending_is_stopped_before_the_end_and_shown_after_it(
    shipped: Retriever, book: str, at: int, question: str, said: str
) -> None:
    (before,) = shipped.verdicts(question, [said], Audience({book: at}), book)
    finished = Audience({slug: b.marks for slug, b in shipped.library.books.items()}, adults=True)
    (after,) = shipped.verdicts(question, [said], finished, book)
    assert not before.shown
    assert after.shown
