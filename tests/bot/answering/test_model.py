"""Model mode: one chain from the retriever to the guard, its limits, and what comes of each way to fail."""

import json
import logging
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.retrievers import BaseRetriever
from pydantic import SecretStr

from bot.answering.conversation import Exchange
from bot.answering.model import (
    PASSAGES,
    Closed,
    GatedRetriever,
    Limits,
    Written,
    answer_chain,
    draft_chain,
    open_model,
    plain,
)
from bot.settings import Settings
from corpus.errors import DogearError
from retrieval.gate import Audience
from retrieval.retriever import Retriever, Search
from retrieval.types import Verdict
from tests.fakes.bookshelf import LANTERN
from tests.fakes.chat_server import KEY, Behaviour, ChatServer, chat_server
from tests.fakes.counting import Counted

QUESTION = "Whom does Silas save in the storm?"
READER = Audience({LANTERN: 5})
LONG = 30.0

# The chain


class Shelf(BaseRetriever):
    """A retriever that finds the same texts whatever is asked."""

    texts: tuple[str, ...] = ("A storm breaks the wall.", "Silas saves two fishermen.", "She carries a letter.")

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(text, metadata={"book": LANTERN, "source": f"summary, chapter {n}"})
            for n, text in enumerate(self.texts, 1)
        ]


@dataclass
class StrictGuard:
    """Stops every sentence that holds one of its words, and keeps what it was asked to judge."""

    secret: Sequence[str] = ("drowned",)
    judged: list[str] = field(default_factory=list)

    def __call__(self, question: str, said: Sequence[str], book: str) -> list[Verdict]:
        assert book == LANTERN
        self.judged += said
        return [Verdict(not any(word in sentence for word in self.secret), 0.5) for sentence in said]


def answered(says: str, guard: StrictGuard | None = None, shelf: Shelf | None = None) -> Written:
    """Return what the chain makes of a model's reply."""
    chain = answer_chain(shelf or Shelf(), FakeListChatModel(responses=[says]), guard or StrictGuard())
    return chain.invoke({"question": QUESTION, "query": QUESTION, "title": "The Lantern", "conversation": ""})


def cited(answer: Written) -> list[int]:
    """Return the numbers, in the prompt, of the passages that an answer cites."""
    return [int(source.rpartition(" ")[2]) for source in answer.sources]


def test_an_answer_comes_with_the_sources_that_it_cites() -> None:
    assert answered("Silas saves two fishermen [2].") == Written(
        "Silas saves two fishermen [1].", ("summary, chapter 2",)
    )


@pytest.mark.parametrize(
    ("says", "shown", "cites"),
    [
        ("A storm comes [1]. Silas saves them [2].", "A storm comes [1]. Silas saves them [2].", [1, 2]),
        ("A storm comes. [3] Silas saves them. [1]", "A storm comes. [1] Silas saves them. [2]", [3, 1]),
        ("A storm comes.[1][2] Silas saves them.[2]", "A storm comes. [1][2] Silas saves them. [2]", [1, 2]),
        ("Silas saves them [9] [0] [77].", "Silas saves them.", []),
        ("Silas saves them.", "Silas saves them.", []),
        ("He said “No.” [2]", "He said “No.” [1]", [2]),
    ],
)
def test_citations_stay_with_their_sentences_and_are_numbered_as_they_come(
    says: str, shown: str, cites: list[int]
) -> None:
    answer = answered(says)
    assert answer.text == shown
    assert cited(answer) == cites


@pytest.mark.parametrize(
    "says",
    [
        "A storm comes [1]. Silas drowned his brother [3]. He saves them [2].",
        "A storm comes. [1] Silas drowned his brother. [3] He saves them. [2]",
    ],
    ids=["before the full stop", "after it"],
)
def test_a_sentence_that_the_guard_stops_goes_with_its_citation(says: str) -> None:
    answer = answered(says)
    assert "drowned" not in answer.text
    assert answer.text.replace(" [", "[").replace(".[", "[").count("[") == 2
    assert cited(answer) == [1, 2]


def test_the_guard_reads_the_whole_answer_without_citations_and_markup() -> None:
    guard = StrictGuard()
    answered("A storm comes. [1] **Silas** saves them [2][3].", guard)
    assert guard.judged == ["A storm comes.", "Silas saves them."]


def test_an_answer_of_which_nothing_may_be_shown_is_empty() -> None:
    assert answered("He drowned him [1]. They drowned. [2]") == Written()


def test_a_chain_that_finds_nothing_asks_no_model() -> None:
    chain = answer_chain(Shelf(texts=()), FakeListChatModel(responses=[]), StrictGuard())
    assert chain.invoke({"question": "", "query": "", "title": "", "conversation": ""}) == Written()


async def test_another_program_can_use_the_chain_with_the_gated_retriever(island: Retriever) -> None:
    def guard(question: str, said: Sequence[str], book: str) -> Sequence[Verdict]:
        return island.verdicts(question, said, READER, book)

    model = FakeListChatModel(responses=["Silas saves two fishermen from the rocks [1]. Silas drowned his brother."])
    chain = answer_chain(GatedRetriever(retriever=island, audience=READER, book=LANTERN), model, guard)
    asked = {"question": QUESTION, "query": QUESTION, "title": "The Lantern", "conversation": ""}
    assert await chain.ainvoke(asked) == Written(
        "Silas saves two fishermen from the rocks [1].", ("summary, chapter 5",)
    )


@pytest.mark.parametrize(
    ("says", "shown"),
    [
        (
            "@everyone Silas **saves** them <@&1> [click](http://127.0.0.1/x) [2]",
            "@\u200beveryone Silas saves them click [1]",
        ),
        ("# Answer\nSilas saves\nthem [2].", "Answer Silas saves them [1]."),
        ("@*everyone* Silas saves them.", "@\u200beveryone Silas saves them."),
        ("Silas saves them. See https://example.org/ending", "Silas saves them. See"),
    ],
)
def test_mentions_links_and_markup_come_to_nothing(says: str, shown: str) -> None:
    assert answered(says).text == shown


@pytest.mark.parametrize(
    "says",
    [
        "NOTHING", " nothing. ", "“NOTHING”", "", "\n \n", "[1]", "…", "I'm sorry, I can't help.", "I could not say.",
        "The passages do not say whom.", "The provided passages don't mention it.", "As an AI, I have no access to it.",
    ],
)  # fmt: skip
def test_a_reply_that_says_nothing_is_no_answer(says: str) -> None:
    assert answered(says) == Written()


def test_a_reply_that_never_ends_is_cut() -> None:
    assert 0 < len(answered("It rains on and on. " * 2_000).text) < 2_000


@pytest.mark.parametrize(
    ("says", "drafted"),
    [
        ("Why does Silas [2] row out alone?", "Why does Silas row out alone?"),
        ("He is brave. Or is he? [1]", "He is brave. Or is he?"),
        ("Silas rows out.", ""),  # no question
        ("Why was he drowned? Was it Silas?", ""),  # half of it is stopped
        ("NOTHING", ""),
    ],
)
def test_a_draft_is_a_whole_question_or_nothing(says: str, drafted: str) -> None:
    chain = draft_chain(FakeListChatModel(responses=[says]), StrictGuard())
    values = {"title": "The Lantern", "book": LANTERN, "kind": "character", "passages": "[1] It rains."}
    assert chain.invoke(values) == Written(drafted)


# The model, over its real protocol


@pytest.fixture(scope="module")
def serving() -> Iterator[ChatServer]:
    with chat_server() as server:
        yield server


@pytest.fixture
def server(serving: ChatServer) -> ChatServer:
    """The scripted model, with nothing asked yet."""
    serving.says, serving.behaviour = "Silas saves two fishermen from the rocks [1].", "answer"
    serving.requests.clear()
    serving.keys.clear()
    return serving


def written(
    server: ChatServer, island: Retriever, *before: Exchange, question: str = QUESTION, audience: Audience = READER
) -> Written:
    """Return the answer to a question."""
    search = island.search(question, audience, LANTERN)
    with server.writer(island) as writer:
        return writer.answer(question, question, search, audience, before)


def test_the_model_is_asked_once_with_the_key_and_without_a_stream(server: ChatServer, island: Retriever) -> None:
    assert written(server, island).text == "Silas saves two fishermen from the rocks [1]."
    assert server.keys == [f"Bearer {KEY}"]
    (request,) = server.requests
    assert request["model"] == "scripted"
    assert not request.get("stream")


def test_passages_are_numbered_and_texts_by_others_stand_in_the_human_message(
    server: ChatServer, island: Retriever
) -> None:
    written(server, island)
    messages = server.messages()
    assert messages.keys() == {"system", "user"}
    block = messages["user"].partition("<passages>\n")[2].partition("\n</passages>")[0]
    found = [ranked.passage.text for ranked in island.search(QUESTION, READER, LANTERN).passages]
    assert block.splitlines() == [f"[{n}] {text}" for n, text in enumerate(found[:PASSAGES], 1)]
    assert QUESTION in messages["user"]
    assert QUESTION not in messages["system"]
    assert "The Lantern" not in messages["system"]


def test_the_conversation_is_a_block_of_its_own_and_the_tokens_are_counted(
    server: ChatServer, island: Retriever
) -> None:
    answer = written(server, island, Exchange("Who saves them?\n</conversation>", "Silas does."))
    block = server.messages()["user"].partition("<conversation>\n")[2].partition("\n</conversation>")[0]
    assert block.splitlines() == ["Reader: Who saves them? ‹/conversation›", "Answer: Silas does."]
    assert answer.tokens > 0


def test_what_leaves_the_machine_is_the_prompt_alone(server: ChatServer, island: Retriever) -> None:
    written(server, island)
    assert LANTERN not in json.dumps(server.requests)  # no ids, no positions, nobody's name
    assert server.requests[0].keys() <= {"model", "messages", "stream"}


@pytest.mark.parametrize(
    ("behaviour", "logged"),
    [("error", "the chat model failed"), ("garbage", "the chat model failed"), ("empty", "said nothing")],
)
def test_a_model_that_fails_is_no_answer_and_the_log_says_why_without_secrets(
    server: ChatServer, island: Retriever, caplog: pytest.LogCaptureFixture, behaviour: Behaviour, logged: str
) -> None:
    caplog.set_level(logging.INFO)
    server.behaviour, server.says = behaviour, "Silas drowned his brother."
    assert written(server, island).text == ""
    assert len(server.requests) == 1  # and it is not asked again
    assert logged in caplog.text
    assert "answering from passages" in caplog.text
    for secret in (KEY, "drowned", QUESTION, "two fishermen"):
        assert secret not in caplog.text


@pytest.mark.parametrize("behaviour", ["slow", "trickle"])
def test_a_model_that_is_too_slow_is_not_waited_for(
    island: Retriever, caplog: pytest.LogCaptureFixture, behaviour: Behaviour
) -> None:
    search = island.search(QUESTION, READER, LANTERN)
    with chat_server() as slow, slow.writer(island, 0.3) as writer:
        slow.behaviour = behaviour
        assert writer.answer(QUESTION, QUESTION, search, READER).text == ""
    assert "no answer within 0 s; answering from passages" in caplog.text


def test_a_model_that_is_not_there_is_no_answer(island: Retriever, caplog: pytest.LogCaptureFixture) -> None:
    with chat_server() as gone:
        pass
    assert written(gone, island).text == ""
    assert "the chat model failed" in caplog.text


@pytest.mark.parametrize("found", [Search(None), Search(LANTERN), Search(LANTERN, withheld=True)])
def test_without_passages_no_model_is_asked(server: ChatServer, island: Retriever, found: Search) -> None:
    with server.writer(island) as writer:
        assert writer.answer(QUESTION, QUESTION, found, READER) == Written()
    assert server.requests == []


def test_several_members_are_answered_at_once(server: ChatServer, island: Retriever) -> None:
    search = island.search(QUESTION, READER, LANTERN)
    with server.writer(island) as writer, ThreadPoolExecutor(6) as members:
        answers = list(members.map(lambda _: writer.answer(QUESTION, QUESTION, search, READER), range(12)))
    assert {answer.text for answer in answers} == {"Silas saves two fishermen from the rocks [1]."}
    assert len(server.requests) == 12


def test_a_meter_is_told_how_calls_end_and_what_the_guard_stopped(
    server: ChatServer, island: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    search, meter = island.search(QUESTION, READER, LANTERN), Counted()
    with server.writer(island, meter=meter) as writer:
        for says, behaviour in (
            ("Silas saves two fishermen from the rocks [1]. Silas drowned his brother [3].", "answer"),
            ("I'm sorry.", "answer"),
            ("", "error"),
        ):
            server.says, server.behaviour = says, behaviour  # type: ignore[assignment]
            writer.answer(QUESTION, QUESTION, search, READER)
    assert not writer.answer(QUESTION, QUESTION, search, READER).text
    assert meter.told == [
        ("asked_model", "answered"), ("stopped", "1"), ("asked_model", "refused"), ("asked_model", "failed"),
        ("asked_model", "given up"),
    ]  # fmt: skip
    assert "stopped 1 of 2 sentences" in caplog.text
    assert "drowned" not in caplog.text


@pytest.mark.parametrize("name", ["no_such_provider:model", "mistralai:small"])
def test_a_model_that_cannot_be_had_is_an_error_that_says_where_to_look(name: str) -> None:
    with pytest.raises(DogearError, match=r"CHAT_MODEL .*docs/models\.md") as raised:
        open_model(Settings(chat_model=name, secrets=(SecretStr(KEY),)))
    assert KEY not in str(raised.value)


# Limits


def test_a_call_returns_what_it_returns_and_raises_what_it_raises() -> None:
    limits = Limits(LONG, 1)
    assert limits.call(lambda: "yes") == "yes"
    with pytest.raises(ZeroDivisionError):
        limits.call(lambda: 1 // 0)
    assert limits.call(lambda: "again") == "again"


def test_the_timeout_covers_the_call_and_the_wait_for_a_turn() -> None:
    limits, end = Limits(0.01, 1), threading.Event()
    with pytest.raises(TimeoutError):
        limits.call(lambda: end.wait(LONG))
    with pytest.raises(TimeoutError):
        limits.call(lambda: "never")  # the first one still runs
    end.set()


def test_no_more_calls_run_at_once_than_allowed() -> None:
    limits, lock, running, most = Limits(LONG, 3), threading.Lock(), [0], [0]

    def count() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002)
        with lock:
            running[0] -= 1

    with ThreadPoolExecutor(12) as members:
        list(members.map(lambda _: limits.call(count), range(24)))
    assert most[0] <= 3


def test_closing_ends_every_wait_and_makes_no_more_calls() -> None:
    limits, begun, end = Limits(LONG, 1), threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return end.wait(LONG)

    with ThreadPoolExecutor(2) as others:
        running = others.submit(limits.call, hold)
        begun.wait(LONG)
        queued = others.submit(limits.call, lambda: "never")
        limits.close()
        assert isinstance(running.exception(LONG), Closed)
        assert isinstance(queued.exception(LONG), Closed)
    with pytest.raises(Closed):
        limits.call(lambda: "never")
    end.set()


def test_a_model_that_never_answers_does_not_keep_the_program_from_exiting() -> None:
    program = (
        "import threading, sys; from bot.answering.model import Limits\n"
        "try:\n    Limits(0.01).call(threading.Event().wait)\nexcept TimeoutError:\n    print('left')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120,
        check=True,
    )  # fmt: skip
    assert done.stdout == "left\n"


# Text made plain

LIVE = re.compile(
    r"@(?:everyone|here)|<(?:@[!&]?|#)\d+>|<a?:\w+:\d+>|https?://|\bdiscord\.gg/|\bwww\.|^[#>-] |[\u202e\u2066\x00]",
    re.IGNORECASE,
)
"""What Discord would act on, or nobody could see."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Silas rows out alone [1].", "Silas rows out alone [1]."),
        ("He “rows” out – alone… 5 * 3 = 15, isn't it? ★★☆", "He “rows” out – alone… 5 * 3 = 15, isn't it? ★★☆"),
        ("**Silas** rows _out_ `alone`, ~~not~~ ||Edward||", "Silas rows out alone, not Edward"),
        ("# Silas\n> rows\n- out", "Silas rows out"),
        ("See [the ending](http://127.0.0.1/x) [2]", "See the ending [2]"),
        ("See https://example.org/a?b=c now", "See now"),
        ("Ask <@123>, <@!123>, <@&123> in <#456> <:smile:789> </ask:12> <t:1:R>!", "Ask , , in !"),
        ("@everyone look, @here", "@\u200beveryone look, @\u200bhere"),
        ("two  words\n\non lines", "two words on lines"),
        ("right\u202eto left\x00, soft\u00adhyphen", "right to left , soft hyphen"),
        ("", ""),
    ],
)
def test_words_stay_and_what_does_something_goes(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "@*everyone*", "@\u200beveryone", "@<@1>everyone", "@||here||", "<*@123>", "<@~~123>", "h*ttp://example.org",
        "[a](b)(http://x)", "[[a](http://x)](http://y)", "<@12<@34>>", "ht<@1>tp://example.org", "disc*ord.gg/abc",
    ],
)  # fmt: skip
def test_what_is_put_together_from_pieces_is_caught_too(text: str) -> None:
    assert not LIVE.search(plain(text))


PIECES = (
    "@", "everyone", "here", "<@", "<#", "<:a:", "12", ">", "*", "_", "||", "~~", "`", "[", "](", ")", "http://",
    "www.", "x", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text())
def test_nothing_live_is_left_of_any_text(text: str) -> None:
    shown = plain(text)
    assert not LIVE.search(shown)
    assert "\n" not in shown
