"""What a bot looks up to find what it did before: a club's events and threads, and what was said in a place."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import answer, said
from tests.fakes.discord_server.world import THREAD, Payload, Refusal


class Happenings:
    """The requests of scheduled events, of lists of threads, and of the history of places."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses."""
        events, event = "/guilds/{club}/scheduled-events", "/guilds/{club}/scheduled-events/{event}"
        return [
            web.get(events, self.list_events),
            web.post(events, self.make_event),
            web.get(event, self.read_event),
            web.patch(event, self.edit_event),
            web.delete(event, self.delete_event),
            web.get("/guilds/{club}/threads/active", self.threads),
            web.get("/channels/{place}/threads/archived/public", self.archived),
            web.get("/channels/{place}/messages", self.history),
        ]

    def _event(self, request: web.Request) -> Payload:
        event = self._state.events.get(int(request.match_info["event"]))
        if event is None or event["guild_id"] != request.match_info["club"]:
            raise Refusal(404, 10070, "Unknown Guild Scheduled Event")
        return event

    async def list_events(self, request: web.Request) -> web.Response:
        """Answer with a club's events."""
        club = request.match_info["club"]
        return answer([event for event in self._state.events.values() if event["guild_id"] == club])

    async def make_event(self, request: web.Request) -> web.Response:
        """Make an event."""
        body, _ = await said(request)
        id_ = next(self._state.ids)
        fixed: Payload = {"id": str(id_), "guild_id": request.match_info["club"], "status": 1, "entity_id": None}
        fixed |= {"creator_id": str(self._state.bot.id), "channel_id": None}
        self._state.events[id_] = body | fixed
        return answer(self._state.events[id_])

    async def read_event(self, request: web.Request) -> web.Response:
        """Answer with an event."""
        return answer(self._event(request))

    async def edit_event(self, request: web.Request) -> web.Response:
        """Change an event."""
        event = self._event(request)
        event |= (await said(request))[0]
        return answer(event)

    async def delete_event(self, request: web.Request) -> web.Response:
        """Take an event away."""
        del self._state.events[int(self._event(request)["id"])]
        return answer()

    async def threads(self, request: web.Request) -> web.Response:
        """Answer with a club's threads."""
        club = request.match_info["club"]
        places = [place for one in self._state.clubs if str(one.id) == club for place in one.places]
        return answer({"threads": [place.payload() for place in places if place.kind == THREAD], "members": []})

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
