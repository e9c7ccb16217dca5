"""A chat model that has read every book to the end, on the loopback address, in the protocol of OpenAI's chat API.

What it does is named by a behaviour; what it was asked is kept word for word.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from pydantic import SecretStr

from bot.answering.model import Limits, Writer, open_model
from bot.logs import Meter
from bot.settings import Settings
from retrieval.retriever import Retriever
from tests.fakes.http_server import HttpServer, Request

Behaviour = Literal[
    "answer", "slow", "trickle", "error", "garbage", "empty", "other JSON", "a page", "no such model", "wrong key",
    "wrong call",
]  # fmt: skip
"""How it behaves: it says what it was given to say; nothing; one byte now and then; HTTP 500; no JSON; no words; as
another kind of server does; or as one does whose model, key or call is wrong.
"""

REFUSALS = {"error": 500, "no such model": 404, "wrong key": 401, "wrong call": 400}

KEY = "sk-lantern-0123456789abcdef"


class ChatServer(HttpServer):
    """The scripted model; `says` is its answer to everything, and may be changed between questions.

    It answers as soon as `until` returns true. What is asked with probabilities is a vote, and kept apart:
    it is `sure` of a Yes, or gives no probabilities.
    """

    def __init__(self) -> None:
        self.says = ""
        self.behaviour: Behaviour = "answer"
        self.finish = "stop"
        self.until: Callable[[], bool] = lambda: True
        self.sure: float | None = None
        self.requests: list[dict[str, Any]] = []
        self.votes: list[dict[str, Any]] = []
        self.keys: list[str] = []
        super().__init__()

    def settings(self, timeout: float = 20.0) -> Settings:
        """Return the settings that lead to this model."""
        return Settings(
            chat_model="openai:scripted", chat_timeout=timeout, openai_api_key=SecretStr(KEY),
            openai_base_url=f"{self.url}/v1",
        )  # fmt: skip

    @contextmanager
    def writer(
        self, retriever: Retriever, timeout: float = 20.0, meter: Meter | None = None, calls: int = 8
    ) -> Iterator[Writer]:  # fmt: skip
        """Open a writer whose model is this one."""
        writer = Writer(open_model(self.settings(timeout)), retriever, Limits(timeout, calls), meter)
        try:
            yield writer
        finally:
            writer.close()

    def keep(self, body: dict[str, Any], key: str) -> None:
        """Keep what was asked, votes apart."""
        if body.get("logprobs"):
            self.votes.append(body)
        else:
            self.requests.append(body)
            self.keys.append(key)

    def messages(self) -> dict[str, str]:
        """Return the messages of the last request by their roles."""
        return {message["role"]: message["content"] for message in self.requests[-1]["messages"]}

    def respond(self, request: Request) -> None:
        """Answer as `behaviour` says."""
        body = json.loads(request.body())
        self.keep(body, request.headers.get("Authorization", ""))
        while not self.until() and not self.closing.wait(0.01):
            pass
        if self.behaviour == "slow":
            self.closing.wait(30)
        elif self.behaviour == "trickle":
            self._trickle(request)
        elif status := REFUSALS.get(self.behaviour):
            _send(request, json.dumps({"error": {"message": f"out of order: {self.says}"}}), status)
        elif self.behaviour in ("garbage", "a page"):
            _send(request, "<html>not json</html>", 200 if self.behaviour == "garbage" else 404, "text/html")
        elif self.behaviour == "other JSON":
            _send(request, '{"status": "fine"}')
        else:
            said = _completion("" if self.behaviour == "empty" else self.says, self.finish)
            _send(request, json.dumps(_vote(self.sure) if body.get("logprobs") else said))

    def _trickle(self, request: Request) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        while not self.closing.wait(0.05):
            request.wfile.write(b" ")


chat_server = ChatServer


def _send(request: Request, text: str, status: int = 200, kind: str = "application/json") -> None:
    request.send(status, text.encode(), {"Content-Type": kind})


def _vote(sure: float | None) -> dict[str, Any]:
    told = _completion("Yes", "stop")
    if sure is not None:
        likely = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in (("Yes", sure), (" no", 1 - sure))]
        told["choices"][0]["logprobs"] = {"content": [likely[0] | {"top_logprobs": likely}]}
    return told


def _completion(text: str, finish: str) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    base = {"id": "scripted-1", "object": "chat.completion", "created": 0, "model": "scripted"}
    return base | {"choices": [choice], "usage": usage}
