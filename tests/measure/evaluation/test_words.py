"""What measures compare: words without their dress, in runs and as stems."""

from __future__ import annotations

import pytest

from tests.measure.evaluation.words import holds, runs, runs_in_sentences, stems, words


def test_words_are_lower_case_without_accents_or_possessives() -> None:
    assert words("The émigré’s café, and Karla's ZÜRICH!") == ("the", "emigre", "cafe", "and", "karla", "zurich")


def test_words_that_say_nothing_have_no_stem() -> None:
    assert stems("What did she do to herself, and why?") == frozenset()
    assert stems("He was hunting the hunted hounds.") == {"hunt", "hound"}


@pytest.mark.parametrize("wording", ["a wooden box", "THE WOODEN BOX", "wooden  box."])
def test_a_wording_is_found_whatever_its_articles_and_letters(wording: str) -> None:
    assert holds("Silas opens the wooden box at last.", wording)


@pytest.mark.parametrize("wording", ["wood", "box wooden", "wooden boxes", "", "the", "?!"])
def test_what_does_not_stand_there_word_for_word_is_not_found(wording: str) -> None:
    assert not holds("Silas opens the wooden box at last.", wording)


def test_runs_are_five_words_long() -> None:
    assert runs("one two three four five six") == {
        ("one", "two", "three", "four", "five"),
        ("two", "three", "four", "five", "six"),
    }
    assert runs("one two three four") == frozenset()


def test_two_sentences_make_no_run_together() -> None:
    assert runs_in_sentences("One two three. Four five six.") == frozenset()
    assert len(runs_in_sentences("One two three four five. Six.")) == 1
    assert runs_in_sentences("") == frozenset()
