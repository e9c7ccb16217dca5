"""The gateway of a Discord on the loopback address: sessions, sequences and resuming, over SimCord's world."""

import asyncio
import copy
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord
from aiohttp import WSMsgType, web
from simcord.backend import Backend, serializers
from simcord.intents import censor_message, prune_guild_create, required_intent

HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 1, 2, 6, 7, 9, 10, 11
"""The operations of the gateway that are spoken here; what a bot sends beyond them is read and passed over."""

BEAT = 41_250  # milliseconds between heartbeats, as Discord asks for


@dataclass(slots=True)
class Session:
    """What one shard was told so far; it outlives its connection, so that the shard can resume."""

    id: str
    shard: tuple[int, int]
    intents: discord.Intents
    events: list[str] = field(default_factory=list)
    outbox: asyncio.Queue[str] | None = None

    def serves(self, club: int | None) -> bool:
        """Return whether events of a club, or of direct messages, go to this shard."""
        return ((club or 0) >> 22) % self.shard[1] == self.shard[0]

    def tell(self, event: str, data: Mapping[str, Any]) -> None:
        """Send an event, or keep it until the shard is back."""
        self.events.append(json.dumps({"op": 0, "t": event, "s": len(self.events) + 1, "d": data}))
        if self.outbox:
            self.outbox.put_nowait(self.events[-1])


class Gateway:
    """All sessions of one bot, and the connections that carry them.

    `beats` are the times of heartbeats. `refusing` turns connections away; while `hearing` is not set, connections stay
    and nothing is said on them.
    """

    def __init__(self, backend: Backend, token: str) -> None:
        self.url, self.token = "", token
        self.sessions: dict[str, Session] = {}
        self.identified: list[int] = []
        self.resumed = 0
        self.beats: list[float] = []
        self.beat = BEAT
        self.refusing = False
        self.hearing = asyncio.Event()
        self.hearing.set()
        self._backend = backend
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._changed = asyncio.Event()

    @property
    def online(self) -> list[Session]:
        """The sessions that are connected."""
        return [session for session in self.sessions.values() if session.outbox]

    async def until(self, reached: Callable[[], bool], patience: float = 60.0) -> None:
        """Wait until something holds of the gateway."""
        async with asyncio.timeout(patience):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    def knows(self, club: int | None) -> bool:
        """Return whether there is a shard that would be told of a club, or of direct messages."""
        return any(session.serves(club) for session in self.sessions.values())

    def tell(self, event: str, payload: Mapping[str, Any]) -> None:
        """Tell the shard of a club, or the one of direct messages, what happened, as far as it asked for that."""
        club = payload.get("guild_id") or (payload["id"] if event.startswith("GUILD_") else None)
        for session in reversed(self.sessions.values()):
            if session.serves(int(club) if club else None):
                self._tell(session, event, payload)
                return

    def _tell(self, session: Session, event: str, payload: Mapping[str, Any]) -> None:
        wanted = required_intent(event, payload)
        if wanted is not None and not getattr(session.intents, wanted):
            return
        data, me = copy.deepcopy(dict(payload)), self._backend.bot_user.id
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and not session.intents.message_content:
            censor_message(data, me, backend=self._backend)
        if event == "GUILD_CREATE":
            prune_guild_create(data, session.intents, me)
        session.tell(event, data)

    async def drop(self, code: int = 4000, forget: bool = False) -> None:
        """Cut every connection; with `forget`, a shard that wants to resume is told that its session is gone."""
        for session in list(self.sessions.values()):
            if forget:
                del self.sessions[session.id]
            session.outbox = None
            if socket := self._sockets.pop(session.id, None):
                await socket.close(code=code)

    def ask_to_reconnect(self) -> None:
        """Tell every shard to come back by another connection, as Discord does every few hours."""
        for session in self.online:
            if session.outbox:
                session.outbox.put_nowait(json.dumps({"op": RECONNECT, "d": None}))

    async def connection(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until either side ends it."""
        if self.refusing:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        outbox: asyncio.Queue[str] = asyncio.Queue()
        writer = asyncio.create_task(self._write(socket, outbox))
        outbox.put_nowait(json.dumps({"op": HELLO, "d": {"heartbeat_interval": self.beat}}))
        session: Session | None = None
        try:
            async for said in socket:
                if said.type is WSMsgType.TEXT:
                    session = await self._heard(said.json(), socket, outbox) or session
        finally:
            writer.cancel()
            if session and session.outbox is outbox:
                session.outbox = None
                if socket.close_code in (1000, 1001):  # the bot itself says that it will not resume
                    self.sessions.pop(session.id, None)
            self._changed.set()
        return socket

    async def _heard(
        self, said: Mapping[str, Any], socket: web.WebSocketResponse, outbox: asyncio.Queue[str]
    ) -> Session | None:
        operation, data = said["op"], said["d"]
        if operation == HEARTBEAT:
            self.beats.append(time.monotonic())
            outbox.put_nowait(json.dumps({"op": ACK, "d": None}))
        elif operation in (IDENTIFY, RESUME) and data["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
        elif operation == IDENTIFY:
            return self._identify(data, socket, outbox)
        elif operation == RESUME:
            return self._resume(data, socket, outbox)
        return None

    def _identify(self, data: Mapping[str, Any], socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> Session:
        shard, count = data.get("shard") or (0, 1)
        intents = discord.Intents._from_value(data["intents"])
        session = Session(secrets.token_hex(16), (shard, count), intents, outbox=outbox)
        self.sessions[session.id], self._sockets[session.id] = session, socket
        me = self._backend.bot_user
        clubs = [guild for guild in self._backend.guilds.values() if session.serves(guild.id)]
        ready = {"v": 10, "user": serializers.user_payload(me), "session_id": session.id, "shard": [shard, count]}
        ready |= {"guilds": [{"id": str(club.id), "unavailable": True} for club in clubs]}
        ready |= {"resume_gateway_url": self.url, "application": {"id": str(self._backend.application_id), "flags": 0}}
        session.tell("READY", ready)
        for club in clubs:
            self._tell(session, "GUILD_CREATE", serializers.guild_create_payload(self._backend, club))
        self.identified.append(shard)
        self._changed.set()
        return session

    def _resume(
        self, data: Mapping[str, Any], socket: web.WebSocketResponse, outbox: asyncio.Queue[str]
    ) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None:
            outbox.put_nowait(json.dumps({"op": INVALID, "d": False}))
            return None
        for event in session.events[data["seq"] or 0 :]:
            outbox.put_nowait(event)
        session.outbox, self._sockets[session.id] = outbox, socket
        session.tell("RESUMED", {})
        self.resumed += 1
        self._changed.set()
        return session

    async def _write(self, socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
        """Write what is to be sent, in order."""
        while True:
            said = await outbox.get()
            await self.hearing.wait()
            try:
                await socket.send_str(said)
            except (ConnectionError, RuntimeError):
                return  # the bot is gone; what it missed is kept for when it resumes
