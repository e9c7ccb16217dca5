"""Servers as a whole, as the bot asks for them: themselves, their threads, and the events in their calendars."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import answer, said
from tests.fakes.discord_server.world import THREAD, Club, Payload, Refusal

SCHEDULED = 1
"""The status of an event that has not begun."""


class Calendars:
    """The requests of servers and their events."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses."""
        events, event = "/guilds/{club}/scheduled-events", "/guilds/{club}/scheduled-events/{event}"
        return [
            web.get("/guilds/{club}", self.read),
            web.get("/guilds/{club}/threads/active", self.threads),
            web.get(events, self.list_events),
            web.post(events, self.make),
            web.get(event, self.read_event),
            web.patch(event, self.change),
            web.delete(event, self.delete),
        ]

    def _club(self, request: web.Request) -> Club:
        club = self._state.club(request.match_info["club"])
        if club is None:
            raise Refusal(404, 10004, "Unknown Guild")
        return club

    async def read(self, request: web.Request) -> web.Response:
        """Answer with a server."""
        return answer(self._club(request).payload())

    async def threads(self, request: web.Request) -> web.Response:
        """Answer with the threads of a server that are not archived."""
        threads = [place.payload() for place in self._club(request).places if place.kind == THREAD]
        return answer({"threads": threads, "members": []})

    async def list_events(self, request: web.Request) -> web.Response:
        """Answer with the events of a server."""
        return answer(list(self._club(request).events.values()))

    async def make(self, request: web.Request) -> web.Response:
        """Make an event."""
        club, (body, _) = self._club(request), await said(request)
        number = next(self._state.ids)
        fixed: Payload = {"id": str(number), "guild_id": str(club.id), "status": SCHEDULED, "entity_id": None}
        fixed |= {"creator_id": str(self._state.bot.id), "user_count": 0}
        club.events[number] = {"channel_id": None, "description": None} | body | fixed
        return answer(club.events[number])

    def _event(self, request: web.Request) -> Payload:
        event = self._club(request).events.get(int(request.match_info["event"]))
        if event is None:
            raise Refusal(404, 10070, "Unknown Guild Scheduled Event")
        return event

    async def read_event(self, request: web.Request) -> web.Response:
        """Answer with an event."""
        return answer(self._event(request))

    async def change(self, request: web.Request) -> web.Response:
        """Change an event."""
        event = self._event(request)
        event.update((await said(request))[0])
        return answer(event)

    async def delete(self, request: web.Request) -> web.Response:
        """Take an event away."""
        self._club(request).events.pop(int(self._event(request)["id"]))
        return answer()
