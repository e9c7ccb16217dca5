"""A golden conversation over the shipped library, with the real store and the real model."""

import pytest

from bot.answering.engine import Discussion
from bot.cli.chat import Conversation
from bot.cli.reader import Reader
from retrieval.retriever import Retriever

PEOPLE = "smileys-people"


@pytest.fixture
def discussion(shipped: Retriever) -> Discussion:
    return Discussion(shipped.library, shipped)


def conversation(discussion: Discussion, *lines: str) -> list[str]:
    talk = Conversation(discussion, Reader(), lambda _: "")
    return [str(talk.say(line) or "") for line in lines]


def test_a_whole_evening(discussion: Discussion) -> None:
    told = conversation(
        discussion,
        "/books",
        "/progress Smiley's People ch 3",
        "Who is the dead man on the Heath?",
        "Who was Gerald, the mole?",
        "/who Vladimir",
        "/recap",
        "/check Karla gives himself up at the bridge.",
        "/progress finished",
        "Who is the dead man on the Heath?",
        "/check Karla gives himself up at the bridge.",
        "/order",
        "/progress ch 3",
        "/recap",
    )
    books, moved, dead, mole, who, recap, check, _, _, late_check, order, _, recap_again = told
    assert books.count("(19") + books.count("(20") == 10
    assert "chapter 3 of 27" in moved
    assert "Vladimir" in dead
    assert "Haydon" not in mole
    assert "Vladimir" in who
    assert "Chapter 3" in recap
    assert "Chapter 4" not in recap
    assert check == "This might be a spoiler for you."
    assert late_check == "I see no spoilers for you in this."
    assert "1. Call for the Dead" in order
    assert recap_again == recap
