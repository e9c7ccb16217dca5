"""What a bot looks up to find what it did before: threads that were archived, and what was said in a place."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import answer


class Happenings:
    """The requests of the history of places."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses."""
        return [
            web.get("/channels/{place}/threads/archived/public", self.archived),
            web.get("/channels/{place}/messages", self.history),
        ]

    async def archived(self, request: web.Request) -> web.Response:
        """Answer that no thread is archived."""
        self._state.place(request.match_info["place"])
        return answer({"threads": [], "members": [], "has_more": False})

    async def history(self, request: web.Request) -> web.Response:
        """Answer with the messages of a place between two ids; Discord gives the latest first."""
        place, query = self._state.place(request.match_info["place"]), request.query
        after, before = int(query.get("after", 0)), int(query.get("before", 1 << 63))
        there = [
            message
            for message in self._state.messages.values()
            if message.place == place and message.bodies and not (message.private or message.deleted)
            and after < message.id < before
        ]  # fmt: skip
        there.sort(key=lambda message: message.id)
        most = int(query.get("limit", 50))
        wanted = there[:most] if "after" in query else there[-most:]
        return answer([message.payload() for message in reversed(wanted)])
