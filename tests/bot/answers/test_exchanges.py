"""Which questions lean on the one before, and what they are read as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.exchanges import LEANED_ON, LEANING_WORDS, Exchange, leans, standing_alone

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
def test_a_question_that_points_back_is_read_with_the_one_before(question: str) -> None:
    assert leans(question)
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
    assert not leans(question)
    assert standing_alone(question, BEFORE) == question


@given(st.text())
def test_the_first_question_of_a_conversation_stands_alone(question: str) -> None:
    assert standing_alone(question, []) == question


@given(st.text(), st.text())
def test_a_question_is_never_lost_and_only_the_last_one_is_put_before_it(question: str, earlier: str) -> None:
    alone = standing_alone(question, [Exchange("Where is the lamp?", "In the tower."), Exchange(earlier, "Yes.")])
    assert alone.endswith(question)
    assert alone in (question, f"{earlier} {question}") or len(alone) <= LEANED_ON + len(question)


@given(st.lists(st.sampled_from(("he", "and", "then", "Why", "it")), min_size=LEANING_WORDS + 1))
def test_a_long_question_says_enough(words: list[str]) -> None:
    assert not leans(" ".join(words))


def test_a_long_conversation_does_not_grow_into_an_endless_question() -> None:
    told = Exchange("Whom does Silas save?", "Two fishermen.")
    for _ in range(100):
        told = Exchange(standing_alone("And why does he do it?", [told]), "Because.")
    assert len(told.question) <= LEANED_ON + 30
    assert told.question.endswith("And why does he do it? And why does he do it?")
