"""How requests and answers of Discord's API look, right ones and wrong ones, and which are to go wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiohttp import web

from tests.fakes.discord_server.world import Payload

PREFIX = "/api/v10"


@dataclass(slots=True)
class Fault:
    """Requests that fail: which ones, how, and how many still will.

    With `done`, the request takes effect and only its answer is lost.
    """

    method: str
    path: str
    status: int
    times: int = 1
    retry_after: float = 0.01
    done: bool = False
    happened: int = 0

    def meets(self, request: web.Request) -> bool:
        """Return whether this request is to fail; `*` in the path stands for anything."""
        left = self.happened < self.times and request.method == self.method
        return left and fnmatchcase(request.path.removeprefix(PREFIX), self.path)

    def response(self) -> web.Response:
        """Return the failure as Discord words it."""
        self.happened += 1
        if self.status != 429:
            return answer({"message": f"{self.status}: out of order", "code": 0}, self.status)
        body = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": False}
        wait = str(self.retry_after)
        limits = {"Retry-After": wait, "X-RateLimit-Reset-After": wait, "X-RateLimit-Limit": "1"}
        return answer(body, 429, limits | {"X-RateLimit-Remaining": "0", "Via": "1.1 google"})


def answer(body: object = None, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON as Discord sends it, without a charset; nothing at all is a 204."""
    if body is None:
        return web.Response(status=204, headers=headers)
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")


async def said(request: web.Request) -> tuple[Payload, dict[str, bytes]]:
    """Return what a request says, and the files that came with it."""
    if request.content_type != "multipart/form-data":
        return (await request.json() if request.body_exists else {}), {}
    form = await request.post()
    parts = [part for part in form.values() if isinstance(part, web.FileField)]
    for part in parts:
        part.file.seek(0)  # the judge may have read it before
    files = {part.filename: part.file.read() for part in parts}
    return json.loads(str(form["payload_json"])), files
