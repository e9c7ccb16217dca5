"""HTTP as it is spoken with a Chroma server: nothing waits for ever, and what goes wrong is said in one sentence.

Chroma's own client would wait without end for a server that hangs, and raises whatever a proxy in between has written.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import httpx
from chromadb.errors import error_types
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from corpus.text import capitalised
from retrieval.location import ChromaServer
from retrieval.types import StoreUnavailable

log = logging.getLogger(__name__)

CUT_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)
"""How a connection ends that the server has closed since it was used last: all that we ask may be asked once more."""

WRITES = ("/upsert", "/add", "/delete")


class ServerSession(httpx.Client):
    """Sends requests to one server; any number of threads may use it."""

    def __init__(self, server: ChromaServer) -> None:
        super().__init__()
        self._name, self._url, self._patience = server.name, server.url, server.patience
        self._away_since: float | None = None
        self._problem = ""

    def request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Response:  # noqa: ANN401 (httpx's own)
        """Send a request. Raises StoreUnavailable, at once where the server was away a moment ago."""
        if self._away_since is not None and time.monotonic() - self._away_since < self._patience.pause:
            raise StoreUnavailable(self._problem)
        patience = self._patience.write if str(url).endswith(WRITES) else self._patience.read
        options["timeout"] = httpx.Timeout(patience, connect=self._patience.connect)
        again = Retrying(retry=retry_if_exception_type(CUT_OFF), stop=stop_after_attempt(2), reraise=True)
        try:
            response: httpx.Response = again(super().request, method, url, **options)
        except httpx.ConnectTimeout as error:
            raise self._gone(f"let nobody in within {self._patience.connect:g} s") from error
        except httpx.TimeoutException as error:
            raise self._gone(f"has not answered within {patience:g} s") from error
        except httpx.TransportError as error:
            raise self._gone(f"cannot be reached ({type(error).__name__})") from error
        self._look_at(response)
        if self._away_since is not None:
            self._away_since = None
            log.info("%s answers again", self._name)
        return response

    def _gone(self, what: str) -> StoreUnavailable:
        """Note that the server is away, and tell the log so the first time; return the error."""
        self._problem = f"{capitalised(self._name)} {what}. Start it, or correct CHROMA_URL."
        if self._away_since is None:
            log.warning("%s", self._problem)
        self._away_since = time.monotonic()
        return StoreUnavailable(self._problem)

    def _look_at(self, response: httpx.Response) -> None:
        """Raise StoreUnavailable where it was no Chroma server that answered."""
        status, told = response.status_code, response.headers.get("content-type", "")
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise StoreUnavailable(f"{self._url} lets nobody in with this token ({status}). Correct CHROMA_TOKEN.")
        if status in (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT):
            raise self._gone(f"is not there behind what answers in its place ({status})")
        if not told.startswith("application/json"):
            raise StoreUnavailable(
                f"What answers at {self._url} is no Chroma server ({status}). Correct CHROMA_URL; a path in it has to "
                "be the one under which Chroma's own /api/v2 is found."
            )
        if response.is_error and response.json().get("error") not in error_types:
            raise StoreUnavailable(f"{capitalised(self._name)} failed ({status}). Its own log says why.")
