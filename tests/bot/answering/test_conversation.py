"""Follow-up questions are read with what was said before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.conversation import CONTEXT_LIMIT, Exchange, is_follow_up, standing_alone

BEFORE = [Exchange("Where is the lamp?", "In the tower."), Exchange("Whom does Silas save?", "Two fishermen.")]


@pytest.mark.parametrize(
    "question",
    [
        "And then?", "Why?", "why not", "How so?", "Who else?", "And why?", "What next?", "When exactly?",
        "Who is he?", "And who is she?", "Why did she do that?", "Is that true?", "What does it mean?",
        "Where does he take them?", "What happens next?", "Why is that?", "What happens there?", "Which one?",
        "And his wife?", "and the priest?", "And Dorothea?", "What about Dorothea?", "But how?", "So who did it?",
        "Why does he hate Silas?", "Is she afraid of Silas?", "Does he love Dorothea’s sister?",
        "…and her brother?", "AND HIS WIFE?",
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
        "And what does Silas hide?", "But why does Silas leave?", "So who is the murderer?", "and where is the lamp",
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


PEOPLE = ["Silas Rowe", "Ann Rowe", "Dorothea", "Mrs Hale", "Selden"]
SILAS = Exchange("who is silas", "Silas Rowe keeps the lighthouse, a silent man.")
SELDEN = Exchange("where is selden?", "With Mrs Hale and with Silas Rowe.")
HALE = Exchange("and his sister?", "Mrs Hale is the sister of Silas Rowe.")


@pytest.mark.parametrize(
    ("before", "question", "alone"),
    [
        ([SILAS], "why does he lie?", "why does Silas Rowe lie?"),
        ([SILAS], "does dorothea trust him", "does dorothea trust Silas Rowe"),
        ([SILAS], "does he love her", "who is silas does Silas Rowe love her"),
        ([SILAS], "and his sister?", "Who is Silas Rowe’s sister?"),
        ([SILAS, HALE], "where does she live", "where does Mrs Hale live"),
        ([SILAS, HALE], "why did he leave", "why did Silas Rowe leave"),
        ([SILAS], "any kids", "any kids Silas Rowe?"),
        ([SILAS], "so who is the murderer?", "so who is the murderer?"),
        ([SILAS], "What did Dorothea say when she left?", "What did Dorothea say when she left?"),
        ([SILAS], "no, the other one", "who is Ann Rowe"),
        ([SILAS, Exchange("Where is the lamp?", "Selden has it.")], "no, the other one", "who is Ann Rowe"),
        ([SELDEN], "no, the other man", "where is Silas Rowe?"),
        ([SELDEN], "sorry, the other woman", "where is Mrs Hale?"),
        ([SELDEN], "no, the other book", "no, the other book"),
        ([SILAS], "I meant Selden", "who is Selden"),
        ([SILAS, HALE], "no, I mean dorothea", "Who is Dorothea’s sister?"),
        ([SILAS], "shorter please", "who is silas in one sentence"),
        ([SILAS], "go on", "who is silas"),
        ([SILAS], "tell me more!", "who is silas"),
        ([SILAS], "why?", "who is silas why?"),
        ([SILAS], "is she kind?", "who is silas is she kind?"),
        ([SILAS, HALE], "does she love him", "does Mrs Hale love Silas Rowe"),
        ([SILAS], "no spoilers please", "no spoilers please"),
        ([], "why does he lie?", "why does he lie?"),
    ],
)  # fmt: skip
def test_pronouns_corrections_and_wishes_are_read_with_the_people_who_were_talked_about(
    before: list[Exchange], question: str, alone: str
) -> None:
    assert standing_alone(question, before, PEOPLE) == alone


def test_a_question_about_the_book_is_not_about_who_was_talked_of() -> None:
    before = [SILAS, Exchange("is it any good", "Yes.")]
    thing = [Exchange("what does dorothea carry", "A letter.")]
    assert standing_alone("is it good?", thing, PEOPLE, lambda q: "good" in q) == "what does dorothea carry is it good?"
    asked = [
        standing_alone(q, before, PEOPLE, lambda q: "good" in q) for q in ("is it any good?", "shorter", "who is he")
    ]
    assert asked == ["is it any good?", "is it any good in one sentence", "who is Silas Rowe"]


@given(st.text())
def test_the_first_question_of_a_conversation_stands_alone(question: str) -> None:
    assert standing_alone(question, []) == question


def test_a_follow_up_to_a_follow_up_is_read_with_both() -> None:
    asked = ["Who is Silas?", "And his brother?", "And why?"]
    before = [Exchange(question, "Nobody knows.") for question in ("Where is the lamp?", *asked[:2])]
    assert standing_alone(asked[2], before) == "Who is his brother? And why?"


@given(st.text(), st.lists(st.text(max_size=60)))
def test_the_context_of_a_question_is_bounded(question: str, earlier: list[str]) -> None:
    alone = standing_alone(question, [Exchange(told, "Yes.") for told in earlier])
    assert len(alone) <= CONTEXT_LIMIT + 20 + len(question)
