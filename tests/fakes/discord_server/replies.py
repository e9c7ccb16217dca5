"""Interactions as the bot answers them: the callback, which comes once, and what may follow for fifteen minutes."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.discord_server.interactions import COMMAND, DEFER, REPLY, UPDATE, Interaction
from tests.fakes.discord_server.messages import Message, sayable
from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import answer, said
from tests.fakes.discord_server.world import Payload, Refusal


class Replies:
    """The requests of interactions and of their webhooks."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses."""
        webhook = "/webhooks/{application}/{token}"
        return [
            web.post("/interactions/{id}/{token}/callback", self.acknowledge),
            web.post(webhook, self.follow_up),
            web.get(webhook + "/messages/{message}", self.read),
            web.patch(webhook + "/messages/{message}", self.edit),
            web.delete(webhook + "/messages/{message}", self.delete),
        ]

    def _interaction(self, request: web.Request) -> Interaction:
        asked = self._state.interactions.get(request.match_info["token"])
        if "id" in request.match_info and (asked is None or request.match_info["id"] != str(asked.id)):
            raise Refusal(404, 10062, "Unknown interaction")
        if asked is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        return asked

    async def acknowledge(self, request: web.Request) -> web.Response:
        """Take the first answer to an interaction."""
        asked = self._interaction(request)
        body, files = await said(request)
        kind, data = body["type"], body.get("data") or {}
        if kind in (REPLY, UPDATE):
            sayable(data, files)
        asked.acknowledge(kind, data, lambda private: self._state.new_message(asked.place, private))
        if kind in (REPLY, UPDATE) and asked.original:
            asked.say(asked.original, data, files)
        if not request.query.get("with_response"):
            return answer()
        told: Payload = {"id": str(asked.id), "type": COMMAND, "response_message_loading": kind == DEFER}
        resource: Payload = {"type": kind}
        if asked.original:
            told |= {"response_message_id": str(asked.original.id), "response_message_ephemeral": asked.private}
            resource["message"] = asked.original.payload()
        return answer({"interaction": told, "resource": resource})

    async def follow_up(self, request: web.Request) -> web.Response:
        """Take one thing more that is said to an interaction."""
        asked = self._interaction(request)
        asked.open_token()
        body, files = await said(request)
        sayable(body, files)
        message = asked.follow_up(body, files, lambda private: self._state.new_message(asked.place, private))
        return answer(message.payload() | {"webhook_id": str(self._state.bot.id)})

    def _reply(self, request: web.Request) -> tuple[Interaction, Message]:
        asked, name = self._interaction(request), request.match_info["message"]
        asked.open_token()
        known = {str(message.id): message for message in asked.messages}
        message = asked.original if name == "@original" else known.get(name)
        if message is None or message.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return asked, message

    async def read(self, request: web.Request) -> web.Response:
        """Answer with a message of an interaction."""
        return answer(self._reply(request)[1].payload())

    async def edit(self, request: web.Request) -> web.Response:
        """Change a message of an interaction, or say what was being thought about."""
        asked, message = self._reply(request)
        body, files = await said(request)
        sayable(message.body | body, files | message.files)
        asked.say(message, body, files)
        return answer(message.payload())

    async def delete(self, request: web.Request) -> web.Response:
        """Take a message of an interaction away."""
        self._reply(request)[1].deleted = True
        return answer()
