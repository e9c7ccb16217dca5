"""A message spoils where it tells what its readers have not read, in club words or in the book's own."""

import math

import numpy as np
import pytest

from retrieval.check import Forest, with_names
from retrieval.gate import Audience
from retrieval.guard import Evidence
from retrieval.retriever import Retriever

SPY, LEGACY, TINKER = "the-spy-who-came-in-from-the-cold", "a-legacy-of-spies", "tinker-tailor-soldier-spy"


def spoils(shipped: Retriever, text: str, book: str, at: int) -> bool:
    audience = Audience({book: at})
    return not audience.may_see(shipped.check_message(text, [book], audience))


@pytest.mark.parametrize(
    ("text", "book", "at"),
    [
        ("bill is the mole, he worked for karla all along", TINKER, 20),
        ("omg haydn is the mole", TINKER, 20),
        ("Finally caught up! Liz gets shot on the wall and he climbs back down to her. See you Thursday.", SPY, 10),
        ("Leamas climbs back down to Liz on the eastern side and is shot beside her.", SPY, 25),
    ],
)
def test_what_gives_something_away_is_stopped_until_it_is_read(
    shipped: Retriever, text: str, book: str, at: int
) -> None:
    assert spoils(shipped, text, book, at)
    assert not spoils(shipped, text, book, shipped.library.books[book].marks)


@pytest.mark.parametrize(
    "text",
    [
        "lol", "agreed", "wait what", "so good", "See you on Thursday at eight!", "I'll bring snacks",
        "what did everyone think of this section", "the prose is gorgeous", "😱", "",
    ],
)  # fmt: skip
def test_what_claims_nothing_is_no_spoiler(shipped: Retriever, text: str) -> None:
    assert not spoils(shipped, text, TINKER, 8)
    assert not spoils(shipped, text, SPY, 8)


def test_a_sentence_about_two_books_needs_both(shipped: Retriever) -> None:
    told = "Alec Leamas and Elizabeth Gold were shot at the Berlin Wall."
    audience = Audience({LEGACY: shipped.library.books[LEGACY].marks})
    assert not audience.may_see(shipped.check_message(told, [LEGACY], audience))


CALL, PILGRIM = "call-for-the-dead", "the-secret-pilgrim"


def test_people_choose_the_books_that_a_message_is_judged_in(shipped: Retriever) -> None:
    check = shipped.check_message.__self__  # type: ignore[attr-defined]
    assert SPY in check._books_of_people("poor riemeck, and what about Fiedler", [CALL], "")
    assert check._books_of_people("George keeps quiet", [CALL], "") == [CALL]
    assert check._books_of_people("George keeps quiet", [PILGRIM], "") == [PILGRIM]  # a name that both have
    assert check._books_of_people("What a start!", [CALL], "") == []


def test_another_books_ending_is_found_by_its_people_in_a_thread_of_this_one(shipped: Retriever) -> None:
    assert spoils(shipped, "did Fiedler really have to die for Mundt, who works for London?", CALL, 5)


def test_an_exclamation_is_about_no_book(shipped: Retriever) -> None:
    for at_hand in ([], [TINKER]):
        needs = shipped.check_message("What a start!", at_hand, Audience({}))
        assert not any(needs.marks.values())


def test_the_librarys_own_sentences_about_two_books_are_found_in_the_other_books_thread(shipped: Retriever) -> None:
    missed = []
    for told in shipped.placed_for_the_owner(LEGACY):
        needs = told.reveals.marks
        if needs.get(SPY) == shipped.library.books[SPY].marks and needs.get(LEGACY) and told.kind == "summary":
            audience = Audience({SPY: 1})
            missed += [s for s in told.sentences[:1] if audience.may_see(shipped.check_message(s, [SPY], audience))]
    assert missed == []


def test_a_slip_of_the_keys_is_the_name_that_is_meant(shipped: Retriever) -> None:
    opened = shipped._books.open(TINKER, "")
    assert with_names("haydn did it, munchies first", opened) == "Haydon did it, munchies first"


def test_a_forest_adds_up_its_trees_over_signals_and_kind_of_remark() -> None:
    forest = Forest(
        feature=np.array([0, 0, 0, 1, 0, 0], np.int16), threshold=np.array([0.5, 0, 0, 0.5, 0, 0], np.float32),
        left=np.array([1, -1, -1, 4, -1, -1], np.int32), right=np.array([2, -1, -1, 5, -1, -1], np.int32),
        value=np.array([0, -1, 2, 0, 0, 1], np.float32), roots=np.array([0, 3], np.int32), limit=np.array(0.5),
        center=np.array([1, 0], np.float32), axes=np.array([[1, 0]], np.float32),
    )  # fmt: skip

    def risk(signal: float, along: float) -> float:
        vector = np.array([1 + along, 5], np.float32)
        return forest.risk(Evidence(np.array([signal], np.float32), vector, revealing_word=False, hidden=None))

    assert risk(0.1, 0) == pytest.approx(1 / (1 + math.exp(1)))
    assert risk(0.9, 0) == pytest.approx(1 / (1 + math.exp(-2)))
    assert risk(0.9, 1) == pytest.approx(1 / (1 + math.exp(-3)))
