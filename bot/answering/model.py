"""Model mode: a chat model writes an answer from the passages, and the guard reads it before anyone else does."""

from __future__ import annotations

import logging
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.answering.conversation import Exchange
from bot.logs import Meter
from bot.settings import Settings
from corpus.books import Slug
from corpus.errors import DogearError
from corpus.passages import Passage
from corpus.text import sentences
from prompts import fill, numbered
from retrieval.gate import Audience
from retrieval.search import RankedPassage, Search

T = TypeVar("T")


class HungUp(Exception):
    """The program is leaving, and waits for no model any more."""


class Calls:
    """Makes calls, each in a thread of its own.

    The threads are daemons: Python waits for all others before it ends, and a model may take minutes.
    """

    def __init__(self, most: int) -> None:
        self._most, self._running, self._hung_up = most, 0, False
        self._changed = Condition()
        self._awaited: set[Future[Any]] = set()

    def do(self, call: Callable[[], T], patience: float) -> T:
        """Return what a call returns, or raise what it raises.

        Raises TimeoutError where that takes longer than `patience` seconds, its turn included, and HungUp.
        """
        end = time.monotonic() + patience
        answer: Future[T] = Future()
        with self._changed:
            self._changed.wait_for(lambda: self._hung_up or self._running < self._most, patience)
            if self._hung_up:
                raise HungUp
            if self._running >= self._most:
                raise TimeoutError
            self._running += 1
            self._awaited.add(answer)
        try:
            Thread(target=copy_context().run, args=(self._make, call, answer), name="chat-model", daemon=True).start()
            return answer.result(max(0.0, end - time.monotonic()))
        finally:
            with self._changed:
                self._awaited.discard(answer)

    def _make(self, call: Callable[[], T], answer: Future[T]) -> None:
        try:
            said = call()
        except BaseException as error:  # noqa: BLE001 (it is raised where the answer is awaited)
            with suppress(InvalidStateError):  # nobody waits for it any more
                answer.set_exception(error)
        else:
            with suppress(InvalidStateError):
                answer.set_result(said)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()

    def hang_up(self) -> None:
        """Wait for no answer any more, and make no more calls."""
        with self._changed:
            self._hung_up = True
            for answer in self._awaited:
                with suppress(InvalidStateError):
                    answer.set_exception(HungUp())
            self._changed.notify_all()


_LINE = re.compile(r"^[ \t]*(?:[#>*+-]{1,6}[ \t]+)+", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"https?://\S*|\b(?:www\.|discord\.gg/)\S*", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w{1,40}:|/[^<>:]{1,40}:|t:)\d*[^<>]{0,20}>")
_MASS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MARKS = re.compile(r"[*_~`|#>]{1,3}(?=\S)|(?<=\S)[*_~`|]{1,3}")
_HARMFUL = ((_LINE, ""), (_LINK, r"\1"), (_ADDRESS, ""), (_MENTION, ""), (_MASS, "@\u200b"), (_MARKS, ""))
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}


def plain(text: str) -> str:
    """Return text as words and punctuation on one line; the words of a link stay, its address goes."""
    visible = "".join(c if c == "\n" or unicodedata.category(c) not in _UNSEEN else " " for c in text)
    before = ""
    while visible != before:  # what is taken out may leave another mention or link behind: “@*everyone*”
        before = visible
        for pattern, instead in _HARMFUL:
            visible = pattern.sub(instead, visible)
    return " ".join(visible.split())


if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage  # at run time it would take a second of every start

log = logging.getLogger(__name__)

PASSAGES = 8
"""Passages that a prompt holds: about 500 words, which small local models still read well."""

CALLS = 8
"""Model calls at once; more wait their turn."""

MAX_ANSWER = 1_500
"""Characters of a model's reply that are read at all."""

_REFUSAL = re.compile(
    r"^\W*(?:nothing\W*$|(?:i'?m )?(?:sorry|afraid|unable)\b|i (?:could|can|do|would)(?: ?not|n['’]t)\b"
    r"|the (?:given |provided )?passages? do(?:es)? ?n['o’]t\b|as an ai\b|there is not enough\b)",
    re.IGNORECASE,
)
"""How models decline, besides the word that the prompt asks for."""

_CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_GLUED = re.compile(r"(?<=[.!?…”\"])(?=\[\d)")
_LEADING = re.compile(r"((?:\[\d{1,2}\]\s*)*)(.*)", re.DOTALL)

CURE = "docs/models.md has the lines for each provider; without CHAT_MODEL answers are quoted from the passages."


class ModelUnusable(DogearError):
    """The chat model cannot be opened: a package or a key is missing, or its name is wrong."""


class ChatModel(Protocol):
    """The one call of LangChain's chat models that is used."""

    def invoke(self, messages: list[BaseMessage]) -> Any:  # noqa: ANN401 (LangChain's own type)
        """Return the model's message."""
        ...


class Judge(Protocol):
    """Says which sentences of an answer an audience may read."""

    def verdicts(self, question: str, said: Sequence[str], audience: Audience, book: str) -> Sequence[Any]:
        """Return a verdict for each sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """What a model's answer came to: the text that passed the guard, and the passages that it cites as [1], [2] ….

    The text is empty where the model failed, refused or was stopped; `tokens` were used all the same.
    """

    text: str = ""
    cited: tuple[RankedPassage, ...] = ()
    tokens: int = 0


class Writer:
    """Asks a chat model, waits for so long and no longer, and lets through only what the guard lets through."""

    def __init__(self, model: ChatModel, judge: Judge, timeout: float, meter: Meter | None = None) -> None:
        self._model, self._judge, self._timeout, self._meter = model, judge, timeout, meter or Meter()
        self._calls = Calls(CALLS)

    def write(
        self, question: str, title: str, search: Search, audience: Audience, before: Sequence[Exchange] = ()
    ) -> Written:
        """Return what the model's answer came to; the log says why where nothing is left of it."""
        passages = search.passages[:PASSAGES]
        if not passages or search.book is None:
            return Written()
        messages = fill(
            "answer", title=title, question=question, passages=numbered([p.passage.text for p in passages]),
            conversation=_told(before),
        )  # fmt: skip
        said, tokens = self._reply(messages)
        kept = self._let_through(question, said, audience, search.book)
        if not any(re.search(r"\w", _CITATION.sub("", s)) for s in kept):
            return Written(tokens=tokens)
        text, cited = _cited(" ".join(kept), passages)
        return Written(text, cited, tokens)

    def draft(self, kind: str, title: str, seen: Sequence[Passage], audience: Audience, book: Slug) -> Written:
        """Return a discussion prompt of a kind, from passages that an audience may see.

        It is whole, or nothing is left of it: half a question is none. Tokens were used all the same.
        """
        passages = numbered([passage.text for passage in seen[:PASSAGES]])
        said, tokens = self._reply(fill("discussion", title=title, kind=kind, passages=passages))
        whole = [_CITATION.sub("", s).strip() for s in _sentences(plain(said[:MAX_ANSWER]))]
        kept = self._let_through("", said, audience, book) if whole else []
        if len(kept) < len(whole) or not any("?" in sentence for sentence in kept):
            return Written(tokens=tokens)
        return Written(" ".join(whole), tokens=tokens)

    def _let_through(self, question: str, reply: str, audience: Audience, book: Slug) -> list[str]:
        """Return the sentences of a reply that the guard lets through."""
        said = _sentences(plain(reply[:MAX_ANSWER]))
        if not said:
            return []
        bare = [_CITATION.sub("", s).strip() for s in said]
        verdicts = self._judge.verdicts(question, bare, audience, book)
        kept = [s for s, verdict in zip(said, verdicts, strict=True) if verdict.shown]
        if len(kept) < len(said):
            self._meter.stopped(len(said) - len(kept))
            log.warning("the guard stopped %d of %d sentences of a model's answer", len(said) - len(kept), len(said))
        return kept

    def _reply(self, messages: list[BaseMessage]) -> tuple[str, int]:
        """Return what the model says, empty where it says nothing of use, and the tokens that this took."""
        begun, outcome = time.monotonic(), "failed"
        try:
            message = self._calls.do(lambda: self._model.invoke(messages), self._timeout)
            text = str(getattr(message, "text", "") or "").strip()
            tokens = int((getattr(message, "usage_metadata", None) or {}).get("total_tokens", 0))
            outcome = "answered" if text and not _REFUSAL.search(text) else "refused"
        except TimeoutError:
            outcome = "late"
            log.warning("the chat model gave no answer within %.0f s; answering from passages", self._timeout)
            return "", 0
        except HungUp:
            outcome = "given up"
            log.info("leaving, and waiting for the chat model no longer; answering from passages")
            return "", 0
        except Exception as error:  # noqa: BLE001 (every provider raises its own; none may reach a member)
            log.warning("the chat model failed (%s); answering from passages", type(error).__name__)
            return "", 0
        finally:
            self._meter.asked_model(outcome, time.monotonic() - begun)
        if outcome == "refused":
            log.info("the chat model %s; answering from passages", "refused" if text else "said nothing")
            return "", tokens
        return text, tokens

    def close(self) -> None:
        """Wait for no model any more: what is asked from now on is answered from the passages."""
        self._calls.hang_up()


def _sentences(text: str) -> list[str]:
    """Return a model's sentences, each with the citations behind it, be they before its full stop or after it."""
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


def _told(before: Sequence[Exchange]) -> str:
    """Return a conversation as the lines of a prompt."""
    lines = (f"Reader: {_line(one.question)}\nAnswer: {_line(one.answer)}" for one in before)
    return "\n".join(lines) or "(This is the first question.)"


def _line(text: str) -> str:
    return " ".join(text.split())[:MAX_ANSWER]


def _cited(text: str, passages: Sequence[RankedPassage]) -> tuple[str, tuple[RankedPassage, ...]]:
    """Number the citations anew, from 1 in the order in which they come; those of no passage go."""
    cited = dict.fromkeys(int(n) for n in _CITATION.findall(text) if 1 <= int(n) <= len(passages))
    places = {n: place for place, n in enumerate(cited, 1)}

    def numbered_anew(found: re.Match[str]) -> str:
        place = places.get(int(found[1]))
        return found[0].replace(found[1], str(place)) if place else ""

    return _CITATION.sub(numbered_anew, text).strip(), tuple(passages[n - 1] for n in cited)


def open_model(settings: Settings) -> ChatModel | None:
    """Return the chat model that the settings name, or None for quote mode."""
    if settings.chat_model is None:
        return None
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": settings.chat_timeout, "max_retries": 0}
    if settings.chat_model.startswith("openai:"):
        if settings.openai_base_url:
            options["base_url"] = settings.openai_base_url
        if settings.openai_api_key:
            options["api_key"] = settings.openai_api_key
    try:
        model: ChatModel = init_chat_model(settings.chat_model, **options)
    except ImportError as error:
        raise ModelUnusable(f"CHAT_MODEL needs another package ({error.name}). {CURE}") from error
    except Exception as error:
        raise ModelUnusable(f"CHAT_MODEL cannot be used as it is set ({type(error).__name__}). {CURE}") from error
    return model
