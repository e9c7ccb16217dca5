"""A greeting or a word of thanks is replied to; what may be a question about a book is not taken for one."""

from __future__ import annotations

import pytest

from bot.answering.intents import LONGEST_GREETING, small_talk


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("Hello!", "Hello."), ("hi there", "Hello."), ("Good evening, everyone.", "Hello."), ("Hey Dogear", "Hello."),
        ("Thanks!", "You are welcome."), ("Thank you so much 🙏", "You are welcome."),
        ("Ok thanks", "You are welcome."), ("Bye", "Until next time."), ("Help", "I answer questions"),
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
        "Hello, who is Silas?", "What can Silas do?", "Who are they?", "thanks " * LONGEST_GREETING,
    ],
)  # fmt: skip
def test_what_may_ask_something_is_left_alone(said: str) -> None:
    assert small_talk(said) == ""
