"""Model mode: one chain from the retriever to the guard, its limits, and what comes of each way to fail."""

import json
import logging
import math
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from pydantic import SecretStr

from bot.answering.conversation import Exchange
from bot.answering.model import (
    FAILURES,
    PASSAGES,
    PAUSE,
    TOKENS,
    GatedRetriever,
    Limits,
    NotAsked,
    Written,
    answer_chain,
    draft_chain,
    open_model,
    tried,
    yes_or_no,
)
from bot.answering.reply import NO_ANSWERS
from bot.settings import Settings
from corpus.errors import DogearError
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.types import Verdict
from tests.fakes.bookshelf import LANTERN
from tests.fakes.chat_server import KEY, Behaviour, ChatServer, chat_server
from tests.fakes.counting import Counted

QUESTION = "Whom does Silas save in the storm?"
LEAD = "Silas saves two fishermen from the rocks."
READER = Audience({LANTERN: 5})
LONG = 30.0

# The chain


class Shelf(BaseRetriever):
    """A retriever that finds the same documents whatever is asked."""

    documents: tuple[Document, ...]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return list(self.documents)


def document(number: int, *sentences: str, order: int = 0, mark: int = 1, **more: object) -> Document:
    """Return a passage, found for a question; its sentences are numbered from `number` in the visible text."""
    told = {"kind": "summary", "source": f"summary, chapter {mark}", "heading": f"Chapter {mark}", "group": mark}
    known = {"book": LANTERN, "order": order, "mark": mark, "sentences": dict(enumerate(sentences, number))}
    return Document(" ".join(sentences), metadata=told | known | more)


STORM = document(20, "A storm breaks the wall.", "Silas saves two fishermen.", order=3, mark=5)
LETTER = document(3, "She carries a letter.", order=1, mark=2)
SHELF = Shelf(documents=(STORM, LETTER))
"""The sentences are numbered 1 to 3 in the prompt: 3, 20 and 21 of the visible text."""


@dataclass
class StrictGuard:
    """Stops every sentence that holds one of its words, and keeps what it was asked to judge."""

    secret: Sequence[str] = ("drowned",)
    judged: list[str] = field(default_factory=list)

    def __call__(self, question: str, said: Sequence[str], book: str) -> list[Verdict]:
        assert book == LANTERN
        self.judged += said
        return [Verdict(not any(word in sentence for word in self.secret), 0.5) for sentence in said]


def asked_with(question: str = QUESTION) -> dict[str, str]:
    """Return the input of a chain."""
    return {"question": question, "query": question, "title": "The Lantern", "conversation": ""}


def answered(says: str, guard: StrictGuard | None = None, question: str = QUESTION) -> Written:
    """Return what the chain makes of a model's reply."""
    chain = answer_chain(SHELF, FakeListChatModel(responses=[says]), guard or StrictGuard())
    return chain.invoke(asked_with(question))


@pytest.mark.parametrize(
    ("says", "said", "picked"),
    [
        ("PICK: 3\nLEAD: Silas saves them.", ("Silas saves them.",), (21,)),
        ("PICK: 3, 1", (), (21, 3)),
        ("Silas saves them. [3]", ("Silas saves them.",), ()),
        ("PICK: 4\nLEAD: Silas saves them.", (), ()),  # there is no sentence 4, so neither can be trusted
        ("PICK: 0, 3", (), ()),
        ("NOTHING", (), ()),
        ("PICK: 3\nLEAD: He drowned them.", (), (21,)),
        (f"LEAD: {QUESTION} Two fishermen.", ("Two fishermen.",), ()),
    ],
)
def test_a_pick_is_sentences_of_the_passages_and_a_lead_what_the_guard_lets_through(
    says: str, said: tuple[str, ...], picked: tuple[int, ...]
) -> None:
    assert answered(says) == Written(said, picked)


@pytest.mark.parametrize(
    ("lead", "left"),
    [
        ("A storm comes. Silas drowned Edward. Two men live.", "A storm comes. Two men live."),
        ("A storm comes. Silas drowned Edward. He hid the lamp. It burns.", "A storm comes."),
        ("He drowned a man. He hid the lamp.", "He hid the lamp."),  # “he” is whom the question names
        ("He drowned a man. So the lamp is his.", ""),
        ("He drowned a man. That is why. The lamp burns.", "The lamp burns."),
        ("So it is Silas. He drowned.", "So it is Silas."),
    ],
)
def test_with_a_sentence_that_the_guard_stops_goes_what_cannot_stand_without_it(lead: str, left: str) -> None:
    assert " ".join(answered(f"LEAD: {lead}").said) == left


def test_the_guard_reads_the_whole_lead_without_numbers_and_markup() -> None:
    guard = StrictGuard()
    answered("A storm comes. [1] **Silas** saves them [2][3].", guard)
    assert guard.judged == ["A storm comes.", "Silas saves them."]


def test_a_chain_that_finds_nothing_asks_no_model() -> None:
    for found in ((), (document(1, "Why?", kind="discussion"),)):
        chain = answer_chain(Shelf(documents=found), FakeListChatModel(responses=[]), StrictGuard())
        assert chain.invoke(asked_with()) == Written()


def prompted(*documents: Document) -> list[str]:
    """Return the lines of sentences in the prompt that is made of some passages."""
    asked: list[str] = []

    def model(messages: PromptValue) -> AIMessage:
        asked.append(str(messages.to_messages()[-1].content))
        return AIMessage("NOTHING")

    answer_chain(Shelf(documents=documents), RunnableLambda(model), StrictGuard()).invoke(asked_with())
    return asked[0].partition("<sentences>\n")[2].partition("\n</sentences>")[0].splitlines()


def test_a_prompt_has_numbered_sentences_in_the_order_of_the_story_with_their_chapters() -> None:
    silas = document(
        40, "He keeps the lamp.", order=9, mark=4, kind="people", source="who is who, ch 4", heading="Silas"
    )
    assert prompted(STORM, silas, LETTER) == [
        "summary, chapter 2:", "[1] She carries a letter.",
        "who is who, ch 4, Silas:", "[2] He keeps the lamp.",
        "summary, chapter 5:", "[3] A storm breaks the wall.", "[4] Silas saves two fishermen.",
    ]  # fmt: skip


def test_neighbours_are_joined_in_their_order_whatever_their_marks_are() -> None:
    section = {"group": 7, "source": "background"}
    halves = [document(n, f"Half {n}.", order=n, mark=9 - n, **section) for n in (2, 1)]
    later = document(4, "Much later.", order=4, mark=1, **section)
    assert prompted(*halves, later, LETTER) == [
        "background:", "[1] Half 1.", "[2] Half 2.", "background:", "[3] Much later.",
        "summary, chapter 2:", "[4] She carries a letter.",
    ]  # fmt: skip


def test_what_holds_no_answer_stands_in_no_prompt_and_the_best_passages_do() -> None:
    others = [document(n, f"No {kind}.", order=n, mark=n, kind=kind) for n, kind in enumerate(NO_ANSWERS, 1)]
    many = [document(n, f"Number {n}.", order=2 * n, mark=n) for n in range(10, 10 + PASSAGES + 2)]
    told = prompted(*others, *many)
    assert [line for line in told if line.startswith("[")] == [
        f"[{n}] Number {n + 9}." for n in range(1, PASSAGES + 1)
    ]  # fmt: skip


async def test_another_program_can_use_the_chain_with_the_gated_retriever(island: Retriever) -> None:
    def guard(question: str, said: Sequence[str], book: str) -> Sequence[Verdict]:
        return island.verdicts(question, said, READER, book)

    model = FakeListChatModel(
        responses=["PICK: 1\nLEAD: Silas saves two fishermen from the rocks. Silas drowned Edward."]
    )
    chain = answer_chain(GatedRetriever(retriever=island, audience=READER, book=LANTERN), model, guard)
    written = await chain.ainvoke(asked_with())
    assert written.said == ("Silas saves two fishermen from the rocks.",)
    assert len(written.picked) == 1


@pytest.mark.parametrize(
    ("says", "drafted"),
    [
        ("**Question:** Why does Silas [2] row out alone?", "Why does Silas row out alone?"),
        ("He is brave. Or is he? [1]", "He is brave. Or is he?"),
        ("Silas rows out.", ""),  # no question
        ("Why was he drowned? Was it Silas?", ""),  # half of it is stopped
        ("NOTHING", ""),
    ],
)
def test_a_draft_is_a_whole_question_or_nothing(says: str, drafted: str) -> None:
    chain = draft_chain(FakeListChatModel(responses=[says]), StrictGuard())
    values = {"title": "The Lantern", "book": LANTERN, "kind": "character", "passages": "[1] It rains."}
    assert " ".join(chain.invoke(values).said) == drafted


@pytest.mark.parametrize(
    ("chances", "sure"),
    [
        ({"Yes": 0.9, " no": 0.1}, 0.9),
        ({"yes": 0.2, "YES": 0.1, "No": 0.3, "Perhaps": 0.4}, 0.5),
        ({"Perhaps": 1.0}, None),
        ({}, None),
    ],
)
def test_a_vote_is_the_chance_of_yes_rather_than_no(chances: dict[str, float], sure: float | None) -> None:
    words = [{"token": token, "logprob": math.log(chance)} for token, chance in chances.items()]
    told = {"logprobs": {"content": [{"top_logprobs": words}]}} if chances else {}
    assert yes_or_no(AIMessage("Yes", response_metadata=told)) == pytest.approx(sure)


# The model, over its real protocol


@pytest.fixture(scope="module")
def serving() -> Iterator[ChatServer]:
    with chat_server() as server:
        yield server


@pytest.fixture
def server(serving: ChatServer) -> ChatServer:
    """The scripted model, with nothing asked yet."""
    serving.says, serving.behaviour, serving.finish = f"LEAD: {LEAD}", "answer", "stop"
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
    assert written(server, island).said == (LEAD,)
    assert server.keys == [f"Bearer {KEY}"]
    (request,) = server.requests
    assert request["model"] == "scripted"
    assert not request.get("stream")


def test_the_model_is_to_be_certain_and_brief_and_a_reply_that_was_cut_loses_its_half_sentence(
    server: ChatServer, island: Retriever
) -> None:
    server.says, server.finish = f"PICK: 1\nLEAD: {LEAD} He rows ou", "length"
    assert written(server, island).said == (LEAD,)
    assert server.requests[0]["temperature"] == 0
    assert server.requests[0]["max_tokens"] == TOKENS


def test_texts_by_others_stand_in_the_human_message(server: ChatServer, island: Retriever) -> None:
    written(server, island)
    messages = server.messages()
    assert messages.keys() == {"system", "user"}
    block = messages["user"].partition("<sentences>\n")[2].partition("\n</sentences>")[0]
    assert "Silas saves two fishermen" in block or "two fishermen" in block
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
    assert server.requests[0].keys() <= {"model", "messages", "stream", "temperature", "max_tokens"}


@pytest.mark.parametrize(
    ("behaviour", "logged"), [("error", "(failed"), ("garbage", "(failed"), ("empty", "said nothing")]
)
def test_a_model_that_fails_is_no_answer_and_the_log_says_why_without_secrets(
    server: ChatServer, island: Retriever, caplog: pytest.LogCaptureFixture, behaviour: Behaviour, logged: str
) -> None:
    caplog.set_level(logging.INFO)
    server.behaviour, server.says = behaviour, "Silas drowned his brother."
    assert replace(written(server, island), tokens=0) == Written()
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
        assert writer.answer(QUESTION, QUESTION, search, READER) == Written()
    assert "(late, TimeoutError); answering from passages" in caplog.text


def test_a_model_that_is_not_there_is_no_answer(island: Retriever, caplog: pytest.LogCaptureFixture) -> None:
    with chat_server() as gone:
        pass
    assert written(gone, island) == Written()
    assert "(failed" in caplog.text


def test_several_members_are_answered_at_once(server: ChatServer, island: Retriever) -> None:
    search = island.search(QUESTION, READER, LANTERN)
    with server.writer(island) as writer, ThreadPoolExecutor(6) as members:
        answers = list(members.map(lambda _: writer.answer(QUESTION, QUESTION, search, READER), range(12)))
    assert {answer.said for answer in answers} == {(LEAD,)}
    assert len(server.requests) == 12


def test_a_meter_is_told_how_calls_end_and_what_the_guard_stopped(
    server: ChatServer, island: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    search, meter = island.search(QUESTION, READER, LANTERN), Counted()
    with server.writer(island, meter=meter) as writer:
        for says, behaviour in (
            (f"{LEAD} Silas drowned his brother.", "answer"),
            ("I'm sorry.", "answer"),
            ("", "error"),
        ):
            server.says, server.behaviour = says, behaviour  # type: ignore[assignment]
            writer.answer(QUESTION, QUESTION, search, READER)
    assert writer.answer(QUESTION, QUESTION, search, READER) == Written()
    assert meter.told == [
        ("model_calls", "answered"), ("guard_stopped_sentences",), ("model_calls", "refused"),
        ("model_calls", "failed"), ("model_calls", "given up"),
    ]  # fmt: skip
    assert "stopped 1 of 2 sentences" in caplog.text
    assert "drowned" not in caplog.text


@pytest.mark.parametrize("name", ["no_such_provider:model", "mistralai:small"])
def test_a_model_that_cannot_be_had_is_an_error_that_says_where_to_look(name: str) -> None:
    with pytest.raises(DogearError, match=r"CHAT_MODEL .*docs/models\.md") as raised:
        open_model(Settings(chat_model=name, secrets=(SecretStr(KEY),)))
    assert KEY not in str(raised.value)


# A small call, for the doctor


@pytest.mark.parametrize(
    ("behaviour", "says", "ok", "serious", "told"),
    [
        ("answer", "PICK: 1\nLEAD: At six.", True, True, r"answered in \d+\.\d s, \d+ tokens a second"),
        ("answer", "It leaves at six.", False, False, "not in the form"),
        ("empty", "", False, False, "not in the form"),
        ("garbage", "", False, True, "is no chat server"),
        ("other JSON", "", False, True, "is no chat server"),
        ("a page", "", False, True, "is no chat server"),
        ("no such model", "", False, True, r"is not known .*\(404\)"),
        ("wrong key", "", False, True, r"refuses the key \(401\)"),
        ("wrong call", "", False, True, r"refuses the call \(400\)"),
        ("error", "", False, False, r"cannot answer now \(500\)"),
    ],
)
def test_a_small_call_says_what_is_at_the_address(
    server: ChatServer, behaviour: Behaviour, says: str, ok: bool, serious: bool, told: str
) -> None:
    server.behaviour, server.says = behaviour, says
    trial = tried(server.settings())
    assert (trial.ok, trial.serious) == (ok, serious), trial
    assert re.search(told, trial.found)
    assert ok != bool(trial.cure)
    assert KEY not in repr(trial)


def test_a_small_call_to_nobody_or_to_one_who_takes_long_can_wait() -> None:
    with chat_server() as slow:
        slow.behaviour = "slow"
        late = tried(slow.settings(0.2))
    gone = tried(slow.settings())
    assert "gave no answer within 0 s" in late.found
    assert "could not be reached" in gone.found
    assert not any((late.ok, gone.ok, late.serious, gone.serious))


# Limits


def test_a_call_returns_what_it_returns_and_raises_what_it_raises() -> None:
    limits = Limits(LONG, 1)
    assert limits.call(lambda: "yes") == "yes"
    with pytest.raises(ZeroDivisionError):
        limits.call(lambda: 1 // 0)
    assert limits.call(lambda: "again") == "again"


def held(limits: Limits, others: ThreadPoolExecutor) -> tuple[threading.Event, "Future[bool]"]:
    """Begin a call, and return what ends it."""
    begun, end = threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return end.wait(LONG)

    running = others.submit(limits.call, hold)
    begun.wait(LONG)
    return end, running


def test_a_call_that_takes_too_long_is_left_and_keeps_its_turn_until_it_ends() -> None:
    limits, end, left = Limits(0.01, 1), threading.Event(), threading.Event()

    def call() -> None:
        end.wait(LONG)
        left.set()

    with pytest.raises(TimeoutError):
        limits.call(call)
    with pytest.raises(NotAsked, match="busy"):
        limits.call(lambda: "never")
    end.set()
    left.wait(LONG)


def test_who_finds_all_turns_taken_waits_for_none() -> None:
    limits = Limits(LONG, 1)
    with ThreadPoolExecutor(1) as others:
        end, running = held(limits, others)
        with pytest.raises(NotAsked, match="busy"):
            limits.call(lambda: "never")
        end.set()
        assert running.result(LONG)


def fail() -> None:
    raise OSError


def failing(limits: Limits, times: int) -> None:
    for _ in range(times):
        with pytest.raises(OSError):  # noqa: PT011 (no more is said)
            limits.call(fail)


def test_after_three_failures_in_a_row_the_model_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    clock = [0.0]
    limits = Limits(LONG, 2, lambda: clock[0])
    failing(limits, FAILURES - 1)
    assert limits.call(lambda: "yes") == "yes"
    failing(limits, FAILURES - 1)
    assert not caplog.text
    failing(limits, 1)
    assert "failed 3 times in a row; leaving it alone for 60 s" in caplog.text
    clock[0] = PAUSE - 1
    with pytest.raises(NotAsked, match="paused"):
        limits.call(lambda: "never")
    clock[0] = PAUSE
    failing(limits, 1)  # one call tries, and the pause begins anew
    with pytest.raises(NotAsked, match="paused"):
        limits.call(lambda: "never")


def test_after_the_pause_one_call_tries_and_with_it_all_others_may_again() -> None:
    clock = [0.0]
    limits = Limits(LONG, 4, lambda: clock[0])
    failing(limits, FAILURES)
    clock[0] = PAUSE
    with ThreadPoolExecutor(1) as others:
        end, running = held(limits, others)
        with pytest.raises(NotAsked, match="paused"):
            limits.call(lambda: "never")
        end.set()
        assert running.result(LONG)
    assert limits.call(lambda: "yes") == "yes"


def test_calls_that_come_too_late_are_failures_too() -> None:
    limits, end = Limits(0.01, 8), threading.Event()
    for _ in range(FAILURES):
        with pytest.raises(TimeoutError):
            limits.call(lambda: end.wait(LONG))
    with pytest.raises(NotAsked, match="paused"):
        limits.call(lambda: "never")
    end.set()


def test_closing_ends_every_wait_and_makes_no_more_calls() -> None:
    limits = Limits(LONG, 1)
    with ThreadPoolExecutor(1) as others:
        end, running = held(limits, others)
        limits.close()
        assert isinstance(running.exception(LONG), NotAsked)
    with pytest.raises(NotAsked, match="given up"):
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


VOTED = "PICK: 1\nLEAD: Silas saved two fishermen in the storm."


@pytest.mark.parametrize(("sure", "left"), [(0.9, 1), (0.2, 0), (None, 1)])
def test_a_sentence_that_the_model_itself_finds_unsupported_is_left_out(
    island: Retriever, sure: float | None, left: int
) -> None:
    with chat_server() as server, server.writer(island) as writer:
        server.says, server.sure = VOTED, sure
        written = writer.answer(QUESTION, QUESTION, island.search(QUESTION, READER, LANTERN), READER)
        assert len(written.said) == left
        assert "Silas saved two fishermen in the storm." in server.votes[0]["messages"][-1]["content"]
        assert server.votes[0]["max_completion_tokens"] < 10


def test_a_server_that_gives_no_probabilities_is_asked_for_none_again(island: Retriever) -> None:
    with chat_server() as server, server.writer(island) as writer:
        server.says = VOTED
        for _ in range(2):
            writer.answer(QUESTION, QUESTION, island.search(QUESTION, READER, LANTERN), READER)
        assert len(server.votes) == 1
