"""A chat model that has read every book to the end, on the loopback address, in the protocol of OpenAI's chat API.

What it does is named by a behaviour; what it was asked is kept word for word.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal

from pydantic import SecretStr

from bot.answering.model import Limits, Writer, open_model
from bot.logs import Meter
from bot.settings import Settings
from retrieval.retriever import Retriever

Behaviour = Literal[
    "answer", "slow", "trickle", "error", "garbage", "empty", "other JSON", "a page", "no such model", "wrong key",
    "wrong call",
]  # fmt: skip
"""How it behaves: it says what it was given to say; nothing; one byte now and then; HTTP 500; no JSON; no words; as
another kind of server does; or as one does whose model, key or call is wrong.
"""

REFUSALS = {"error": 500, "no such model": 404, "wrong key": 401, "wrong call": 400}

KEY = "sk-lantern-0123456789abcdef"


class ChatServer:
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
        self.closing = Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def settings(self, timeout: float = 20.0) -> Settings:
        """Return the settings that lead to this model."""
        return Settings(
            chat_model="openai:scripted", chat_timeout=timeout, openai_api_key=SecretStr(KEY),
            openai_base_url=f"http://127.0.0.1:{self._server.server_port}/v1",
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

    def close(self) -> None:
        """End it, and whatever still waits for it."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Run a scripted model for as long as a test needs it."""
    server = ChatServer()
    try:
        yield server
    finally:
        server.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for each answer, and leaves no socket open

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over askers who have gone."""


def _handler(chat: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            chat.keep(body, self.headers.get("Authorization", ""))
            while not chat.until() and not chat.closing.wait(0.01):
                pass
            if chat.behaviour == "slow":
                chat.closing.wait(30)
            elif chat.behaviour == "trickle":
                self._trickle()
            elif status := REFUSALS.get(chat.behaviour):
                self._send(json.dumps({"error": {"message": f"out of order: {chat.says}"}}), status)
            elif chat.behaviour in ("garbage", "a page"):
                self._send("<html>not json</html>", 200 if chat.behaviour == "garbage" else 404, "text/html")
            elif chat.behaviour == "other JSON":
                self._send('{"status": "fine"}')
            else:
                said = _completion("" if chat.behaviour == "empty" else chat.says, chat.finish)
                self._send(json.dumps(_vote(chat.sure) if body.get("logprobs") else said))

        def _trickle(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            while not chat.closing.wait(0.05):
                self.wfile.write(b" ")

        def _send(self, text: str, status: int = 200, kind: str = "application/json") -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


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
