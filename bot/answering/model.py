"""Answers by a chat model: retriever, prompt, model and guard as one LangChain chain."""

import logging
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from threading import Lock, Thread
from typing import Any, TypeVar

from langchain.chat_models import init_chat_model
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableBranch, RunnableLambda, RunnablePassthrough
from pydantic import ConfigDict, Field

from bot.answering.conversation import Exchange
from bot.answering.model_reply import MAX_REPLY, ModelReply, read_reply, well_formed
from bot.answering.reply import NO_ANSWERS
from bot.logs import Meter
from bot.settings import CHAT_CALLS, Settings
from corpus.books import Slug
from corpus.errors import DogearError
from corpus.passages import Passage, source_line
from prompts import instructions, numbered, prompt
from retrieval.gate import Audience
from retrieval.retriever import RankedPassage, Retriever, Search
from retrieval.types import Verdict

log = logging.getLogger(__name__)

PASSAGES = 8
"""Passages that a prompt holds: about 500 words, which small local models still read well."""

TOKENS = 2_000
"""Tokens that a model may write: a reply takes under a hundred, and models that think use many hundreds before it."""

FAILURES = 3
"""Calls in a row that fail, or come too late, until the model is left alone."""

PAUSE = 60.0
"""Seconds for which it is left alone: hosted models count their limits by the minute, and a local server that was
restarted has loaded its model again.
"""

CURE = "docs/models.md has the lines for each provider; without CHAT_MODEL answers are quoted from the passages."

T = TypeVar("T")

Model = Runnable[PromptValue, BaseMessage]
Guard = Callable[[str, Sequence[str], Slug], Sequence[Verdict]]
"""Returns a verdict for each sentence of an answer, given the question, the sentences and the book."""
Vote = Callable[[Mapping[str, Any]], tuple[float | None, int]]
"""Returns how sure (0 to 1) a model is that `sentences` say what is `said`, or None, and the tokens used."""

SUPPORTED = 0.5
"""A model's own vote, from which on a sentence of its lead counts as supported by what it was given."""


class GatedRetriever(BaseRetriever):
    """A LangChain retriever that is bound to one audience, so a chain cannot ask for more than it may see.

    `found` holds searches that were already made for this audience, by their questions; they are not made again.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    audience: Audience
    book: str | None = None
    found: Mapping[str, Search] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = self.found.get(query) or self.retriever.search(query, self.audience, self.book)
        told: dict[str, dict[int, str]] = {}
        for sentence in found.sentences:
            told.setdefault(sentence.passage.id, {})[sentence.number] = sentence.text
        return [self._document(ranked, told.get(ranked.passage.id, {})) for ranked in found.passages]

    def _document(self, ranked: RankedPassage, told: Mapping[int, str]) -> Document:
        """Return a passage as a document; `told` are its sentences by their numbers in the visible text."""
        passage = ranked.passage
        source = source_line(passage, self.retriever.library.books[passage.book])
        metadata = {
            "book": passage.book, "kind": passage.kind, "source": source, "reveals": dict(passage.reveals.marks),
            "heading": passage.heading, "group": passage.group, "order": passage.order, "mark": passage.mark,
            "sentences": told, "score": ranked.score,
        }  # fmt: skip
        return Document(id=passage.id, page_content=passage.text, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Written:
    """What is left of a model's reply: the sentences that the guard let through, and the picked sentences' numbers.

    Both are empty if the model failed, refused or was stopped; `tokens` were used all the same.
    """

    said: tuple[str, ...] = ()
    picked: tuple[int, ...] = ()
    tokens: int = 0


def answer_chain(
    retriever: Runnable[str, list[Document]], model: Model, guard: Guard, vote: Vote = lambda _: (None, 0)
) -> Runnable[Any, Written]:  # fmt: skip
    """Return the chain that answers a question from what its audience may see.

    Its input has the `question`, the `query` to search for (the question, understood without its conversation), the
    book's `title` and the `conversation` so far. The guard reads the whole lead before anyone else does; what
    it lets through, the model votes on.
    """
    retrieve = RunnablePassthrough.assign(documents=itemgetter("query") | retriever | RunnableLambda(_in_story_order))
    number = RunnablePassthrough.assign(sentences=lambda values: _numbered(values["documents"]))
    ask = RunnablePassthrough.assign(message=prompt("answer") | model)
    check = RunnableLambda(partial(_guarded_answer, guard, vote))
    nothing: Runnable[Any, Written] = RunnableLambda(lambda _: Written())
    return retrieve | RunnableBranch((lambda values: not values["documents"], nothing), number | ask | check)


def draft_chain(model: Model, guard: Guard) -> Runnable[Any, Written]:
    """Return the chain that drafts a discussion prompt; its input has `title`, `book`, `kind` and `passages`."""
    write = RunnablePassthrough.assign(message=prompt("discussion") | model)
    return write | RunnableLambda(partial(_guarded_draft, guard))


def _in_story_order(documents: Sequence[Document]) -> list[Document]:
    """Return the best passages that can hold an answer in the order of the story; sections stay whole."""
    best = [d for d in documents if d.metadata["kind"] not in NO_ANSWERS and d.metadata["sentences"]][:PASSAGES]
    begins: dict[int, int] = {}
    for told in (d.metadata for d in best):
        begins[told["group"]] = min(told["mark"], begins.get(told["group"], told["mark"]))
    return sorted(best, key=lambda d: (begins[d.metadata["group"]], d.metadata["group"], d.metadata["order"]))


def _numbered(documents: Sequence[Document]) -> str:
    """Return the sentences of passages with their numbers, below a line that says where they come from.

    Passages that follow one another in a section are joined.
    """
    lines: list[str] = []
    after, number = (-1, -1), 1
    for told in (document.metadata for document in documents):
        if (told["group"], told["order"]) != after:
            name = f", {told['heading']}" if told["kind"] == "people" and told["heading"] else ""
            lines.append(f"{told['source']}{name}:")
        lines.append(numbered(list(told["sentences"].values()), number))
        after, number = (told["group"], told["order"] + 1), number + len(told["sentences"])
    return "\n".join(lines)


def _guarded_answer(guard: Guard, vote: Vote, values: Mapping[str, Any]) -> Written:
    """Return what a reply picked and what may be shown of its lead; nothing at all if a number is wrong."""
    documents: list[Document] = values["documents"]
    reply, tokens = _read(values["message"])
    numbers = [number for document in documents for number in document.metadata["sentences"]]
    if any(not 1 <= n <= len(numbers) for n in reply.pick):
        return Written(tokens=tokens)
    question, said = values["question"], reply.lead
    verdicts = guard(question, said, documents[0].metadata["book"]) if said else ()
    formed = well_formed(said, question, instructions("answer"))
    passed = []
    for sentence, verdict, whole in zip(said, verdicts, formed, strict=True):
        sure, used = vote({**values, "said": sentence}) if whole and verdict.shown else (None, 0)
        passed.append(whole and verdict.shown and (sure is None or sure >= SUPPORTED))
        tokens += used
    shown = _standing(question, said, passed)
    return Written(tuple(shown), tuple(numbers[n - 1] for n in reply.pick), tokens)


def _guarded_draft(guard: Guard, values: Mapping[str, Any]) -> Written:
    """Return a discussion prompt, or nothing if the guard stops any of it: half a question is none."""
    reply, tokens = _read(values["message"])
    said = reply.lead
    if not any("?" in sentence for sentence in said) or not all(v.shown for v in guard("", said, values["book"])):
        return Written(tokens=tokens)
    return Written(said, tokens=tokens)


_POINTING = re.compile(
    r"\W*(?:this|that|these|those|so|but|yet|then|therefore|thus|hence|because|instead|however|which"
    r"|(?:from|for|after|before) (?:this|that)|as a result|the (?:former|latter|same))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\W*(?:he|she|it|they|his|her|its|their)\b", re.IGNORECASE)
_NAME = re.compile(r"\b(?!(?:He|She|It|They|His|Her|Its|Their|The|An)\b)[A-Z]\w+")


def _standing(question: str, said: Sequence[str], shown: Sequence[bool]) -> list[str]:
    """Return the sentences that are shown and can stand without those that are not.

    “So …” goes with the sentence before it, and “He …” with one that names somebody whom the question does not.
    """
    kept: list[str] = []
    stopped, named = False, False
    for sentence, passes in zip(said, shown, strict=True):
        leans = stopped and (_POINTING.match(sentence) or (named and _PRONOUN.match(sentence)))
        if passes and not leans:
            kept.append(sentence)
        stopped = not passes or bool(leans)
        named = stopped and (named or any(name not in question for name in _NAME.findall(sentence)))
    return kept


_CUT = ("length", "max_tokens", "MAX_TOKENS")
"""How providers say that a reply came to its limit before its end."""


def _read(message: BaseMessage) -> tuple[ModelReply, int]:
    """Return what a message says, and the tokens that it took."""
    told = message.response_metadata
    cut = any(told.get(name) in _CUT for name in ("finish_reason", "stop_reason", "done_reason"))
    usage = message.usage_metadata if isinstance(message, AIMessage) else None
    return read_reply(str(message.text), cut=cut), usage["total_tokens"] if usage else 0


class Writer:
    """Answers and drafts with a chat model, under its limits; logs and counts how that goes.

    The model picks sentences by their numbers and may write a lead; quotes always come from the passages themselves.
    """

    def __init__(
        self, model: Runnable[Any, BaseMessage], retriever: Retriever, limits: "Limits", meter: Meter | None = None
    ) -> None:
        self._model, self._retriever, self._meter = model, retriever, meter or Meter()
        self._limits, self._votes = limits, hasattr(model, "root_client")  # as LangChain's OpenAI models have

    def answer(
        self, question: str, query: str, search: Search, audience: Audience, before: Sequence[Exchange] = ()
    ) -> Written:
        """Answer a question from the passages of a search, which was made for `query`; the log says why not."""
        if search.book is None:
            return Written()
        found = {query: search}
        gated = GatedRetriever(retriever=self._retriever, audience=audience, book=search.book, found=found)
        chain = answer_chain(gated, RunnableLambda(self._call), self._guard(audience, before), self._vote)
        title, conversation = self._retriever.library.books[search.book].title, _conversation(before)
        return chain.invoke({"question": question, "query": query, "title": title, "conversation": conversation})

    def draft(self, kind: str, seen: Sequence[Passage], audience: Audience, book: Slug) -> Written:
        """Draft a discussion prompt of a kind from passages that an audience may see."""
        passages = numbered([passage.text for passage in seen[:PASSAGES]])
        chain = draft_chain(RunnableLambda(self._call), self._guard(audience))
        title = self._retriever.library.books[book].title
        return chain.invoke({"title": title, "book": book, "kind": kind, "passages": passages})

    def close(self) -> None:
        """Stop waiting for the model: later questions are answered from the passages."""
        self._limits.close()

    def _guard(self, audience: Audience, before: Sequence[Exchange] = ()) -> Guard:
        also = [exchange.book for exchange in before if exchange.book]

        def verdicts(question: str, said: Sequence[str], book: Slug) -> Sequence[Verdict]:
            found = self._retriever.verdicts(question, said, audience, book, also)
            if stopped := sum(not verdict.shown for verdict in found):
                self._meter.count("guard_stopped_sentences", number=stopped)
                log.warning("the guard stopped %d of %d sentences of a model's answer", stopped, len(said))
            return found

        return verdicts

    def _vote(self, values: Mapping[str, Any]) -> tuple[float | None, int]:
        """Return how sure the model is that sentences say something; None where it gives no probabilities.

        A server that gave none is not asked again.
        """
        if not self._votes:
            return None, 0
        ask = prompt("support") | self._model.bind(logprobs=True, top_logprobs=5, max_tokens=4)
        try:
            message = self._limits.call(lambda: ask.invoke(dict(values)))
        except Exception as error:  # noqa: BLE001 (as above: a vote that fails leaves the sentence to the guard)
            self._votes = isinstance(error, NotAsked | TimeoutError)
            return None, 0
        sure = yes_or_no(message)
        self._votes = sure is not None
        return sure, _read(message)[1]

    def _call(self, messages: PromptValue) -> BaseMessage:
        """Return the model's message; an empty one if it fails or takes too long."""
        begun = time.monotonic()
        try:
            message = self._limits.call(lambda: self._model.invoke(messages))
            reply, _ = _read(message)
            outcome = "answered" if reply.pick or reply.lead else "refused"
            if outcome == "refused":
                log.info("the chat model %s; answering from passages", "refused" if message.text else "said nothing")
        except Exception as error:  # noqa: BLE001 (every provider raises its own; none may reach a member)
            message, late = AIMessage(""), isinstance(error, TimeoutError)
            outcome = str(error) if isinstance(error, NotAsked) else "late" if late else "failed"
            log.warning("no answer of the chat model (%s, %s); answering from passages", outcome, type(error).__name__)
        self._meter.count("model_calls", outcome)
        self._meter.time("model_seconds", time.monotonic() - begun)
        return message


def yes_or_no(message: BaseMessage) -> float | None:
    """Return the probability of “Yes” rather than “No” as the first word of a message; None where it has none."""
    words = ((message.response_metadata.get("logprobs") or {}).get("content") or [{}])[0].get("top_logprobs") or []
    chances = {"yes": 0.0, "no": 0.0}
    for word in words:
        said = str(word["token"]).strip().lower()
        chances |= {said: chances[said] + math.exp(word["logprob"])} if said in chances else {}
    return chances["yes"] / sum(chances.values()) if sum(chances.values()) > 0 else None


def _conversation(before: Sequence[Exchange]) -> str:
    """Return a conversation as the lines of a prompt."""
    told = [line for one in before for line in (f"Reader: {one.question}", f"Answer: {one.answer}")]
    return "\n".join(" ".join(line.split())[:MAX_REPLY] for line in told) or "(This is the first question.)"


class NotAsked(Exception):
    """No call is made or waited for: the model is “busy”, “paused” after failures, or “given up” as we are stopping."""


class Limits:
    """Limits on model calls: how many at once, how long each may take, and a pause after several failures in a row.

    LangChain limits requests per second, and clients the time between two bytes; neither bounds how long a member
    waits. Each call has a daemon thread: Python waits for all others before it exits, and a model may take minutes.
    """

    def __init__(self, timeout: float, calls: int = CHAT_CALLS, now: Callable[[], float] = time.monotonic) -> None:
        self.timeout, self._calls, self._now = timeout, calls, now
        self._failures, self._paused_until, self._closed = 0, 0.0, False
        self._running: set[Future[Any]] = set()
        self._lock = Lock()

    def call(self, make: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises. Raises TimeoutError, and NotAsked at once."""
        answer: Future[T] = Future()
        with self._lock:
            self._begin()
            self._running.add(answer)
        Thread(target=copy_context().run, args=(self._run, make, answer), name="chat-model", daemon=True).start()
        try:
            made = answer.result(self.timeout)
        except BaseException as error:
            if not isinstance(error, NotAsked):
                self._count_failure()
            raise
        self._failures = 0
        return made

    def close(self) -> None:
        """Make no more calls, and end every wait for one."""
        with self._lock:
            self._closed = True
            for answer in self._running:
                answer.set_exception(NotAsked("given up"))
            self._running.clear()

    def _begin(self) -> None:
        """See that a call may begin. After a pause a single one tries whether the model is back."""
        if self._closed:
            raise NotAsked("given up")
        if len(self._running) >= self._calls:
            raise NotAsked("busy")
        if self._failures >= FAILURES:
            if self._now() < self._paused_until:
                raise NotAsked("paused")
            self._paused_until = self._now() + PAUSE

    def _count_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures == FAILURES:
                self._paused_until = self._now() + PAUSE
                log.warning("the chat model failed %d times in a row; leaving it alone for %.0f s", FAILURES, PAUSE)

    def _run(self, make: Callable[[], T], answer: Future[T]) -> None:
        settle: Callable[[], object]
        try:
            settle = partial(answer.set_result, make())
        except BaseException as error:  # noqa: BLE001 (raised where the answer is awaited)
            settle = partial(answer.set_exception, error)
        with self._lock:
            if answer in self._running:  # else it was given up
                self._running.remove(answer)
                settle()


def open_model(settings: Settings) -> Runnable[Any, BaseMessage]:
    """Return the chat model that the settings name. Raises DogearError."""
    name = settings.chat_model or ""
    late = settings.chat_timeout + 5  # after `Limits`, which bounds a call that drips as well
    options: dict[str, Any] = {"timeout": late, "max_retries": 0, "temperature": 0}
    options["num_predict" if name.startswith("ollama:") else "max_tokens"] = TOKENS
    if name.startswith("openai:"):
        if settings.openai_base_url:  # OpenAI itself has another name for the limit, which other servers may not know
            options |= {"base_url": settings.openai_base_url, "extra_body": {"max_tokens": options.pop("max_tokens")}}
        if settings.openai_api_key:
            options["api_key"] = settings.openai_api_key
    try:
        model: Runnable[Any, BaseMessage] = init_chat_model(name, **options)
    except ImportError as error:
        raise DogearError(f"CHAT_MODEL needs another package ({error.name}). {CURE}") from error
    except Exception as error:
        raise DogearError(f"CHAT_MODEL cannot be used as it is set ({type(error).__name__}). {CURE}") from error
    return model


@dataclass(frozen=True, slots=True)
class Trial:
    """How a small call of the chat model went; where it is not `ok`, the cure says what to do."""

    ok: bool
    found: str
    cure: str = ""
    serious: bool = True


_SMALL = {
    "title": "The Ferry", "question": "When does the ferry leave?", "conversation": _conversation(()),
    "sentences": "summary, chapter 1:\n[1] The ferry leaves at six.\n[2] It is late in autumn.",
}  # fmt: skip


def tried(settings: Settings) -> Trial:
    """Ask the chat model that the settings name about two sentences, and return how that went."""
    try:
        model = open_model(settings)
    except DogearError as error:
        return Trial(False, "cannot be used", str(error))
    begun = time.monotonic()
    try:
        message = Limits(settings.chat_timeout).call(lambda: (prompt("answer") | model).invoke(_SMALL))
    except Exception as error:  # noqa: BLE001 (every provider raises its own, and its words may hold a key)
        return _trouble(error, settings)
    seconds, usage = time.monotonic() - begun, message.usage_metadata if isinstance(message, AIMessage) else None
    speed = f", {usage['output_tokens'] / seconds:.0f} tokens a second" if usage else ""
    found = f"answered in {seconds:.1f} s{speed}"
    if 1 not in _read(message)[0].pick:
        cure = "Expect quotes in place of its words, or take one of the models in docs/models.md."
        return Trial(False, f"{found}, but not in the form that it was asked for", cure, serious=False)
    return Trial(True, found)


def _trouble(error: Exception, settings: Settings) -> Trial:
    """Return what an error says about the server of a chat model."""
    name, status = type(error).__name__, int(getattr(error, "status_code", 0))
    response = getattr(error, "response", None)
    in_protocol = status and (response is None or "json" in response.headers.get("content-type", ""))
    where = settings.openai_base_url or "its server"
    if isinstance(error, TimeoutError) or "Timeout" in name:
        cure = "A model that was just loading answers sooner now. Else raise CHAT_TIMEOUT or take a smaller model."
        return Trial(False, f"gave no answer within {settings.chat_timeout:.0f} s", cure, serious=False)
    if "Connect" in name:
        cure = "Start the server, or correct OPENAI_BASE_URL. Until then answers are quotes."
        return Trial(False, f"could not be reached at {where}", cure, serious=False)
    if not in_protocol:
        cure = "Write the model server’s own address, which ends in /v1, in OPENAI_BASE_URL (docs/models.md)."
        return Trial(False, f"cannot be asked: {where} is no chat server", cure)
    if status in (401, 403):
        return Trial(False, f"refuses the key ({status})", "Correct the key: OPENAI_API_KEY, or your provider’s own.")
    if status == 404:
        cure = "Correct the model’s name in CHAT_MODEL. An address in OPENAI_BASE_URL ends in /v1."
        return Trial(False, f"is not known at {where} (404)", cure)
    if status == 429 or status >= 500:
        cure = "Wait a minute and try again: it is loading, or you have reached a limit of your plan."
        return Trial(False, f"cannot answer now ({status})", cure, serious=False)
    return Trial(False, f"refuses the call ({status})", "Take another model; docs/models.md names some.")
