"""What fakes that speak HTTP share: a server on the loopback address that answers in threads, until its block ends."""

from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Self

NOTHING: Mapping[str, str] = {}


class Request(BaseHTTPRequestHandler):
    """One request, and how it is answered."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def body(self) -> bytes:
        """Return what came with it."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def send(self, status: int, body: bytes, headers: Mapping[str, str] = NOTHING) -> None:
        """Answer it as a whole."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class HttpServer:
    """Answers every request with `respond`; what waits has to look at `closing`, or to wait for it."""

    def __init__(self) -> None:
        self.closing = Event()
        respond = self.respond

        class Handler(Request):
            def do_GET(self) -> None:
                respond(self)

            do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def respond(self, request: Request) -> None:
        """Answer a request."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and whatever still waits for it."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for each answer, and leaves no socket open

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over askers who have gone."""
