"""Answers by a chat model: retriever, prompt, model and guard as one LangChain chain."""

import logging
import re
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from threading import Condition, Thread
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
from bot.logs import Meter
from bot.settings import Settings
from corpus.books import Slug
from corpus.errors import DogearError
from corpus.passages import Passage, source_line
from corpus.text import sentences
from prompts import numbered, prompt
from retrieval.gate import Audience
from retrieval.retriever import Retriever, Search
from retrieval.types import Verdict

log = logging.getLogger(__name__)

PASSAGES = 8
"""Passages that a prompt holds: about 500 words, which small local models still read well."""

CALLS = 8
"""Model calls at once; more wait their turn."""

MAX_ANSWER = 1_500
"""Characters of a model's reply that are read at all."""

CURE = "docs/models.md has the lines for each provider; without CHAT_MODEL answers are quoted from the passages."

_REFUSAL = re.compile(
    r"^\W*(?:nothing\W*$|(?:i'?m )?(?:sorry|afraid|unable)\b|i (?:could|can|do|would)(?: ?not|n['’]t)\b"
    r"|the (?:given |provided )?passages? do(?:es)? ?n['o’]t\b|as an ai\b|there is not enough\b)",
    re.IGNORECASE,
)
"""How models decline, besides the word that the prompt asks for."""

T = TypeVar("T")


Model = Runnable[PromptValue, BaseMessage]
Guard = Callable[[str, Sequence[str], Slug], Sequence[Verdict]]
"""Returns a verdict for each sentence of an answer, given the question, the sentences and the book."""


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
        return [
            Document(
                id=ranked.passage.id,
                page_content=ranked.passage.text,
                metadata={
                    "book": ranked.passage.book,
                    "kind": ranked.passage.kind,
                    "source": source_line(ranked.passage, self.retriever.library.books[ranked.passage.book]),
                    "reveals": dict(ranked.passage.reveals.marks),
                    "score": ranked.score,
                },
            )
            for ranked in found.passages
        ]


@dataclass(frozen=True, slots=True)
class Written:
    """A model's text after the guard, with the source of each passage that it cites as [1], [2] ….

    The text is empty if the model failed, refused or was stopped; `tokens` were used all the same.
    """

    text: str = ""
    sources: tuple[str, ...] = ()
    tokens: int = 0


def answer_chain(retriever: Runnable[str, list[Document]], model: Model, guard: Guard) -> Runnable[Any, Written]:
    """Return the chain that answers a question from what its audience may see.

    Its input has the `question`, the `query` to search for (the question, understood without its conversation), the
    book's `title` and the `conversation` so far. The guard reads the whole answer before anyone else does.
    """
    search = RunnablePassthrough.assign(documents=itemgetter("query") | retriever)
    fill_in = RunnablePassthrough.assign(
        passages=lambda v: numbered([d.page_content for d in v["documents"][:PASSAGES]])
    )
    write = RunnablePassthrough.assign(message=prompt("answer") | model)
    check = RunnableLambda(partial(_guarded_answer, guard))
    nothing: Runnable[Any, Written] = RunnableLambda(lambda _: Written())
    return search | RunnableBranch((lambda values: not values["documents"], nothing), fill_in | write | check)


def draft_chain(model: Model, guard: Guard) -> Runnable[Any, Written]:
    """Return the chain that drafts a discussion prompt; its input has `title`, `book`, `kind` and `passages`."""
    write = RunnablePassthrough.assign(message=prompt("discussion") | model)
    return write | RunnableLambda(partial(_guarded_draft, guard))


def _guarded_answer(guard: Guard, values: Mapping[str, Any]) -> Written:
    """Return the sentences of a reply that the guard lets through, with what they cite."""
    documents: list[Document] = values["documents"]
    said, tokens = _read(values["message"])
    kept = _let_through(guard, values["question"], said, documents[0].metadata["book"])
    if not any(re.search(r"\w", _CITATION.sub("", sentence)) for sentence in kept):
        return Written(tokens=tokens)
    text, cited = _cited(" ".join(kept), documents[:PASSAGES])
    return Written(text, tuple(document.metadata["source"] for document in cited), tokens)


def _guarded_draft(guard: Guard, values: Mapping[str, Any]) -> Written:
    """Return a discussion prompt, or nothing if the guard stops any of it: half a question is none."""
    said, tokens = _read(values["message"])
    kept = _let_through(guard, "", said, values["book"])
    if len(kept) < len(said) or not any("?" in sentence for sentence in kept):
        return Written(tokens=tokens)
    return Written(" ".join(_CITATION.sub("", sentence).strip() for sentence in said), tokens=tokens)


def _read(message: BaseMessage) -> tuple[list[str], int]:
    """Return a reply's sentences, none if it is a refusal, and the tokens that it took."""
    text = str(message.text).strip()
    usage = message.usage_metadata if isinstance(message, AIMessage) else None
    tokens = usage["total_tokens"] if usage else 0
    return ([] if _REFUSAL.search(text) else _sentences(plain(text[:MAX_ANSWER]))), tokens


def _let_through(guard: Guard, question: str, said: Sequence[str], book: Slug) -> list[str]:
    if not said:
        return []
    verdicts = guard(question, [_CITATION.sub("", sentence).strip() for sentence in said], book)
    return [sentence for sentence, verdict in zip(said, verdicts, strict=True) if verdict.shown]


class Writer:
    """Answers and drafts with a chat model, under its limits; logs and counts how that goes."""

    def __init__(
        self, model: Runnable[Any, BaseMessage], retriever: Retriever, timeout: float, meter: Meter | None = None
    ) -> None:
        self._model, self._retriever, self._meter = model, retriever, meter or Meter()
        self._limits = Limits(timeout)

    def answer(
        self, question: str, query: str, search: Search, audience: Audience, before: Sequence[Exchange] = ()
    ) -> Written:
        """Answer a question from the passages of a search, which was made for `query`; the log says why not."""
        if search.book is None:
            return Written()
        retriever = GatedRetriever(
            retriever=self._retriever, audience=audience, book=search.book, found={query: search}
        )  # fmt: skip
        title = self._retriever.library.books[search.book].title
        chain = answer_chain(retriever, RunnableLambda(self._call), self._guard(audience))
        return chain.invoke(
            {"question": question, "query": query, "title": title, "conversation": _conversation(before)}
        )

    def draft(self, kind: str, seen: Sequence[Passage], audience: Audience, book: Slug) -> Written:
        """Draft a discussion prompt of a kind from passages that an audience may see."""
        passages = numbered([passage.text for passage in seen[:PASSAGES]])
        chain = draft_chain(RunnableLambda(self._call), self._guard(audience))
        title = self._retriever.library.books[book].title
        return chain.invoke({"title": title, "book": book, "kind": kind, "passages": passages})

    def close(self) -> None:
        """Stop waiting for the model: later questions are answered from the passages."""
        self._limits.close()

    def _guard(self, audience: Audience) -> Guard:
        def verdicts(question: str, said: Sequence[str], book: Slug) -> Sequence[Verdict]:
            found = self._retriever.verdicts(question, said, audience, book)
            if stopped := sum(not verdict.shown for verdict in found):
                self._meter.stopped(stopped)
                log.warning("the guard stopped %d of %d sentences of a model's answer", stopped, len(said))
            return found

        return verdicts

    def _call(self, messages: PromptValue) -> BaseMessage:
        """Return the model's message; an empty one if it fails or takes too long."""
        begun, outcome = time.monotonic(), "failed"
        try:
            message = self._limits.call(lambda: self._model.invoke(messages))
            text = str(message.text).strip()
            outcome = "answered" if text and not _REFUSAL.search(text) else "refused"
            if outcome == "refused":
                log.info("the chat model %s; answering from passages", "refused" if text else "said nothing")
            return message
        except TimeoutError:
            outcome = "late"
            log.warning("the chat model gave no answer within %.0f s; answering from passages", self._limits.timeout)
        except Closed:
            outcome = "given up"
            log.info("stopping, so not waiting for the chat model; answering from passages")
        except Exception as error:  # noqa: BLE001 (every provider raises its own; none may reach a member)
            log.warning("the chat model failed (%s); answering from passages", type(error).__name__)
        finally:
            self._meter.asked_model(outcome, time.monotonic() - begun)
        return AIMessage("")


def _conversation(before: Sequence[Exchange]) -> str:
    """Return a conversation as the lines of a prompt."""
    lines = (f"Reader: {_line(one.question)}\nAnswer: {_line(one.answer)}" for one in before)
    return "\n".join(lines) or "(This is the first question.)"


def _line(text: str) -> str:
    return " ".join(text.split())[:MAX_ANSWER]


class Closed(Exception):
    """The program is stopping and waits for no model call."""


class Limits:
    """Limits on model calls: how many at once, and one timeout for waiting a turn and for the answer.

    LangChain limits requests per second, and clients the time between two bytes; neither bounds how long a member
    waits. Each call has a daemon thread: Python waits for all others before it exits, and a model may take minutes.
    """

    def __init__(self, timeout: float, calls: int = CALLS) -> None:
        self.timeout = timeout
        self._calls, self._running, self._closed = calls, 0, False
        self._changed = Condition()

    def call(self, make: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises. Raises TimeoutError, and Closed."""
        end = time.monotonic() + self.timeout
        answer: Future[T] = Future()
        with self._changed:
            self._wait(lambda: self._running < self._calls, end)
            Thread(target=copy_context().run, args=(self._run, make, answer), name="chat-model", daemon=True).start()
            self._running += 1
            self._wait(answer.done, end)
        return answer.result()

    def close(self) -> None:
        """Make no more calls, and end every wait for one."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait(self, ready: Callable[[], bool], end: float) -> None:
        """Wait until something is ready, with the lock held."""
        done = self._changed.wait_for(lambda: self._closed or ready(), max(0.0, end - time.monotonic()))
        if self._closed:
            raise Closed
        if not done:
            raise TimeoutError

    def _run(self, make: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(make())
        except BaseException as error:  # noqa: BLE001 (raised where the answer is awaited)
            answer.set_exception(error)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()


def open_model(settings: Settings) -> Runnable[Any, BaseMessage]:
    """Return the chat model that the settings name. Raises DogearError."""
    name = settings.chat_model or ""
    options: dict[str, Any] = {"timeout": settings.chat_timeout, "max_retries": 0}
    if name.startswith("openai:"):
        if settings.openai_base_url:
            options["base_url"] = settings.openai_base_url
        if settings.openai_api_key:
            options["api_key"] = settings.openai_api_key
    try:
        model: Runnable[Any, BaseMessage] = init_chat_model(name, **options)
    except ImportError as error:
        raise DogearError(f"CHAT_MODEL needs another package ({error.name}). {CURE}") from error
    except Exception as error:
        raise DogearError(f"CHAT_MODEL cannot be used as it is set ({type(error).__name__}). {CURE}") from error
    return model


_LINE = re.compile(r"^[ \t]*(?:[#>*+-]{1,6}[ \t]+)+", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"https?://\S*|\b(?:www\.|discord\.gg/)\S*", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w{1,40}:|/[^<>:]{1,40}:|t:)\d*[^<>]{0,20}>")
_MASS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MARKS = re.compile(r"[*_~`|#>]{1,3}(?=\S)|(?<=\S)[*_~`|]{1,3}")
_HARMFUL = ((_LINE, ""), (_LINK, r"\1"), (_ADDRESS, ""), (_MENTION, ""), (_MASS, "@\u200b"), (_MARKS, ""))
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}


def plain(text: str) -> str:
    """Return text as one line without links, mentions, markup and invisible characters; a link's words stay."""
    visible = "".join(c if c == "\n" or unicodedata.category(c) not in _UNSEEN else " " for c in text)
    before = ""
    while visible != before:  # what is taken out may leave another mention or link: “@*everyone*”
        before = visible
        for pattern, instead in _HARMFUL:
            visible = pattern.sub(instead, visible)
    return " ".join(visible.split())


_CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_GLUED = re.compile(r"(?<=[.!?…”\"])(?=\[\d)")
_LEADING = re.compile(r"((?:\[\d{1,2}\]\s*)*)(.*)", re.DOTALL)


def _sentences(text: str) -> list[str]:
    """Return a model's sentences, each with its citations, which stand before or after its full stop."""
    found: list[str] = []
    for sentence in sentences(_GLUED.sub(" ", text)):
        leading = _LEADING.fullmatch(sentence)
        if found and leading and leading[1]:
            found[-1] = f"{found[-1]} {leading[1].strip()}"
            sentence = leading[2]
        if found and not any(map(str.isalnum, sentence)):
            found[-1] += sentence
        else:
            found.append(sentence)
    return found


def _cited(text: str, documents: Sequence[Document]) -> tuple[str, list[Document]]:
    """Number the citations anew, from 1 in order of appearance; those of no document go."""
    cited = dict.fromkeys(int(n) for n in _CITATION.findall(text) if 1 <= int(n) <= len(documents))
    places = {n: place for place, n in enumerate(cited, 1)}

    def renumbered(found: re.Match[str]) -> str:
        place = places.get(int(found[1]))
        return found[0].replace(found[1], str(place)) if place else ""

    return _CITATION.sub(renumbered, text).strip(), [documents[n - 1] for n in cited]
