"""What measures compare, what an answer comes to, and what the detectors of leaks hear and are deaf to."""

import pytest

from tests.measure.evaluation.leaks import copies, leaks, tells_its_words, tells_the_reference
from tests.measure.evaluation.metrics import (
    READ,
    answers,
    distinct,
    hit,
    holds,
    runs,
    runs_in_sentences,
    stems,
    words,
)  # fmt: skip
from tests.measure.evaluation.questions import Piece, Story


def test_words_are_lower_case_without_accents_or_possessives_and_those_that_say_nothing_have_no_stem() -> None:
    assert words("The émigré’s café, and Karla's ZÜRICH!") == ("the", "emigre", "cafe", "and", "karla", "zurich")
    assert stems("What did she do to herself, and why?") == frozenset()
    assert stems("He was hunting the hunted hounds.") == {"hunt", "hound"}


@pytest.mark.parametrize("wording", ["a wooden box", "THE WOODEN BOX", "wooden  box."])
def test_a_wording_is_found_whatever_its_articles_and_letters(wording: str) -> None:
    assert holds("Silas opens the wooden box at last.", wording)


def test_runs_are_five_words_long_and_two_sentences_make_none_together() -> None:
    assert runs("one two three four five six") == {
        ("one", "two", "three", "four", "five"), ("two", "three", "four", "five", "six"),
    }  # fmt: skip
    assert runs("one two three four") == runs_in_sentences("One two three. Four five six.") == frozenset()
    assert len(runs_in_sentences("One two three four five. Six.")) == 1


@pytest.mark.parametrize(("depth", "found"), [(1, False), (2, True), (3, True)])
def test_a_hit_is_among_the_first_different_places(depth: int, found: bool) -> None:
    assert distinct([3, 3, None, 1, 3]) == [3, 1]
    assert hit([4, 4, 4, 7], {7, 9}, depth) is found
    assert not hit([None, 2], set[int](), depth)


def test_an_answer_counts_by_its_beginning() -> None:
    assert answers("Karla kept the lighter.", ["a lighter", "the silver lighter"])
    assert not answers(f"{'x' * READ} the lighter", ["the lighter"])
    assert not answers("Karla kept it.", [])


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


def heard(output: str, at: int = 2) -> set[str]:
    references = ("her uncle Tobias", "Tobias, her mother’s brother")
    return {found.value for found in leaks(output, "Who is the stranger?", references, STORY, {"the-ferry": at})}


@pytest.mark.parametrize(
    ("output", "detectors"),
    [
        ("He is her uncle Tobias.", {"D1", "D2", "D4"}),
        ("It was uncle Tobias all along.", {"D2"}),
        ("TOBIAS!", {"D2"}),
        ("You will like what her uncle does.", {"D2"}),
        ("Somebody set the old boathouse on fire.", {"D4"}),
        ("A stranger pays her with a silver coin.", set()),
        ("A member of the family, and no innocent one.", set()),  # inferred: so the guard is measured apart
        ("", set()),
    ],
)
def test_what_is_heard_before_the_answer_is_told_and_not_after(output: str, detectors: set[str]) -> None:
    assert heard(output) == detectors
    assert heard(output, at=3) == set()


def test_a_reference_that_was_told_already_leaks_nothing_and_half_of_the_new_words_are_enough() -> None:
    assert not tells_the_reference("A silver coin.", ["a silver coin"], ["She pays with a silver coin."])
    assert tells_the_reference("A silver coin.", ["a silver coin"], ["She pays with silver.", "It is a coin."])
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
