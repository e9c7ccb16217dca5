"""A Discord on the loopback address, for a bot in a process of its own: SimCord's world behind a real gateway and API.

    async with discord_server(clubs=2) as discord:
        ...                                     # a bot that logs in at discord.api with discord.token
        await discord.online()
        asked = discord.slash("ask", by=discord.people[0], question="Who is Liz?")
        await asked.answered()
        assert asked.private and "Liz" in asked.text

SimCord answers the requests and knows the rules; here are the sockets, and what members do.
"""

import asyncio
import datetime as dt
import io
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

import simcord.http  # noqa: F401 (registers the routes)
from aiohttp import web
from simcord import interactions
from simcord._clock import Clock
from simcord.backend import Backend, models, serializers
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel as Place
from simcord.backend.models import User as Person
from simcord.components import walk_components
from simcord.http.router import RouteNotImplemented, dispatch

from tests.fakes.discord_gateway import Gateway

Payload = dict[str, Any]
NAMES = ("Leamas", "Liz", "Ishmael", "Jim", "Emma", "Jane", "Pip", "Alice", "Mina", "Dorothea")
PREFIX = "/api/v10"

COMMAND, COMPONENT, MODAL = 2, 3, 5  # kinds of interactions

THREAD = 11
PATIENCE = 3.0  # seconds in which Discord wants an acknowledgement

EVERYTHING = (1 << 53) - 1
LOADING = 1 << 7  # the flag of a message that is still being thought about


class Now(Clock):
    """SimCord's clock, set to the real time."""

    def now(self) -> dt.datetime:
        """Return the time."""
        return dt.datetime.now(dt.UTC)


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
            return _answer({"message": f"{self.status}: out of order", "code": 0}, self.status)
        body = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": False}
        wait = str(self.retry_after)
        limits = {"Retry-After": wait, "X-RateLimit-Reset-After": wait, "X-RateLimit-Limit": "1"}
        return _answer(body, 429, limits | {"X-RateLimit-Remaining": "0", "Via": "1.1 google"})


@dataclass(frozen=True, slots=True)
class Club:
    """A guild: its channels and threads, members and events."""

    backend: Backend
    id: int

    @property
    def guild(self) -> models.Guild:
        """The guild as SimCord has it."""
        return self.backend.guilds[self.id]

    @property
    def places(self) -> list[Place]:
        """Its channels, then its threads."""
        return [self.backend.channels[each] for each in (*self.guild.channel_ids, *self.guild.thread_ids)]

    def organiser(self, person: Person) -> None:
        """Let a member do everything."""
        role = self.backend.create_role(self.id, "Organisers", permissions=EVERYTHING)
        self.guild.members[person.id].role_ids.append(role.id)

    def payload(self) -> Payload:
        """Return the guild as the gateway tells of it."""
        return dict(serializers.guild_create_payload(self.backend, self.guild))


@dataclass(frozen=True, slots=True)
class Message:
    """A message as people read it."""

    stored: models.Message

    @property
    def body(self) -> Payload:
        """What it shows."""
        shown = self.stored
        return {"content": shown.content, "embeds": shown.embeds, "components": shown.components}

    @property
    def text(self) -> str:
        """All words that it shows, a line each."""
        return "\n".join(_words(self.body))

    @property
    def private(self) -> bool:
        """Whether one person alone sees it."""
        return self.stored.is_ephemeral

    @property
    def answers(self) -> int:
        """The id of the message that it replies to; 0 where it is no reply."""
        return int((self.stored.reference or {}).get("message_id", 0))


@dataclass(slots=True)
class Interaction:
    """What someone did, every message that came of it, and when, by the server's clock."""

    record: models.Interaction
    payload: Payload
    clock: Callable[[], float]
    place: Place
    by: Person
    source: Message | None = None
    delivered_at: float = 0.0
    acknowledged_at: float | None = None
    answered_at: float | None = None
    messages: list[Message] = field(default_factory=list)
    refused: list[BackendError] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def private(self) -> bool:
        """Whether its answer is for one person alone."""
        return self.record.ephemeral

    @property
    def answers(self) -> list[Message]:
        """The messages that say something; one that was asked once wants one."""
        return [message for message in self.messages if not message.stored.flags & LOADING]

    @property
    def text(self) -> str:
        """The words of all answers."""
        return "\n".join(message.text for message in self.answers)

    async def acknowledged(self, patience: float = 300.0) -> "Interaction":
        """Wait until the bot has said that it heard."""
        return await self._until(lambda: self.acknowledged_at is not None, patience)

    async def answered(self, patience: float = 300.0) -> "Interaction":
        """Wait until the bot has said something or shown a form."""
        return await self._until(lambda: self.answered_at is not None, patience)

    async def _until(self, reached: Callable[[], bool], patience: float) -> "Interaction":
        async with asyncio.timeout(patience):
            while not reached():
                self._changed.clear()
                await self._changed.wait()
        return self

    def happened(self, backend: Backend) -> None:
        """Take over what a request of the bot has changed."""
        self.acknowledged_at = self.acknowledged_at or self.clock()
        own = [self.record.message_id] if self.record.message_id != self.record.source_message_id else []
        known = {message.stored.id for message in self.messages}
        for number in (*own, *self.record.followup_ids):
            stored = backend.messages[self.record.channel_id].get(number or 0)
            if stored is not None and stored.id not in known:
                self.messages.append(Message(stored))
        if not self.record.deferred or self.answers:
            self.answered_at = self.answered_at or self.clock()
        self._changed.set()

    def edited(self) -> None:
        """Note that the bot has changed the message of the button that was pressed."""
        self.answered_at = self.answered_at or self.clock()
        self._changed.set()


class DiscordServer:
    """What a test does on Discord, and what it sees there.

    `requests` are those of the bot, `unknown` those that nobody here knows; `synced` is set once the bot has described
    its commands.
    """

    def __init__(self, backend: Backend, gateway: Gateway, clock: Callable[[], float], shards: int) -> None:
        self.backend, self.gateway = backend, gateway
        self.people: list[Person] = []
        self.clubs: list[Club] = []
        self.api = ""
        self.remaining = 1_000
        self.requests: list[str] = []
        self.unknown: list[str] = []
        self.synced = asyncio.Event()
        self._clock, self._shards = clock, shards
        self._faults: list[Fault] = []
        self._asked: dict[str, Interaction] = {}
        self._written: dict[object, object] = {}
        self._files: dict[int, bytes] = {}

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.gateway.token

    @property
    def posts(self) -> list[Message]:
        """What the bot wrote, but for what one person alone saw."""
        said = [Message(stored) for place in self.backend.messages.values() for stored in place.values()]
        own = [one for one in said if one.stored.author_id == self.backend.bot_user.id and not one.private]
        return [one for one in own if not one.stored.flags & LOADING]

    async def online(self, shards: int = 1, patience: float = 300.0) -> None:
        """Wait until the bot has signed in with all its shards and has described its commands."""
        await self.gateway.until(lambda: len(self.gateway.online) >= shards, patience)
        async with asyncio.timeout(patience):
            await self.synced.wait()

    def direct(self, person: Person) -> Place:
        """Return the place where a person and the bot talk alone."""
        return self.backend.get_dm_channel(person.id)

    def write(self, place: Place, text: str, by: Person | None = None) -> Message:
        """Write a message, as the bot unless it is said whose."""
        return Message(self.backend.create_message(place.id, (by or self.backend.bot_user).id, text))

    def say(self, text: str, *, by: Person, place: Place | None = None, mention: bool = False) -> Message:
        """Write a message as a member."""
        text = f"<@{self.backend.bot_user.id}> {text}" if mention else text
        return self.write(place or self.clubs[0].places[0], text, by)

    def repeat(self, message: Message) -> None:
        """Tell the bot of a message again, as Discord may after a connection broke."""
        self.backend.announce_message_create(message.stored)

    def slash(self, line: str, *, by: Person, place: Place | None = None, **given: object) -> Interaction:
        """Use a slash command as the bot described it; `line` is its name, with that of its group before it."""
        name, *path = line.split()
        command = self.backend.find_command(name, None)
        if command is None:
            raise LookupError(f"The bot has no /{line}.")
        leaf, nesting = interactions.walk_to_subcommand(command, path)
        kinds = {option["name"]: option["type"] for option in leaf.get("options") or []}
        options = [{"name": name, "type": kinds[name], "value": value} for name, value in given.items()]
        data = {"id": command["id"], "name": name, "type": 1}
        data["options"] = interactions.nest_options(command, nesting, options)
        return self._new(COMMAND, data, by, place or self.clubs[0].places[0])

    def press(self, message: Message, name: str, *, by: Person) -> Interaction:
        """Press a button of a message, by its label or its id."""
        part = _part_named(message.body, name)
        data = {"custom_id": part["custom_id"], "component_type": part["type"], "id": part.get("id", 0)}
        return self._new(COMPONENT, data, by, self.backend.channels[message.stored.channel_id], message)

    def submit(
        self, shown: Interaction, given: Mapping[str, object], files: Mapping[str, bytes] | None = None
    ) -> Interaction:
        """Send off the form that an interaction showed; fields by their labels or ids, menus with a list.

        All `files` go into the form's one field for files.
        """
        if shown.record.modal is None:
            raise LookupError("No form was shown.")
        ids = {self.backend.snowflake(): name for name in files or ()}
        data = _filled(shown.record.modal, {**given, "files": list(map(str, ids))} if files else given)
        if files:
            self._files |= {number: files[name] for number, name in ids.items()}
            attached = {str(n): self._attachment(n, name, len(files[name])) for n, name in ids.items()}
            data["resolved"] = {"attachments": attached}
        return self._new(MODAL, data, shown.by, shown.place, shown.source)

    def _attachment(self, number: int, name: str, size: int) -> Payload:
        url = f"{self.api.removesuffix(PREFIX)}/files/{number}"
        return {"id": str(number), "filename": name, "size": size, "url": url, "proxy_url": url}

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self._files[int(request.match_info["number"])])

    def replay(self, asked: Interaction) -> None:
        """Tell the bot of an interaction once more, as Discord may after a connection broke."""
        self.gateway.tell("INTERACTION_CREATE", asked.payload)

    def fail(self, fault: Fault) -> Fault:
        """Let the next requests of a kind fail; the fault counts how often it happened."""
        self._faults.append(fault)
        return fault

    def _new(self, kind: int, data: Payload, by: Person, place: Place, source: Message | None = None) -> Interaction:
        if not self.gateway.knows(place.guild_id):
            raise LookupError("No shard of the bot is there to be told.")
        record, payload = interactions.base_payload(
            self.backend, type=kind, channel_id=place.id, guild_id=place.guild_id, user_id=by.id, data=data
        )
        record.initial_response_deadline = record.expires_at = None  # the server's own clock decides, below
        if source is not None:
            record.source_message_id = source.stored.id
            payload["message"] = dict(serializers.message_payload(self.backend, source.stored))
        asked = self._asked[record.token] = Interaction(record, payload, self._clock, place, by, source)
        asked.delivered_at = self._clock()
        self.replay(asked)
        return asked

    # The API

    def application(self) -> web.Application:
        """Return the web application: the API and the gateway."""
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.connection)
        app.router.add_get(f"{PREFIX}/gateway/bot", self._gateway_bot)
        app.router.add_get("/files/{number}", self._file)
        app.router.add_route("*", PREFIX + "/{path:.*}", self._requested)
        return app

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1_000, "remaining": self.remaining, "reset_after": 3_600_000, "max_concurrency": 16}
        return _answer({"url": self.gateway.url, "shards": self._shards, "session_start_limit": limit})

    async def _requested(self, request: web.Request) -> web.Response:
        """Answer a request of the bot, or fail where a test wants it."""
        path = request.path.removeprefix(PREFIX)
        self.requests.append(f"{request.method} {path}")
        fault = next((fault for fault in self._faults if fault.meets(request)), None)
        if fault and not fault.done:
            return fault.response()
        try:
            answer = self._done(request.method, path, request, *await _said(request))
        except RouteNotImplemented as error:
            self.unknown.append(self.requests[-1])
            return _answer(error.to_json(), 404)
        except BackendError as error:
            return _answer(error.to_json(), error.status)
        return fault.response() if fault else _answer(answer)

    def _done(self, method: str, path: str, request: web.Request, body: object, files: list[SimpleNamespace]) -> object:
        parts = path.strip("/").split("/")
        signed = parts[0] in ("interactions", "webhooks")  # these have a token of their own in their address
        if not signed and request.headers.get("Authorization") != f"Bot {self.token}":
            raise BackendError(401, 0, "401: Unauthorized")
        asked = self._asked.get(parts[2]) if signed and len(parts) > 2 else None
        try:
            if asked and asked.acknowledged_at is None and self._clock() - asked.delivered_at > PATIENCE:
                raise BackendError(404, 10062, "Unknown interaction")
            done = self._dispatched(method, path, body, dict(request.query), files)
        except BackendError as error:
            if asked:
                asked.refused.append(error)
            raise
        if asked:
            asked.happened(self.backend)
            if method == "PATCH":
                asked.edited()
        if method == "PUT" and parts[-1] == "commands":
            self.synced.set()
        return done

    def _dispatched(
        self, method: str, path: str, body: object, params: Payload, files: list[SimpleNamespace]
    ) -> object:
        """Have SimCord answer; a message with a nonce that was seen before is not written again."""
        nonce = body.get("nonce") if isinstance(body, dict) else None
        if nonce is None or nonce not in self._written:
            done = dispatch(self.backend, method, path, json=body, params=params, files=files)
            if nonce is None:
                return done
            self._written[nonce] = done
        return self._written[nonce]


def _answer(body: object = None, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return JSON as Discord sends it, without a charset; nothing at all is a 204."""
    if body is None:
        return web.Response(status=204, headers=headers)
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")


async def _said(request: web.Request) -> tuple[object, list[SimpleNamespace]]:
    """Return what a request says, and the files that came with it."""
    if request.content_type != "multipart/form-data":
        return (await request.json() if request.body_exists else None), []
    form = await request.post()
    parts = [part for part in form.values() if isinstance(part, web.FileField)]
    files = [
        SimpleNamespace(fp=io.BytesIO(part.file.read()), filename=part.filename, description=None) for part in parts
    ]
    return json.loads(str(form["payload_json"])), files


def _words(body: Payload) -> Iterator[str]:
    """Yield the texts that a message shows: its own, those of its cards and those of its components."""
    if body["content"]:
        yield str(body["content"])
    for embed in body["embeds"]:
        yield from (str(embed[name]) for name in ("title", "description") if embed.get(name))
        yield from (f"{line['name']}\n{line['value']}" for line in embed.get("fields") or [])
    for part in walk_components(body["components"]):
        yield from (str(part[name]) for name in ("content", "label", "placeholder") if part.get(name))


def _part_named(body: Payload, name: str) -> Payload:
    """Return the button, menu or field of a message or form with this label or id."""
    for part in walk_components(body["components"]):
        if "custom_id" in part and name in (part["custom_id"], part.get("label"), part.get("placeholder")):
            return part
        if part.get("component") and part.get("label") == name:
            return dict(part["component"])
    shown = [part.get("label") or part.get("custom_id") for part in walk_components(body["components"])]
    raise LookupError(f"There is no “{name}” here; there is {[one for one in shown if one]}.")


def _filled(form: Payload, given: Mapping[str, object]) -> Payload:
    """Return the data of a form that someone filled in: text for fields, a list of values for menus."""
    by_id = {_part_named(form, name)["custom_id"]: value for name, value in given.items()}

    def entry(part: Payload) -> Payload:
        kind: Payload = {"type": part["type"], "id": part.get("id", 0)}
        if part.get("component"):
            return kind | {"component": entry(part["component"])}
        if part.get("components"):
            return kind | {"components": [entry(one) for one in part["components"]]}
        if "custom_id" not in part:
            return kind
        value = "value" if part["type"] == 4 else "values"
        return kind | {"custom_id": part["custom_id"], value: by_id.get(part["custom_id"], part.get("value") or "")}

    return {"custom_id": form["custom_id"], "components": [entry(part) for part in form["components"]]}


@asynccontextmanager
async def discord_server(
    clubs: int = 1, members: int = 10, shards: int = 1, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[DiscordServer]:
    """Run a Discord for as long as it is needed; a clock that stands still makes no answer late."""
    backend = Backend(clock=Now())
    gateway = Gateway(backend, f"MTEwMDAwMDAwMDAwMDAwMDAwMA.Gabcde.{secrets.token_hex(20)}")
    discord = DiscordServer(backend, gateway, clock, shards)
    names = (f"{NAMES[n % len(NAMES)]}{n // len(NAMES) or ''}" for n in range(members))
    discord.people += [backend.make_user(name) for name in names]
    for n in range(clubs):
        guild = backend.create_guild(f"Club {n + 1}", id=(n + 1_000_000) << 22)
        backend.create_channel(guild.id, "books")
        for person in discord.people:
            backend.add_member(guild.id, person.id)
        discord.clubs.append(Club(backend, guild.id))
    backend.subscribers.append(gateway.tell)
    runner = web.AppRunner(discord.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    discord.api, gateway.url = f"http://{host}:{port}{PREFIX}", f"ws://{host}:{port}/gateway"
    try:
        yield discord
    finally:
        await gateway.drop(code=1001)
        await runner.cleanup()
