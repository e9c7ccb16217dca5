"""The conversation in the terminal, over a small library."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.reply import NEUTRAL
from bot.cli.chat import Conversation, greeting, lines_from
from bot.cli.reader import Reader
from tests.fakes.discussion import NotedDiscussion, small_discussion


@pytest.fixture(scope="module")
def discussion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotedDiscussion]:
    with small_discussion(tmp_path_factory.mktemp("small")) as opened:
        yield opened


class Talk:
    """A conversation, and the readers that it wanted kept."""

    def __init__(self, discussion: NotedDiscussion, reader: Reader | None = None, failed: str = "") -> None:
        self.discussion = discussion
        self.kept: list[Reader] = []
        self._failed = failed
        self.conversation = Conversation(discussion, reader or Reader(), self._keep)

    def _keep(self, reader: Reader) -> str:
        self.kept.append(reader)
        return self._failed

    def say(self, *lines: str) -> str:
        """Say lines one after the other, and return what is told to the last."""
        told = [self.conversation.say(line) for line in lines]
        return str(told[-1] or "")


@pytest.fixture
def talk(discussion: NotedDiscussion) -> Talk:
    return Talk(discussion)


BROUGHT = "Chapter 2: Franklin brings the diamond to Rachel."
GOLDEN = [
    (
        "/progress the-moonstone ch 2",
        "The Moonstone\nYou have finished chapter 2 of 10. Questions are about this book now.",
    ),
    ("Who brings the diamond to Rachel?", "“Franklin brings the diamond to Rachel.”\n— summary, chapter 2"),
    ("Was Godfrey there?", "“A diamond vanishes from a country house.”\n— premise"),
    ("/recap", BROUGHT),
    ("/check Godfrey was the thief!", "This might be a spoiler for you."),
    ("/hint Who was the thief?", "Hint 1 of 3\nWhat have you read just before it?\n/hint shows the next one."),
    ("/hint", "Hint 2 of 3\nYou’ll get to this in chapter 10.\n/hint shows the next one."),
    ("/progress finished", "The Moonstone\nYou have finished it."),
    ("Was Godfrey there?", "“Godfrey was the thief of the diamond.”\n— summary, chapter 10"),
    ("/hint", "Hint 1 of 3\nWhat have you read just before it?\n/hint shows the next one."),
    ("/recap", f"Chapters 2–10 of 10\n{BROUGHT}\nChapter 10: Godfrey was the thief of the diamond."),
    ("/check Godfrey was the thief!", "I see no spoilers for you in this."),
    ("/progress ch 2", "The Moonstone\nYou have finished chapter 2 of 10."),
    ("I’m at chapter 4 now", "The Moonstone\nYou have finished chapter 3 of 10."),
    ("Was Godfrey there?", "“A diamond vanishes from a country house.”\n— premise"),
    ("/quit", "Until next time."),
]


def test_a_conversation_tells_no_more_than_has_been_read(talk: Talk) -> None:
    for line, told in GOLDEN:
        assert (line, talk.say(line)) == (line, told)


def test_what_was_said_is_remembered_until_the_reader_moves(talk: Talk) -> None:
    talk.say("/progress the-moonstone ch 2", "Who has the diamond?", "Was Godfrey there?")
    assert [exchange.question for exchange in talk.discussion.before] == ["Who has the diamond?"]
    talk.say("/progress ch 1", "Was Godfrey there?")
    assert talk.discussion.before == []


def test_a_recap_is_of_a_book_or_of_a_part_of_the_one_at_hand(talk: Talk) -> None:
    talk.say("/progress the-moonstone ch 2")
    assert talk.say("/recap the moonstone") == talk.say("/recap") == talk.say("/recap chapters 1-2 in one sentence")


@pytest.mark.parametrize("line", ["/quit", "/exit", "quit", "EXIT", "bye", "/q"])
def test_whoever_says_goodbye_leaves(talk: Talk, line: str) -> None:
    told = talk.conversation.say(line)
    assert told is not None
    assert told.over


@pytest.mark.parametrize("line", ["/help", "help", "?", "/HELP"])
def test_help_names_every_command(talk: Talk, line: str) -> None:
    for command in ("progress", "book", "books", "hint", "recap", "who", "order", "check", "quit"):
        assert f"/{command}" in talk.say(line)


@pytest.mark.parametrize(
    ("line", "near"),
    [("/progres x", "/progress"), ("/reecap", "/recap"), ("/hlep", "/help"), ("/xyzzy", "/help lists")],
)
def test_an_unknown_command_gets_did_you_mean(talk: Talk, line: str, near: str) -> None:
    told = talk.conversation.say(line)
    assert told is not None
    assert told.wrong
    assert near in str(told)


@pytest.mark.parametrize("command", ["ask", "hint", "who", "check"])
def test_a_command_without_its_words_says_what_it_wants(talk: Talk, command: str) -> None:
    told = talk.conversation.say(f"/{command}")
    assert told is not None
    assert told.wrong


@pytest.mark.parametrize("line", ["/recap", "/book"])
def test_a_command_about_the_book_at_hand_asks_which_one(talk: Talk, line: str) -> None:
    assert "Which book?" in talk.say(line)


# Books


def test_turning_to_a_book_shows_its_card_and_only_what_gives_nothing_away(talk: Talk) -> None:
    assert talk.say("/progress the-moonstone finished", "/book The Diamond") == (
        "The Moonstone\n"
        "Wilkie Collins, 1868\n"
        "The Yellow Diamond, no. 1\n"
        "3.90 of 5 stars, 1,200 ratings (a page)\n"
        "A diamond vanishes from a country house.\n"
        "10 chapters. You have finished it."
    )
    assert talk.say("/book") == talk.say("/book show the-moonstone")


def test_progress_in_another_book_turns_to_it_with_or_without_a_place(talk: Talk) -> None:
    told = talk.say("/book the-moonstone", "/progress no-name ch 2")
    assert told == "No Name\nYou have finished chapter 2 of 4. Questions are about this book now."
    told = talk.say("/book the-moonstone", "/progress no-name")
    assert told == "No Name\nYou have finished chapter 2 of 4. Questions are about this book now."
    assert talk.conversation.reader.book == "no-name"


def test_the_books_are_listed_by_series_with_the_readers_places(talk: Talk) -> None:
    told = talk.say("/progress no-name ch 2", "/books")
    assert [line.partition(" (")[0] for line in told.splitlines()] == [
        "The Yellow Diamond", "1. The Moonstone", "2. The Return of the Moonstone", "", "Other books",
        "No Name – chapter 2 of 4",
    ]  # fmt: skip


def test_an_unknown_book_gets_did_you_mean(talk: Talk) -> None:
    assert "Did you mean The Moonstone?" in talk.say("/book the monstone")


# Questions without a book at hand, and about another book


def test_without_a_book_at_hand_the_bot_finds_one_and_says_which(talk: Talk) -> None:
    assert talk.say("/progress no-name finished", "/book none", "Does Magdalen lose anything?") == (
        "No Name\n“Magdalen loses her name.”\n— summary, chapter 1"
    )


def test_a_question_that_names_another_book_is_about_that_book(talk: Talk) -> None:
    talk.say("/book no-name", "Who is in The Moonstone?", "And who is here?")
    assert talk.discussion.asked[-2:] == [
        ("Who is in The Moonstone?", "the-moonstone"),
        ("And who is here?", "no-name"),
    ]


def test_what_is_not_answered_gets_the_same_tip_whether_it_comes_later_or_never(talk: Talk) -> None:
    later = talk.say("/progress the-return-of-the-moonstone 10%", "Does the stone come home to India?")
    never = talk.say("Does the stone come home to Wales?")
    assert later == never == f"{NEUTRAL}\n/hint gives a hint."


def test_who_has_not_said_where_they_are_is_asked(talk: Talk) -> None:
    assert talk.say("/book no-name", "Whither?") == f"{NEUTRAL}\nWhere are you in it? For example: /progress ch 1"


def test_a_hint_to_the_last_question_needs_no_words(talk: Talk) -> None:
    assert talk.say("/book the-moonstone", "Who was the thief?", "/hint").startswith("Hint 1 of 3")
    assert talk.say("/hint", "/hint").startswith("Hint 3 of 3")
    assert talk.say("/hint") == "That was the last hint."


# Progress


def test_a_place_in_one_book_or_in_all_is_forgotten(talk: Talk) -> None:
    talk.say("/progress no-name ch 2", "/progress the-moonstone ch 2")
    assert "in No Name" in talk.say("/progress clear No Name")
    assert talk.say("/progress") == "The Moonstone: chapter 2 of 10"
    assert "in every book" in talk.say("/progress clear")
    assert talk.say("/progress").startswith("You haven’t set a position")


def test_the_pages_of_ones_own_edition_are_remembered(talk: Talk) -> None:
    talk.say("/progress the-moonstone 120/400")
    before = talk.say("/progress the-moonstone 120/400")
    assert talk.say("/progress the-moonstone 30%") == before
    assert talk.say("/progress the-moonstone p. 120") == before


def test_every_change_is_kept(talk: Talk) -> None:
    talk.say("/progress no-name ch 2", "/book the-moonstone", "/progress clear", "/book none")
    assert len(talk.kept) == 4
    assert talk.kept[-1] == talk.conversation.reader


def test_what_cannot_be_kept_is_told_and_holds_all_the_same(discussion: NotedDiscussion) -> None:
    talk = Talk(discussion, failed="They hold for this conversation only.")
    assert "for this conversation only" in talk.say("/progress the-moonstone ch 2")
    assert talk.say("Who brings the diamond to Rachel?").startswith("“Franklin")


def test_a_reader_comes_back_to_where_they_were(discussion: NotedDiscussion, talk: Talk) -> None:
    talk.say("/progress the-moonstone finished")
    again = Talk(discussion, talk.kept[-1])
    assert again.say("Was Godfrey there?").startswith("“Godfrey")


# Reading order


def test_the_order_of_a_book_a_series_or_everything(talk: Talk) -> None:
    assert "order --book the-moonstone --picture" in talk.say("/order the-moonstone")
    assert 'order --series "yellow diamond" --picture' in talk.say("/order yellow diamond")
    assert "No Name" in talk.say("/order")
    told = talk.say("/book the-moonstone", "/order")
    assert "No Name" not in told
    assert "The Return of the Moonstone" in told
    assert "No Name" in talk.say("/order all")


# The first lines


def test_the_greeting_says_what_is_here_and_what_to_try(discussion: NotedDiscussion) -> None:
    books = discussion.library.books
    new = greeting(books, Reader())
    assert "3 books here" in new
    assert "/progress the-moonstone ch 3" in new
    back = greeting(books, Reader().moved(books["no-name"], 2))
    assert "Current book: No Name. You have finished chapter 2 of 4." in back
    assert "/recap" in back
    assert "no books yet" in greeting({}, Reader())
    assert all(len(lines.splitlines()) == 3 for lines in (new, back))


@given(
    st.one_of(st.text(max_size=60), st.text(max_size=30).map("/".__add__), st.text(max_size=20).map("/book ".__add__))
)
def test_whatever_is_said_something_is_told_and_nothing_breaks(discussion: NotedDiscussion, line: str) -> None:
    told = Talk(discussion).conversation.say(line)
    assert (told is None) == (not line.strip())


def piped(data: bytes) -> list[str]:
    with io.TextIOWrapper(io.BytesIO(data), encoding="ascii") as source:
        return [line.rstrip("\n") for line in lines_from(source, io.StringIO())]


def test_an_empty_pipe_or_a_closed_input_is_the_end() -> None:
    assert piped(b"") == []
    assert list(lines_from(None, io.StringIO())) == []


def test_lines_are_utf_8_with_any_ends_and_a_mark_at_the_beginning_is_none() -> None:
    assert piped("\ufeffle Carré\ntwo\r\n\nthree".encode()) == ["le Carré", "two", "", "three"]
