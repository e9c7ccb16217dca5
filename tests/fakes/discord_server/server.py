"""A Discord on the loopback address: enough of its API and gateway for an unmodified discord.py.

    async with discord_server(clubs=2) as discord:
        ...                                     # a bot that logs in at discord.api with discord.token
        await discord.online()
        asked = discord.slash("ask", by=discord.people[0], question="Who is Liz?")
        await asked.answered()
        assert asked.private and "Liz" in asked.text

Only those who press and type are played by the test; what the bot does goes over a real socket.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.discord_server import interactions
from tests.fakes.discord_server.gateway import Gateway
from tests.fakes.discord_server.interactions import Interaction
from tests.fakes.discord_server.limits import Limits
from tests.fakes.discord_server.messages import Message
from tests.fakes.discord_server.rest import Api, Judge
from tests.fakes.discord_server.state import State
from tests.fakes.discord_server.wire import PREFIX, Fault
from tests.fakes.discord_server.world import TEXT, THREAD, Club, Payload, Person, Place, new_ids

NAMES = ("Leamas", "Liz", "Ishmael", "Jim", "Emma", "Jane", "Pip", "Alice", "Mina", "Dorothea")


class DiscordServer:
    """What a test does on Discord, and what it sees there."""

    def __init__(self, state: State, gateway: Gateway, rest: Api) -> None:
        self.state, self.gateway, self.rest = state, gateway, rest
        self.token, self.people, self.clubs = state.token, state.people, state.clubs
        self.api = ""

    @property
    def posts(self) -> list[Message]:
        """Return what the bot wrote, but for what one person alone saw."""
        said = [message for message in self.state.messages.values() if message.bodies and not message.private]
        return [message for message in said if message.author == self.state.bot]

    async def online(self, shards: int = 1, synced: bool = True, patience: float = 60.0) -> None:
        """Wait until the bot has signed in with all its shards and, if wanted, has described its commands."""
        await self.gateway.until(lambda: len(self.gateway.online) >= shards, patience)
        if synced:
            async with asyncio.timeout(patience):
                await self.rest.synced.wait()

    def thread(self, name: str, club: Club | None = None) -> Place:
        """Open a thread in the first channel of a club."""
        club = club or self.clubs[0]
        place = Place(next(self.state.ids), name, THREAD, club.id, parent=club.places[0].id, owner=self.people[0].id)
        club.places.append(place)
        self.gateway.tell("THREAD_CREATE", club.id, place.payload() | {"newly_created": True})
        return place

    def direct(self, person: Person) -> Place:
        """Return the place where a person and the bot talk alone."""
        return self.state.direct(person)

    def slash(self, line: str, *, by: Person, place: Place | None = None, **given: object) -> Interaction:
        """Use a slash command as the bot described it; `line` is its name, with that of its group before it."""
        data = interactions.slash(self.state.commands, line, given)
        return self._new(interactions.COMMAND, data, by, place)

    def complete(
        self, line: str, focused: str, *, by: Person, place: Place | None = None, **given: object
    ) -> Interaction:
        """Type into one option of a slash command; the answer's `choices` are what the bot offers."""
        data = interactions.slash(self.state.commands, line, given, focused)
        return self._new(interactions.AUTOCOMPLETE, data, by, place)

    def menu(self, name: str, message: Message, *, by: Person) -> Interaction:
        """Use a command of a message's menu."""
        command = next(one for one in self.state.commands if one["name"] == name and one.get("type") == 3)
        data = {"id": command["id"], "name": name, "type": 3, "target_id": str(message.id)}
        data["resolved"] = {"messages": {str(message.id): message.payload()}}
        return self._new(interactions.COMMAND, data, by, message.place)

    def press(self, message: Message, name: str, *, by: Person, values: list[str] | None = None) -> Interaction:
        """Press a button of a message, or choose from a menu, by its label or its id."""
        part = interactions.part_named(message.body, name)
        data = {"custom_id": part["custom_id"], "component_type": part["type"], "id": part.get("id", 0)}
        if values is not None:
            data["values"] = values
        return self._new(interactions.COMPONENT, data, by, message.place, message)

    def submit(self, shown: Interaction, given: Mapping[str, object]) -> Interaction:
        """Send off the form that an interaction showed; fields by their labels or ids, menus with a list."""
        if shown.form is None:
            raise LookupError("No form was shown.")
        data = interactions.filled(shown.form, given)
        return self._new(interactions.MODAL, data, shown.by, shown.place, shown.source)

    def replay(self, asked: Interaction) -> None:
        """Tell the bot of an interaction once more, as Discord may after a connection broke."""
        asked.deliveries += 1
        self.gateway.tell("INTERACTION_CREATE", asked.place.club, asked.payload)

    def say(
        self, text: str, *, by: Person, place: Place | None = None, to: Message | None = None, mention: bool = False
    ) -> Message:
        """Write a message; `to` makes it a reply, which mentions the bot where it answers the bot."""
        place = place or self.clubs[0].places[0]
        message, bot = self.state.new_message(place, by=by), self.state.bot
        message.reference = to
        called = mention or (to is not None and to.author == bot)
        text = f"<@{bot.id}> {text}" if mention else text
        message.says({"content": text, "mentions": [bot.payload()] if called else []}, {})
        self.repeat(message)
        return message

    def repeat(self, message: Message) -> None:
        """Tell the bot of a message, or tell it again."""
        self.gateway.message(message, self.state.club_of(message.place))

    def fail(self, fault: Fault) -> Fault:
        """Let the next requests of a kind fail; the fault counts how often it happened."""
        self.rest.faults.append(fault)
        return fault

    def _new(
        self, kind: int, data: Payload, by: Person, place: Place | None, source: Message | None = None
    ) -> Interaction:
        place, id_ = place or self.clubs[0].places[0], next(self.state.ids)
        payload = interactions.frame(id_, kind, data, by, place, self.state.club_of(place), self.state.bot.id)
        asked = Interaction(id_, payload, self.state.clock, place, by, source)
        payload["token"] = asked.token
        if source:
            payload["message"] = source.payload()
        self.state.interactions[asked.token] = asked
        asked.delivered_at = self.state.clock()
        self.replay(asked)
        return asked


def _club(state: State, n: int, channels: int, roles: int) -> Club:
    club = Club((n + 1_000_000) << 22, f"Club {n + 1}", state.bot, more_roles=roles)
    club.places.append(Place(next(state.ids), "books", TEXT, club.id))
    club.places += [Place(next(state.ids), f"channel {more + 2}", TEXT, club.id) for more in range(channels - 1)]
    club.members |= {person.id: person for person in state.people}
    return club


@asynccontextmanager
async def discord_server(
    clubs: int = 1,
    members: int = 10,
    shards: int = 1,
    intents: int = 0,
    clock: Callable[[], float] = time.monotonic,
    judge: Judge | None = None,
    limits: Limits | None = None,
    channels: int = 1,
    more_roles: int = 0,
) -> AsyncIterator[DiscordServer]:
    """Run a Discord for as long as it is needed.

    `intents` are the privileged ones that the bot may use; `judge` looks at every request, and one that it finds
    wrong is refused and listed in `rest.wrong`. `limits` are those of Discord; otherwise everything is allowed.
    """  # fmt: skip
    ids = new_ids()
    people = [Person(next(ids), f"{NAMES[n % len(NAMES)]}{n // len(NAMES) or ''}") for n in range(members)]
    state = State(
        f"MTEwMDAwMDAwMDAwMDAwMDAwMA.Gabcde.{secrets.token_hex(20)}",
        people,
        [],
        clock,
        ids=ids,
        limits=limits or Limits(),
    )
    state.clubs += [_club(state, n, channels, more_roles) for n in range(clubs)]
    gateway = Gateway(state, intents)
    discord = DiscordServer(state, gateway, Api(state, gateway, shards, judge))
    runner = web.AppRunner(discord.rest.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    discord.api, gateway.url = f"http://{host}:{port}{PREFIX}", f"ws://{host}:{port}/gateway"
    try:
        yield discord
    finally:
        await gateway.drop(code=1001)
        await runner.cleanup()
