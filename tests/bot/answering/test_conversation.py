"""Which questions follow up on the one before, and how they are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.conversation import CONTEXT_LIMIT, FOLLOW_UP_WORDS, Exchange, is_follow_up, standing_alone

BEFORE = [Exchange("Where is the lamp?", "In the tower."), Exchange("Whom does Silas save?", "Two fishermen.")]


@pytest.mark.parametrize(
    "question",
    [
        "And then?", "Why?", "why not", "How so?", "Who else?", "And why?", "What next?", "When exactly?",
        "Who is he?", "And who is she?", "Why did she do that?", "Is that true?", "What does it mean?",
        "Where does he take them?", "What happens next?", "Why is that?", "What happens there?", "Which one?",
        "And his wife?", "and the priest?", "And Dorothea?", "What about Dorothea?", "But how?", "So who did it?",
        "Why does he hate Silas?", "Is she afraid of Silas?", "Does he love Dorothea’s sister?",
        "Go on.", "Tell me more!", "More, please", "Anything else?", "…and her brother?", "AND HIS WIFE?",
        "What is this about?", "Who are those people?", "What do they find?",
    ],
)  # fmt: skip
def test_a_follow_up_is_read_with_the_question_before(question: str) -> None:
    assert is_follow_up(question)
    assert standing_alone(question, BEFORE) == f"Whom does Silas save? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "Who is Silas?", "Who lies to Dorothea?", "What is in the letter?", "What happens in the storm?",
        "Does Silas love his brother?", "What does Dorothea do with her letter?", "Dorothea’s letter, what is in it?",
        "And what does Silas hide?", "But why does Silas leave?",
        "Is there a storm?", "Are there any ghosts?", "Was there a second bed?",
        "What is this book about?", "How does this story end?", "Does no one help?", "Which one of the brothers dies?",
        "What is the secret that everybody keeps?", "Who owns the boat that comes at night?",
        "Who is the old man with the lamp and the dog that he calls Rex?", "What do I need to know?",
        "How do you know?", "Hello", "", "?", "Othello?",
    ],
)  # fmt: skip
def test_a_question_that_names_its_subject_stands_alone(question: str) -> None:
    assert not is_follow_up(question)
    assert standing_alone(question, BEFORE) == question


@given(st.text())
def test_the_first_question_of_a_conversation_stands_alone(question: str) -> None:
    assert standing_alone(question, []) == question


def test_a_follow_up_to_a_follow_up_is_read_with_both() -> None:
    asked = ["Who is Silas?", "And his brother?", "And why?"]
    before = [Exchange(question, "Nobody knows.") for question in ("Where is the lamp?", *asked[:2])]
    assert standing_alone(asked[2], before) == "Who is Silas? And his brother? And why?"


@given(st.text(), st.lists(st.text(max_size=60)))
def test_a_question_is_never_lost_and_its_context_is_bounded(question: str, earlier: list[str]) -> None:
    alone = standing_alone(question, [Exchange(told, "Yes.") for told in earlier])
    assert alone.endswith(question)
    assert len(alone) <= CONTEXT_LIMIT + 1 + len(question)
    assert is_follow_up(question) or alone == question


@given(st.lists(st.sampled_from(("he", "and", "then", "Why", "it")), min_size=FOLLOW_UP_WORDS + 1))
def test_a_long_question_stands_alone(words: list[str]) -> None:
    assert not is_follow_up(" ".join(words))


def test_a_long_conversation_does_not_grow_into_an_endless_question() -> None:
    before = [Exchange("Whom does Silas save?", "Two fishermen."), *[Exchange("And why does he do it?", "So.")] * 100]
    alone = standing_alone("And then?", before)
    assert len(alone) <= CONTEXT_LIMIT + 10
    assert alone.endswith("And why does he do it? And then?")
