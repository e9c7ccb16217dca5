"""One use of a command, button or form: what the bot is told of it, and what became of it, with the times."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.discord_server.messages import PRIVATE, Message, parts
from tests.fakes.discord_server.world import EVERYTHING, Club, Payload, Person, Place, Refusal

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
"""Kinds of interactions."""

REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
"""Ways to acknowledge one."""

PATIENCE = 3.0
"""Seconds in which Discord wants an acknowledgement."""

TOKEN_LIFE = 15 * 60.0
"""Seconds for which an interaction's token is good."""


@dataclass(slots=True)
class Interaction:
    """What someone did, every acknowledgement and message that came of it, and when, by the server's clock."""

    id: int
    payload: Payload
    clock: Callable[[], float]
    place: Place
    by: Person
    source: Message | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    delivered_at: float = 0.0
    deliveries: int = 0
    acknowledged_at: float | None = None
    answered_at: float | None = None
    kind: int | None = None
    private: bool = False
    original: Message | None = None
    messages: list[Message] = field(default_factory=list)
    choices: list[Payload] = field(default_factory=list)
    form: Payload | None = None
    refused: list[Refusal] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answers(self) -> list[Message]:
        """Return the messages that say something; one that was asked once wants one."""
        return [message for message in self.messages if message.bodies]

    @property
    def text(self) -> str:
        """Return the words of all answers."""
        return "\n".join(message.text for message in self.answers)

    async def acknowledged(self, patience: float = 5.0) -> Interaction:
        """Wait until the bot has said that it heard."""
        await self._until(lambda: self.acknowledged_at is not None, patience)
        return self

    async def answered(self, patience: float = 15.0) -> Interaction:
        """Wait until the bot has said something, shown a form or offered choices."""
        await self._until(lambda: self.answered_at is not None, patience)
        return self

    async def _until(self, reached: Callable[[], bool], patience: float) -> None:
        async with asyncio.timeout(patience):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    def acknowledge(self, kind: int, data: Payload, message: Callable[[bool], Message]) -> None:
        """Take the bot's first answer. Raises Refusal where Discord would not take it."""
        late = self.clock() - self.delivered_at > PATIENCE
        if self.kind is not None:
            self.refuse(Refusal(400, 40060, "Interaction has already been acknowledged."))
        if late:
            self.refuse(Refusal(404, 10062, "Unknown interaction"))
        self.kind, self.acknowledged_at = kind, self.clock()
        self.private = bool(int(data.get("flags") or 0) & PRIVATE)
        if kind in (REPLY, DEFER):
            self.original = message(self.private)
            self.messages.append(self.original)
        elif kind in (DEFER_UPDATE, UPDATE):
            self.original = self.source
        elif kind == CHOICES:
            self.choices = data["choices"]
        elif kind == FORM:
            self.form = data
        if kind not in (DEFER, DEFER_UPDATE):
            self.answered_at = self.acknowledged_at
        self._changed.set()

    def refuse(self, refusal: Refusal) -> None:
        """Raise a refusal, and remember it."""
        self.refused.append(refusal)
        raise refusal

    def open_token(self) -> None:
        """Check that the token may still be used. Raises Refusal."""
        if self.clock() - self.delivered_at > TOKEN_LIFE:
            self.refuse(Refusal(401, 50027, "Invalid Webhook Token"))
        if self.kind is None:
            self.refuse(Refusal(404, 10015, "Unknown Webhook"))

    def say(self, message: Message, body: Payload, files: dict[str, bytes]) -> None:
        """Give one of its messages its words, or new ones."""
        message.says(body, files)
        self.answered_at = self.answered_at or self.clock()
        self._changed.set()

    def follow_up(self, body: Payload, files: dict[str, bytes], message: Callable[[bool], Message]) -> Message:
        """Say one thing more; the first after a deferral becomes the answer that was promised, as private as that."""
        waiting = self.original if self.kind == DEFER and self.original and not self.original.bodies else None
        if waiting is None:
            waiting = message(bool(int(body.get("flags") or 0) & PRIVATE))
            self.messages.append(waiting)
        self.say(waiting, body, files)
        return waiting


def frame(id_: int, kind: int, data: Payload, by: Person, place: Place, club: Club | None, application: int) -> Payload:
    """Return what every interaction tells: who, where, and what they and the bot may do there."""
    base: Payload = {"id": str(id_), "application_id": str(application), "type": kind, "version": 1, "data": data}
    base |= {"channel": place.payload(), "channel_id": str(place.id), "locale": "en-GB", "entitlements": []}
    base |= {"app_permissions": str(EVERYTHING), "attachment_size_limit": 10 * 1024 * 1024}
    if club is None:
        return base | {"user": by.payload(), "context": 1, "authorizing_integration_owners": {"0": "0"}}
    member = club.member(by) | {"permissions": str(club.permissions(by))}
    guild = {"id": str(club.id), "locale": "en-US", "features": []}
    base |= {"guild_id": str(club.id), "guild": guild, "guild_locale": "en-US", "member": member}
    return base | {"context": 0, "authorizing_integration_owners": {"0": str(club.id)}}


def slash(commands: list[Payload], line: str, given: Mapping[str, object], focused: str = "") -> Payload:
    """Return the data of a slash command as the bot described it: `line` is its name with those of its group."""
    steps: list[Payload] = []
    offered = [one for one in commands if one["type"] == 1]
    for name in line.split():
        steps += [one for one in offered if one["name"] == name][:1]
        if not steps or steps[-1]["name"] != name:
            raise LookupError(f"The bot has no /{line}; here it has {sorted(one['name'] for one in offered)}.")
        offered = steps[-1].get("options") or []
    known = {one["name"]: one for one in offered}
    if strangers := given.keys() - known.keys():
        raise LookupError(f"/{line} has no {sorted(strangers)}; it has {sorted(known)}.")
    options: list[Payload] = [{"name": name, "type": known[name]["type"], "value": given[name]} for name in given]
    for option in options:
        option |= {"focused": True} if option["name"] == focused else {}
    for step in reversed(steps[1:]):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return {"id": steps[0]["id"], "name": steps[0]["name"], "type": 1, "options": options}


def part_named(body: Payload, name: str) -> Payload:
    """Return the button, menu or field of a message or form with this label or id."""
    for part in parts(body.get("components") or []):
        if "custom_id" in part and name in (part["custom_id"], part.get("label"), part.get("placeholder")):
            return part
        if part.get("type") == 18 and part.get("label") == name:
            inner: Payload = part["component"]
            return inner
    shown = [part.get("label") or part.get("custom_id") for part in parts(body.get("components") or [])]
    raise LookupError(f"There is no “{name}” here; there is {[one for one in shown if one]}.")


def filled(form: Payload, given: Mapping[str, object]) -> Payload:
    """Return the data of a form that someone filled in: text for fields, a list of values for menus."""
    by_id = {part_named(form, name)["custom_id"]: value for name, value in given.items()}

    def entry(part: Payload) -> Payload:
        kind: Payload = {"type": part["type"], "id": part.get("id", 0)}
        if part["type"] == 18:
            return kind | {"component": entry(part["component"])}
        if part["type"] == 1:
            return kind | {"components": [entry(one) for one in part["components"]]}
        if "custom_id" not in part:
            return kind
        field = "value" if part["type"] == 4 else "values"
        return kind | {"custom_id": part["custom_id"], field: by_id.get(part["custom_id"], part.get("value") or "")}

    return {"custom_id": form["custom_id"], "components": [entry(part) for part in form["components"]]}
