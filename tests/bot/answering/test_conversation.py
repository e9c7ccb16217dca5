"""What members say is read as they mean it: follow-up questions, small talk, and questions about a whole book."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.conversation import (
    CONTEXT_LIMIT,
    LONGEST_REMARK,
    Exchange,
    WholeBook,
    is_follow_up,
    part_asked,
    small_talk,
    standing_alone,
    whole_book_intent,
)

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


def test_a_long_conversation_does_not_grow_into_an_endless_question() -> None:
    before = [Exchange("Whom does Silas save?", "Two fishermen."), *[Exchange("And why does he do it?", "So.")] * 100]
    alone = standing_alone("And then?", before)
    assert len(alone) <= CONTEXT_LIMIT + 10
    assert alone.endswith("And why does he do it? And then?")


# Small talk


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("Hello!", "Hello!"), ("hi there", "Hello!"), ("Good evening, everyone.", "Hello!"), ("Hey Dogear", "Hello!"),
        ("Thanks!", "You’re welcome."), ("Thank you so much 🙏", "You’re welcome."),
        ("Ok thanks", "You’re welcome."), ("Bye", "See you next time."), ("Help", "I answer questions"),
        ("What can you do?", "I answer questions"),
        ("Who are you?", "I answer questions"), ("how does this work", "I answer questions"),
    ],
)  # fmt: skip
def test_what_is_said_out_of_politeness_is_replied_to(said: str, reply: str) -> None:
    assert small_talk(said).startswith(reply)


@pytest.mark.parametrize(
    "said",
    [
        "", "?", "Who is Silas?", "Thanks to whom does Silas live?", "Why does he say good night?", "Help Silas",
        "Hello, who is Silas?", "What can Silas do?", "Who are they?", "thanks " * LONGEST_REMARK,
    ],
)  # fmt: skip
def test_what_may_ask_something_is_left_alone(said: str) -> None:
    assert small_talk(said) == ""


# Questions about a whole book

NAMES = ("The Lantern", "Lantern")


@pytest.mark.parametrize(
    ("asked", "questions"),
    [
        (
            WholeBook.ABOUT,
            ["What is it about?", "what's it about", "whats it about", "So what is this book about?",
             "What is The Lantern about?",
             "What’s “The Lantern” about?", "What is the story all about?", "What's the plot?",
             "Tell me about the book.", "What is the premise of the book?", "What kind of book is it?"],
        ),
        (
            WholeBook.SO_FAR,
            ["What happens?", "What has happened so far?", "What’s happened in the book so far?", "Catch me up",
             "Can you catch me up, please?", "Recap!", "Could you recap the story so far?", "Give me a short summary",
             "Summarise the book", "Remind me what happened", "Where were we?", "What do we know so far?"],
        ),
        (
            WholeBook.PEOPLE,
            ["Who are the main characters?", "Who is in it?", "Who is in The Lantern?", "whos in it",
             "Who have we met so far?",
             "Give me a list of characters", "Which people are there?"],
        ),
        (WholeBook.THEMES, ["What are the themes of the book?", "What are its ideas?", "Which themes does it have?"]),
        (WholeBook.QUOTES, ["Any good quotes?", "Give me a quote from the book", "quotes", "What are the quotes?"]),
        (
            WholeBook.DISCUSSION,
            ["Give me a discussion question", "Suggest some discussion prompts for our club", "What should we discuss?",
             "What can I talk about with my club?"],
        ),
        (
            WholeBook.OPINIONS,
            ["Is it good?", "Is The Lantern worth reading?", "Should I read it?", "What do other readers think of it?",
             "Did people like the book?", "How are the reviews?"],
        ),
        (
            WholeBook.COVER,
            ["Who wrote it?", "Who wrote *The Lantern*?", "Who is the author?", "When was it published?",
             "When did the book come out?", "How long is it?", "How many chapters are there?"],
        ),
        (
            WholeBook.ORDER,
            ["In which order should I read the books?", "What order should I read them in?", "What should I read next?",
             "Which book comes first?", "Where should we start?", "Do I need to read the others first?",
             "What is the best reading order?"],
        ),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_book_as_a_whole_is_known(asked: WholeBook, questions: list[str]) -> None:
    assert {question: whole_book_intent(question, NAMES) for question in questions} == dict.fromkeys(questions, asked)


@pytest.mark.parametrize(
    "question",
    [
        "What is the letter about?", "What happened to Silas?", "Who wrote the letter?", "When did it happen?",
        "What happens at the lighthouse?", "Is he good?", "What comes next after the storm?", "Tell me about Silas",
        "What is the story of the lamp?", "What is The Kite about?", "Why?", "", "?!", "it", "Where is it?",
        "Who is in the tower?", "Who are the fishermen?", "What does the quote on the lamp mean?", "Give me the letter",
        "What should Silas talk about?", "What comes next?", "What is next?",
        "Should I read it to him, asks Corrin: what does Silas say?", "What's going on with the lamp?",
    ],
)  # fmt: skip
def test_what_is_asked_of_the_story_is_left_alone(question: str) -> None:
    assert whole_book_intent(question, NAMES) is None


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What happens in chapter 5?", "chapter 5"), ("What happened in Ch. 5–7?", "ch. 5–7"),
        ("Please summarise chapters 5 to 7", "chapters 5 to 7"), ("Give me a summary of chapter 5", "chapter 5"),
        ("What happens at the lighthouse?", "at the lighthouse"), ("What happened to Silas?", "to silas"),
        ("What happens?", ""), ("Who is Silas?", ""), ("Why does it happen in chapter 5?", ""),
    ],
)  # fmt: skip
def test_a_part_is_named_as_the_question_names_it(question: str, part: str) -> None:
    assert part_asked(question) == part
