"""Who and what there is in our Discord: people, places and clubs, as Discord's API describes them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Payload = dict[str, Any]

EPOCH = 1_420_070_400_000
"""Milliseconds of Unix time at which Discord's ids begin."""

SINCE = "2024-01-01T00:00:00+00:00"

TEXT, DM, THREAD, FORUM = 0, 1, 11, 15
"""Kinds of places."""

EVERYTHING = (1 << 53) - 1
ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
COMMANDS, OPEN_THREADS, SEND_IN_THREADS = 1 << 31, 1 << 35, 1 << 38
MEMBER = VIEW | SEND | EMBED | ATTACH | HISTORY | COMMANDS | OPEN_THREADS | SEND_IN_THREADS
"""What everybody in a club may do."""


class Refusal(Exception):
    """What Discord answers when it refuses: a status, and an error with a code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(f"{status} {code} {message}")


def new_ids() -> Iterator[int]:
    """Yield ids as Discord makes them: the time in milliseconds, then what tells two of them apart."""
    last = 0
    while True:
        last = max(last + 1, int(time.time() * 1000 - EPOCH) << 22)
        yield last


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account, or the bot."""

    id: int
    name: str
    bot: bool = False

    def payload(self) -> Payload:
        """Return the user of the API."""
        account = {"id": str(self.id), "username": self.name, "global_name": self.name, "discriminator": "0"}
        return account | {"avatar": None, "bot": self.bot, "public_flags": 0}


@dataclass(slots=True)
class Place:
    """A channel or thread of a club, or, without a club, a direct message with one person."""

    id: int
    name: str
    kind: int = TEXT
    club: int | None = None
    parent: int | None = None
    owner: int = 0
    recipient: Person | None = None

    def payload(self) -> Payload:
        """Return the channel of the API."""
        base: Payload = {"id": str(self.id), "type": self.kind, "last_message_id": None, "flags": 0}
        if self.recipient:
            return base | {"recipients": [self.recipient.payload()]}
        base |= {"name": self.name, "guild_id": str(self.club), "rate_limit_per_user": 0, "nsfw": False}
        base |= {"parent_id": str(self.parent) if self.parent else None, "permissions": str(EVERYTHING)}
        if self.kind != THREAD:
            return base | {"position": 0, "permission_overwrites": [], "topic": None, "available_tags": []}
        times = {"archived": False, "locked": False, "auto_archive_duration": 1440, "archive_timestamp": SINCE}
        base |= {"owner_id": str(self.owner), "message_count": 0, "member_count": 1, "total_message_sent": 0}
        return base | {"thread_metadata": times | {"create_timestamp": SINCE}, "applied_tags": []}


@dataclass(slots=True)
class Club:
    """A guild: its places, and its members with what each may do."""

    id: int
    name: str
    bot: Person
    places: list[Place] = field(default_factory=list)
    members: dict[int, Person] = field(default_factory=dict)
    organisers: set[int] = field(default_factory=set)
    events: dict[int, Payload] = field(default_factory=dict)
    more_roles: int = 0

    def permissions(self, person: Person) -> int:
        """Return the permissions of a member."""
        return EVERYTHING if person.id in self.organisers or person.bot else MEMBER

    def member(self, person: Person) -> Payload:
        """Return the member of the API."""
        roles = [str(self.id + 1)] if person.bot else [str(self.id + 2)] if person.id in self.organisers else []
        base: Payload = {"user": person.payload(), "nick": None, "avatar": None, "roles": roles, "joined_at": SINCE}
        return base | {"deaf": False, "mute": False, "flags": 0, "pending": False, "premium_since": None}

    def roles(self) -> list[Payload]:
        """Return the roles of the API: everyone's, the bot's and the organisers'."""
        names = {"@everyone": MEMBER, "Dogear": EVERYTHING & ~ADMINISTRATOR, "Organisers": EVERYTHING}
        names |= {f"Role {n}": MEMBER for n in range(self.more_roles)}
        look: Payload = {"color": 0, "hoist": False, "managed": False, "mentionable": False, "icon": None, "flags": 0}
        look["colors"] = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        return [
            {"id": str(self.id + n), "name": name, "permissions": str(may), "position": n} | look
            for n, (name, may) in enumerate(names.items())
        ]

    def payload(self) -> Payload:
        """Return the guild of the API; like Discord's, it lists no members but the bot."""
        base: Payload = {"id": str(self.id), "name": self.name, "icon": None, "owner_id": str(self.id + 3)}
        base |= {"unavailable": False, "member_count": len(self.members) + 1, "large": False, "joined_at": SINCE}
        base |= {"roles": self.roles(), "members": [self.member(self.bot)], "preferred_locale": "en-US"}
        base |= {name: [] for name in ("emojis", "stickers", "features", "voice_states", "presences")}
        base |= {"channels": [place.payload() for place in self.places if place.kind != THREAD]}
        return base | {"threads": [place.payload() for place in self.places if place.kind == THREAD]}
