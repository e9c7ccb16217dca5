"""The gateway: the websocket over which Discord tells a bot what happens, with its sessions, sequences and resuming."""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.discord_server.messages import Message
from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.world import DM, Club, Payload

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
"""The operations of the gateway that are spoken here; what a bot sends beyond them is read and passed over."""

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
"""Intents; the privileged ones must have been turned on for the application."""

BEAT = 41_250
"""Milliseconds between heartbeats, as Discord asks for."""

Write = Callable[[bytes], bytes]


def compressor(name: str) -> Write | None:
    """Return what packs one message after another into a stream; nothing where none was asked for."""
    if name == "zlib-stream":
        zlib_stream = zlib.compressobj()
        return lambda data: zlib_stream.compress(data) + zlib_stream.flush(zlib.Z_SYNC_FLUSH)
    if name == "zstd-stream":
        from zstandard import ZstdCompressor  # discord.py asks for it only where it is installed

        zstd_stream = ZstdCompressor().compressobj()
        flush_block = 1
        return lambda data: zstd_stream.compress(data) + zstd_stream.flush(flush_block)
    return None


@dataclass(slots=True)
class Session:
    """What one shard was told so far; it outlives its connection, so that the shard can resume."""

    id: str
    shard: tuple[int, int]
    intents: int
    events: list[Payload] = field(default_factory=list)
    outbox: asyncio.Queue[Payload] | None = None

    def serves(self, club: int | None) -> bool:
        """Return whether events of a club, or of direct messages, go to this shard."""
        return ((club or 0) >> 22) % self.shard[1] == self.shard[0]

    def tell(self, event: str, data: Payload) -> None:
        """Send an event, or keep it until the shard is back."""
        self.events.append({"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data})
        if self.outbox:
            self.outbox.put_nowait(self.events[-1])


class Gateway:
    """All sessions of one bot, and the connections that carry them.

    `refusing` turns connections away; while `hearing` is not set, connections stay and nothing is said on them.
    """

    def __init__(self, state: State, allowed_intents: int) -> None:
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.beat = BEAT
        self.refusing = False
        self.hearing = asyncio.Event()
        self.hearing.set()
        self._state, self._allowed_intents = state, allowed_intents
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._changed = asyncio.Event()

    @property
    def online(self) -> list[Session]:
        """Return the sessions that are connected."""
        return [session for session in self.sessions.values() if session.outbox]

    async def until(self, reached: Callable[[], bool], patience: float = 10.0) -> None:
        """Wait until something holds of the gateway."""
        async with asyncio.timeout(patience):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    def tell(self, event: str, club: int | None, data: Payload) -> None:
        """Tell the shard of a club, or the one of direct messages, what happened."""
        self._session(club).tell(event, data)

    def message(self, message: Message, club: Club | None) -> None:
        """Tell of a message, with its words where this bot may read them; of its own ones, too."""
        session = self._session(club.id if club else None)
        if not session.intents & (DIRECT_MESSAGES if message.place.kind == DM else GUILD_MESSAGES):
            return
        mentioned = str(self._state.bot.id) in [one["id"] for one in message.body.get("mentions") or []]
        own = mentioned or message.place.kind == DM or message.author.id == self._state.bot.id
        data = message.payload(readable=own or bool(session.intents & MESSAGE_CONTENT))
        if club:
            data["member"] = {name: value for name, value in club.member(message.author).items() if name != "user"}
        session.tell("MESSAGE_CREATE", data)

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
                session.outbox.put_nowait({"op": RECONNECT, "d": None})

    def _session(self, club: int | None) -> Session:
        for session in reversed(self.sessions.values()):
            if session.serves(club):
                return session
        raise LookupError("No shard of the bot is there to be told.")

    async def connection(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until either side ends it."""
        if self.refusing:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        outbox: asyncio.Queue[Payload] = asyncio.Queue()
        writer = asyncio.create_task(self._write(socket, outbox, compressor(request.query.get("compress", ""))))
        outbox.put_nowait({"op": HELLO, "d": {"heartbeat_interval": self.beat}})
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
        self, said: Payload, socket: web.WebSocketResponse, outbox: asyncio.Queue[Payload]
    ) -> Session | None:
        operation, data = said["op"], said["d"]
        if operation == HEARTBEAT:
            outbox.put_nowait({"op": ACK, "d": None})
        elif operation in (IDENTIFY, RESUME) and data["token"] != self._state.token:
            await socket.close(code=4004, message=b"Authentication failed.")
        elif operation == IDENTIFY and data["intents"] & PRIVILEGED & ~self._allowed_intents:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
        elif operation == IDENTIFY:
            return self._identify(data, socket, outbox)
        elif operation == RESUME:
            return self._resume(data, socket, outbox)
        return None

    def _identify(self, data: Payload, socket: web.WebSocketResponse, outbox: asyncio.Queue[Payload]) -> Session:
        shard = tuple(data.get("shard") or (0, 1))
        self._state.limits.identify(shard[0])
        session = Session(secrets.token_hex(16), (shard[0], shard[1]), data["intents"], outbox=outbox)
        self.sessions[session.id], self._sockets[session.id] = session, socket
        clubs = [club for club in self._state.clubs if session.serves(club.id)]
        ready: Payload = {"v": 10, "user": self._state.bot.payload(), "session_id": session.id, "shard": list(shard)}
        ready |= {"guilds": [{"id": str(club.id), "unavailable": True} for club in clubs]}
        ready |= {"resume_gateway_url": self.url, "application": {"id": str(self._state.bot.id), "flags": 0}}
        session.tell("READY", ready)
        if session.intents & GUILDS:
            for club in clubs:
                session.tell("GUILD_CREATE", club.payload())
        self.identified += 1
        self._changed.set()
        return session

    def _resume(self, data: Payload, socket: web.WebSocketResponse, outbox: asyncio.Queue[Payload]) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None:
            outbox.put_nowait({"op": INVALID, "d": False})
            return None
        for event in session.events[data["seq"] or 0 :]:
            outbox.put_nowait(event)
        session.outbox, self._sockets[session.id] = outbox, socket
        session.tell("RESUMED", {})
        self.resumed += 1
        self._changed.set()
        return session

    async def _write(self, socket: web.WebSocketResponse, outbox: asyncio.Queue[Payload], pack: Write | None) -> None:
        """Write what is to be sent, in order: plain, or packed into one stream for the whole connection."""
        while True:
            said = json.dumps(await outbox.get())
            await self.hearing.wait()
            try:
                await (socket.send_bytes(pack(said.encode())) if pack else socket.send_str(said))
            except (ConnectionError, RuntimeError):
                return  # the bot is gone; what it missed is kept for when it resumes
