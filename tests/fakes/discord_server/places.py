"""Channels, threads and direct messages as the bot reads them and writes into them."""

from __future__ import annotations

from contextlib import suppress

from aiohttp import web

from tests.fakes.discord_server.gateway import Gateway
from tests.fakes.discord_server.messages import Message, sayable
from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import answer, said
from tests.fakes.discord_server.world import THREAD, Place, Refusal


class Places:
    """The requests of places, their messages and their people."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self._state, self._gateway = state, gateway

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses."""
        place, message = "/channels/{place}", "/channels/{place}/messages/{message}"
        return [
            web.post("/users/@me/channels", self.open_direct),
            web.get(place, self.read_place),
            web.delete(place, self.delete_place),
            web.post(place + "/typing", self.typing),
            web.post(place + "/threads", self.open_thread),
            web.post(place + "/messages", self.post),
            web.get(place + "/messages", self.history),
            web.get(place + "/threads/archived/public", self.archived),
            web.get(message, self.read),
            web.patch(message, self.edit),
            web.delete(message, self.delete),
            web.get("/guilds/{club}/members/{person}", self.member),
        ]

    def _place(self, request: web.Request) -> Place:
        return self._state.place(request.match_info["place"])

    def _message(self, request: web.Request) -> Message:
        return self._state.message(request.match_info["place"], request.match_info["message"])

    async def open_direct(self, request: web.Request) -> web.Response:
        """Open a direct message with a person."""
        body, _ = await said(request)
        for person in self._state.people:
            if str(person.id) == str(body["recipient_id"]):
                return answer(self._state.direct(person).payload())
        raise Refusal(400, 50033, "Invalid Recipient(s)")

    async def read_place(self, request: web.Request) -> web.Response:
        """Answer with a channel."""
        return answer(self._place(request).payload())

    async def delete_place(self, request: web.Request) -> web.Response:
        """Take a thread away."""
        place = self._place(request)
        for club in self._state.clubs:
            club.places = [one for one in club.places if one is not place]
        return answer(place.payload())

    async def typing(self, request: web.Request) -> web.Response:
        """Show that the bot writes."""
        self._place(request)
        return answer()

    async def open_thread(self, request: web.Request) -> web.Response:
        """Open a thread in a channel."""
        parent, (body, _) = self._place(request), await said(request)
        club = self._state.club_of(parent)
        if club is None:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        place = Place(next(self._state.ids), body["name"], THREAD, club.id, parent.id, self._state.bot.id)
        club.places.append(place)
        with suppress(LookupError):  # no shard is there, and nobody hears of it
            self._gateway.tell("THREAD_CREATE", club.id, place.payload() | {"newly_created": True})
        return answer(place.payload(), 201)

    async def post(self, request: web.Request) -> web.Response:
        """Write a message; one with a nonce that was there already is not written twice."""
        place, (body, files) = self._place(request), await said(request)
        sayable(body, files)
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        for known in self._state.messages.values():
            if nonce and known.place == place and known.author == self._state.bot and known.body.get("nonce") == nonce:
                return answer(known.payload())
        message = self._state.new_message(place)
        if reference := body.get("message_reference"):
            message.reference = self._state.messages.get(int(reference["message_id"]))
        message.says(body, files)
        with suppress(LookupError):
            self._gateway.message(message, self._state.club_of(place))
        return answer(message.payload())

    async def history(self, request: web.Request) -> web.Response:
        """Answer with the messages of a place, the latest first, or the first ones behind a message."""
        place, after = self._place(request), int(request.query.get("after", 0))
        before, limit = int(request.query.get("before", 1 << 63)), int(request.query.get("limit", 50))
        said_here = [m for m in self._state.messages.values() if m.place == place and m.bodies and not m.private]
        found = [m.payload() for m in said_here if after < m.id < before and not m.deleted]
        return answer((found[:limit] if after else found[-limit:])[::-1])

    async def archived(self, request: web.Request) -> web.Response:
        """Answer with the threads of a channel that are archived: here, none is."""
        self._place(request)
        return answer({"threads": [], "members": [], "has_more": False})

    async def read(self, request: web.Request) -> web.Response:
        """Answer with a message."""
        return answer(self._message(request).payload())

    async def edit(self, request: web.Request) -> web.Response:
        """Change a message of the bot's."""
        message, (body, files) = self._message(request), await said(request)
        if message.author != self._state.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        sayable(message.body | body, files | message.files)
        message.says(body, files)
        return answer(message.payload())

    async def delete(self, request: web.Request) -> web.Response:
        """Take a message away."""
        self._message(request).deleted = True
        return answer()

    async def member(self, request: web.Request) -> web.Response:
        """Answer with a member of a club."""
        club = self._state.club(request.match_info["club"])
        if club and (person := club.members.get(int(request.match_info["person"]))):
            return answer(club.member(person))
        raise Refusal(404, 10007, "Unknown Member")
