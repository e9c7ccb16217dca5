"""HTTP with what is taken for a Chroma server: what is wrong with it is said, in time, and no token is shown."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from retrieval.location import ChromaServer, Patience
from retrieval.server import ServerConnection
from retrieval.types import StoreUnavailable
from tests.fakes.chroma_server import RunningChroma

TOKEN = "a-token-that-nobody-reads"
SHORT = Patience(connect=0.5, read=0.3, write=0.3, pause=30.0)


@contextmanager
def answering(status: int, body: str, kind: str = "application/json") -> Iterator[tuple[str, list[str]]]:
    """Answer whatever is asked in one way; yield the address, and the tokens that were sent."""
    tokens: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tokens.append(self.headers["Authorization"] or "")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", tokens
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (200, "<html>Welcome</html>", "text/html", r"is no Chroma server \(200\). Correct CHROMA_URL"),
        (404, "", "text/plain", r"is no Chroma server \(404\)"),
        (301, "", "text/html", r"is no Chroma server \(301\)"),
        (401, "{}", "application/json", r"nobody in with this token \(401\). Correct CHROMA_TOKEN"),
        (403, "no", "text/plain", r"nobody in with this token \(403\)"),
        (502, "<html>", "text/html", r"is not there behind what answers in its place \(502\)"),
        (500, '{"what": "ever"}', "application/json", r"failed \(500\). Its own log says why"),
        (500, '{"error": "InternalError", "message": "x"}', "application/json", r"does not tell its version"),
        (200, '"0.6.3"', "application/json", r"speaks version 0\.6\.3 .* and this Dogear 1\.x"),
    ],
)
def test_what_is_no_server_that_can_be_used_is_named_with_what_to_do(
    status: int, body: str, kind: str, told: str
) -> None:
    with answering(status, body, kind) as (url, tokens), pytest.raises(StoreUnavailable, match=told) as caught:
        ServerConnection(ChromaServer(url, token=TOKEN)).open()
    assert tokens == [f"Bearer {TOKEN}"]
    assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_without_a_token_none_is_sent() -> None:
    with answering(200, json.dumps("0.1")) as (url, tokens), pytest.raises(StoreUnavailable):
        ServerConnection(ChromaServer(url)).open()
    assert tokens == [""]


def test_nobody_at_the_address_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(StoreUnavailable, match=r"cannot be reached .*Start it, or correct CHROMA_URL"):
        ServerConnection(ChromaServer(url, token=TOKEN)).open()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = ChromaServer(f"http://127.0.0.1:{silent.getsockname()[1]}", patience=SHORT)
        with pytest.raises(StoreUnavailable, match=r"has not answered within 0\.3 s"):
            ServerConnection(server).open()


def test_a_server_that_was_away_a_moment_ago_is_left_alone_and_then_found_again(
    chroma: RunningChroma, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "retrieval")
    one = ServerConnection(chroma.database(SHORT))
    other = ServerConnection(chroma.database(Patience(read=0.3, pause=0.0)))
    chroma.freeze()
    try:
        for connection in (one, other):
            with pytest.raises(StoreUnavailable, match=r"has not answered within 0\.3 s"):
                connection.described()
        begun = time.monotonic()
        for _ in range(50):
            with pytest.raises(StoreUnavailable, match=r"has not answered within 0\.3 s"):
                one.described()
        assert time.monotonic() - begun < 0.3  # fifty questions in a row wait no longer than one
    finally:
        chroma.thaw()
    assert "interface 1." in other.described()
    assert [r.levelname for r in caplog.records if r.name == "retrieval.server_session"] == [
        "WARNING", "WARNING", "INFO",
    ]  # fmt: skip
    for connection in (one, other):
        connection.close()


def test_a_server_that_was_restarted_between_two_questions_is_not_missed(chroma: RunningChroma) -> None:
    connection = ServerConnection(chroma.database())
    connection.open()
    connection.new_collection("kept", {"a": 1})
    chroma.stop()
    chroma.start()
    assert connection.collections() == {"kept": {"a": 1}}
    connection.close()
