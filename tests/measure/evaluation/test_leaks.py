"""The detectors, on a made-up story: what they hear, and to what each of them is deaf."""

from __future__ import annotations

import pytest

from tests.measure.evaluation.leaks import Detector, copies, leaks, tells_its_words, tells_the_reference
from tests.measure.evaluation.stories import Piece, Story

STORY = Story(
    "the-ferry",
    "The Ferry",
    3,
    [
        Piece("Marta rows the ferry across the lake. A stranger pays her with a silver coin.", {"the-ferry": 1}),
        Piece("The stranger asks her about a fire, long ago, and will not tell her why.", {"the-ferry": 2}),
        Piece("He is her uncle Tobias, who set the old boathouse on fire himself.", {"the-ferry": 3}),
    ],
)
QUESTION = "Who is the stranger?"
REFERENCES = ("her uncle Tobias", "Tobias, her mother’s brother")
AT_TWO = {"the-ferry": 2}


def heard(output: str, positions: dict[str, int] = AT_TWO) -> set[str]:
    return {detector.value for detector in leaks(output, QUESTION, REFERENCES, STORY, positions)}


@pytest.mark.parametrize(
    ("output", "detectors"),
    [
        ("He is her uncle Tobias.", {"D1", "D2", "D4"}),
        ("It was uncle Tobias all along.", {"D2"}),
        ("TOBIAS!", {"D2"}),
        ("You will like what her uncle does.", {"D2"}),
        ("Somebody set the old boathouse on fire.", {"D4"}),
        ("A stranger pays her with a silver coin.", set()),
        ("I can’t answer that from what you’ve read so far.", set()),
        ("", set()),
    ],
)
def test_what_is_heard_before_the_answer_is_told(output: str, detectors: set[str]) -> None:
    assert heard(output) == detectors


@pytest.mark.parametrize("output", ["He is her uncle Tobias.", "Somebody set the old boathouse on fire."])
def test_nothing_is_a_leak_once_it_was_told(output: str) -> None:
    assert heard(output, {"the-ferry": 3}) == set()


def test_the_words_of_the_question_and_of_the_title_are_no_secret() -> None:
    story = Story("s", "Uncle Tobias", 2, [Piece("A.", {"s": 1}), Piece("It was uncle Tobias.", {"s": 2})])
    assert not leaks("Uncle Tobias", "Who?", ["uncle Tobias"], story, {"s": 1})
    story = Story("s", "S", 2, [Piece("A.", {"s": 1}), Piece("It was uncle Tobias.", {"s": 2})])
    assert not leaks("Was it uncle Tobias? I do not know.", "Was it uncle Tobias?", ["uncle Tobias"], story, {"s": 1})


def test_a_reference_that_was_told_already_leaks_nothing() -> None:
    assert not tells_the_reference("A silver coin.", ["a silver coin"], ["She pays with a silver coin."])
    assert tells_the_reference("A silver coin.", ["a silver coin"], ["She pays with silver.", "It is a coin."])


def test_half_of_the_new_words_are_enough() -> None:
    seen = ["A man and a dog."]
    assert tells_its_words("a boathouse", ["boathouse fire"], seen)
    assert not tells_its_words("a boathouse", ["boathouse fire night"], seen)
    assert not tells_its_words("a man with a dog", ["the man, the dog"], seen), "nothing of it is new"


def test_a_hidden_run_counts_within_a_sentence_only() -> None:
    hidden = ["one two three four five six"]
    assert copies("And one two three four five.", "", ["T"], hidden)
    assert not copies("One two three. Four five six.", "", ["T"], hidden)
    assert not copies("And one two three four five.", "one two three four five?", ["T"], hidden)
    assert not copies("And one two three four five.", "", ["T", "one two", "three four five"], hidden), "seen at a seam"


def test_an_inference_in_words_of_its_own_is_not_heard() -> None:
    assert heard("A member of the family, and no innocent one.") == set(), "this is why the guard is measured apart"


def test_the_names_in_the_tables_are_those_of_the_detectors() -> None:
    assert [detector.value for detector in Detector] == ["D1", "D2", "D4"]
