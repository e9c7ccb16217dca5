"""Discord's REST API, as far as a book club's bot uses it; what it does not know is refused and remembered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fakes.discord_server.calendars import Calendars
from tests.fakes.discord_server.gateway import Gateway
from tests.fakes.discord_server.happenings import Happenings
from tests.fakes.discord_server.places import Places
from tests.fakes.discord_server.replies import Replies
from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import PREFIX, Fault, answer, said
from tests.fakes.discord_server.world import Payload, Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Judge = Callable[[str, str, object], list[str]]
"""Says what is wrong with a request, given its method, its address and what it says."""

UNSIGNED = re.compile(r"/(interactions|webhooks)/")
"""Addresses that take a token of their own instead of the bot's."""


class Api:
    """The requests that a bot makes, answered from what there is in one Discord."""

    def __init__(self, state: State, gateway: Gateway, shards: int, judge: Judge | None) -> None:
        self.synced = asyncio.Event()
        self.faults: list[Fault] = []
        self.unknown: list[str] = []
        self.wrong: list[str] = []
        self.requests: list[str] = []
        self._state, self._gateway, self._shards, self._judge = state, gateway, shards, judge

    def application(self) -> web.Application:
        """Return the web application, the gateway included."""
        app = web.Application(middlewares=[self._guarded], client_max_size=30 * 1024 * 1024)
        routes = [
            web.get("/users/@me", self.me),
            web.get("/oauth2/applications/@me", self.about),
            web.get("/gateway/bot", self.gateway),
            web.get("/applications/{application}/commands", self.list_commands),
            web.put("/applications/{application}/commands", self.put_commands),
            *Replies(self._state).routes(),
            *Places(self._state, self._gateway).routes(),
            *Calendars(self._state).routes(),
            *Happenings(self._state).routes(),
        ]
        for route in routes:
            app.router.add_route(route.method, PREFIX + route.path, route.handler)
        app.router.add_get("/gateway", self._gateway.connection)
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Fail where a test wants it, refuse strangers, and word every refusal as Discord does."""
        if request.path == "/gateway":
            return await handler(request)
        path = request.path.removeprefix(PREFIX)
        if not UNSIGNED.match(path) and (refused := await self._state.limits.refusal()):
            return refused
        self.requests.append(f"{request.method} {path}")
        fault = next((fault for fault in self.faults if fault.meets(request)), None)
        if fault and not fault.done:
            return fault.response()
        try:
            if not UNSIGNED.match(path) and request.headers.get("Authorization") != f"Bot {self._state.token}":
                raise Refusal(401, 0, "401: Unauthorized")
            await self._judged(request, path)
            response = await handler(request)
        except Refusal as refusal:
            return answer({"message": refusal.message, "code": refusal.code}, refusal.status)
        except web.HTTPException as error:
            self.unknown.append(self.requests[-1])
            return answer({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)
        return fault.response() if fault else response

    async def _judged(self, request: web.Request, path: str) -> None:
        if self._judge is None or request.match_info.http_exception:
            return
        body = (await said(request))[0] if request.body_exists else None
        if problems := self._judge(request.method, path, body):
            self.wrong += [f"{request.method} {path}: {problem}" for problem in problems]
            raise Refusal(400, 50035, "Invalid Form Body: " + "; ".join(problems))

    async def me(self, _: web.Request) -> web.Response:
        """Answer whose token it is."""
        return answer(self._state.bot.payload())

    async def about(self, _: web.Request) -> web.Response:
        """Answer what application it is."""
        bot = self._state.bot
        known = {"id": str(bot.id), "name": bot.name, "icon": None, "description": "", "verify_key": "", "flags": 0}
        owner = self._state.people[0].payload()
        return answer(known | {"bot_public": False, "bot_require_code_grant": False, "owner": owner})

    async def gateway(self, _: web.Request) -> web.Response:
        """Answer where the gateway is, and how many shards it wants."""
        limit = self._state.limits.starts()
        return answer({"url": self._gateway.url, "shards": self._shards, "session_start_limit": limit})

    async def list_commands(self, _: web.Request) -> web.Response:
        """Answer with the commands that the bot has described."""
        return answer(self._state.commands)

    async def put_commands(self, request: web.Request) -> web.Response:
        """Take the bot's commands in place of all that were there; one that is known keeps its id."""
        described: list[Payload] = await request.json()
        ids = {(one["name"], one["type"]): one["id"] for one in self._state.commands}
        fixed: Payload = {"application_id": str(self._state.bot.id), "version": "1", "guild_id": None}
        basic: Payload = {"type": 1, "options": [], "description": ""}
        given = [basic | one | fixed for one in described]
        self._state.commands = [
            one | {"id": ids.get((one["name"], one["type"])) or str(next(self._state.ids))} for one in given
        ]
        self.synced.set()
        return answer(self._state.commands)
