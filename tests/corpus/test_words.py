"""How words begin a sentence, and how many things are said to be there."""

from __future__ import annotations

import pytest

from corpus.text import capitalised, plural


@pytest.mark.parametrize(
    ("words", "begun"), [("the store in /Data", "The store in /Data"), ("éclair", "Éclair"), ("A", "A"), ("", "")]
)
def test_words_that_begin_a_sentence_keep_all_letters_but_the_first(words: str, begun: str) -> None:
    assert capitalised(words) == begun


@pytest.mark.parametrize(("number", "said"), [(0, "0 books"), (1, "1 book"), (2, "2 books"), (1_200, "1,200 books")])
def test_a_number_of_things(number: int, said: str) -> None:
    assert plural(number, "book") == said
