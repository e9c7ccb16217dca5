"""Messages: all that each of them ever said, as people read it and as Discord's API describes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from tests.fakes.discord_server.world import Payload, Person, Place, Refusal

PRIVATE = 1 << 6
"""The flag of a message that one person alone sees."""

LAYOUT = 1 << 15
"""The flag of a message that is laid out in components and has no other words (Components V2)."""


def now() -> str:
    """Return the time as Discord writes it."""
    return datetime.now(UTC).isoformat()


@dataclass(slots=True)
class Message:
    """A message with all that it ever said; one that is still being thought about has said nothing."""

    id: int
    place: Place
    author: Person
    private: bool = False
    reference: Message | None = None
    bodies: list[Payload] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    deleted: bool = False
    at: str = field(default_factory=now)

    @property
    def body(self) -> Payload:
        """Return what it says now."""
        return self.bodies[-1] if self.bodies else {}

    @property
    def text(self) -> str:
        """Return all words that it shows now, a line each."""
        return "\n".join(words(self.body))

    def says(self, body: Payload, files: dict[str, bytes]) -> None:
        """Give it its words, or new ones: what an edit does not name stays."""
        self.bodies.append(self.body | body)
        self.files |= files

    def payload(self, readable: bool = True) -> Payload:
        """Return the message of the API; one that is not readable has its words left out."""
        body = self.body
        flags = int(body.get("flags") or 0) & ~PRIVATE | (PRIVATE if self.private else 0)
        shown = {"content": body.get("content") or "", "embeds": body.get("embeds") or []}
        shown["components"] = numbered(body.get("components") or [])
        shown["attachments"] = [
            {"id": str(n), "filename": name, "size": len(data), "url": f"https://cdn/{name}", "proxy_url": ""}
            for n, (name, data) in enumerate(self.files.items())
        ]
        if not readable:
            shown = {"content": "", "embeds": [], "components": [], "attachments": []}
        base: Payload = {"id": str(self.id), "channel_id": str(self.place.id), "author": self.author.payload()}
        base |= {"timestamp": self.at, "edited_timestamp": now() if len(self.bodies) > 1 else None}
        base |= {"tts": False, "pinned": False, "mention_everyone": False, "type": 19 if self.reference else 0}
        base |= {"mentions": body.get("mentions") or [], "mention_roles": [], "flags": flags, **shown}
        if self.place.club is not None:
            base["guild_id"] = str(self.place.club)
        if self.reference:
            base["message_reference"] = {"message_id": str(self.reference.id), "channel_id": str(self.place.id)}
            base["referenced_message"] = self.reference.payload(readable)
        return base


def numbered(components: list[Payload]) -> list[Payload]:
    """Return components with the ids that Discord gives to those that have none."""
    ids = count(1_000)

    def given(part: Payload) -> Payload:
        below: Payload = {name: [given(one) for one in part[name]] for name in ("components",) if name in part}
        below |= {name: given(part[name]) for name in ("component", "accessory") if name in part}
        return {"id": next(ids)} | part | below

    return [given(part) for part in components]


def parts(components: list[Payload]) -> Iterator[Payload]:
    """Yield every component of a message or form, in the order in which it is shown."""
    for part in components:
        yield part
        yield from parts(
            [*part.get("components", []), *(part[name] for name in ("component", "accessory") if name in part)]
        )


def words(body: Payload) -> Iterator[str]:
    """Yield the texts that a message shows: its own, those of its cards and those of its components."""
    if body.get("content"):
        yield str(body["content"])
    for embed in body.get("embeds") or []:
        yield from (str(embed[name]) for name in ("title", "description") if embed.get(name))
        yield from (f"{line['name']}\n{line['value']}" for line in embed.get("fields") or [])
    for part in parts(body.get("components") or []):
        yield from (str(part[name]) for name in ("content", "label", "placeholder") if part.get(name))


def sayable(body: Payload, files: dict[str, bytes]) -> None:
    """Check that a message says something, in one of the two ways that exclude each other. Raises Refusal."""
    layout = int(body.get("flags") or 0) & LAYOUT
    if layout and (body.get("content") or body.get("embeds")):
        raise Refusal(400, 50035, "Invalid Form Body: content and embeds cannot be used with IS_COMPONENTS_V2.")
    if not (files or body.get("content") or body.get("embeds") or (layout and body.get("components"))):
        raise Refusal(400, 50006, "Cannot send an empty message")
